internal import JSON

/// The numbers of the lookup `sequence`: `start=1 end=9 stride=2 format=%02d`, or short `1-9/2:%02d`.
struct NumberSequence {
    private var start = 1
    private var end: Int?
    private var count: Int?
    private var stride = 1
    private var format = "%d"

    init(parsing text: String) throws {
        if try !parseShort(text) { try parsePairs(text) }
        guard (end == nil) != (count == nil) else { throw Self.bad("it needs either 'end' or 'count'") }
        guard format.count(where: { $0 == "%" }) == 1 else { throw Self.bad("'\(format)' must hold one %") }
    }

    func texts() throws -> [JSON] {
        if count == 0 || stride == 0 { return [] }
        let (span, overflow) = (count ?? 0).multipliedReportingOverflow(by: stride)
        let (sum, exceeds) = start.addingReportingOverflow(span - 1)
        guard !overflow, !exceeds else { throw Self.bad("the numbers are too large") }
        let last = end ?? sum
        if stride > 0, last < start { throw Self.bad("to count down, the stride must be negative") }
        if stride < 0, last > start { throw Self.bad("to count up, the stride must be positive") }
        let (distance, tooFar) = last.subtractingReportingOverflow(start)
        guard !tooFar, abs(distance / stride) <= 1_000_000 else { throw Self.bad("more than a million numbers") }
        return try Swift.stride(from: start, through: last, by: stride).map {
            .string(try PrintfFormat.format(format, [JSON($0)]))
        }
    }

    /// `[start-]end[/stride][:format]`.
    private mutating func parseShort(_ text: String) throws -> Bool {
        let number = "(0?x?[0-9a-f]+)"
        let shape = try PythonRegex("^(?:\(number)-)?\(number)(?:/\(number))?(?::(.+))?$", ignoresCase: true)
        guard let groups = shape.firstMatch(in: text) else { return false }
        if let text = groups[1].string { start = try Self.integer("start", text) }
        end = try Self.integer("end", groups[2].pythonText)
        if let text = groups[3].string { stride = try Self.integer("stride", text) }
        if let text = groups[4].string { format = text }
        return true
    }

    private mutating func parsePairs(_ text: String) throws {
        for word in text.split(separator: " ") {
            guard let equals = word.firstIndex(of: "=") else { throw Self.bad("'\(word)' is not 'option=value'") }
            let (name, value) = (String(word[..<equals]), Self.unquoted(word[word.index(after: equals)...]))
            switch name {
            case "start": start = try Self.integer(name, value)
            case "end": end = try Self.integer(name, value)
            case "count": count = try Self.integer(name, value)
            case "stride": stride = try Self.integer(name, value)
            case "format": format = value
            default: throw Self.bad("it has no option '\(name)'")
            }
        }
    }

    private static func unquoted(_ text: Substring) -> String {
        guard text.count > 1, let quote = text.first, quote == "'" || quote == "\"", text.last == quote else {
            return String(text)
        }
        return String(text.dropFirst().dropLast())
    }

    private static func integer(_ name: String, _ text: String) throws -> Int {
        guard let value = Conversions.literalInteger(text) else { throw bad("'\(name)' is no integer: '\(text)'") }
        return value
    }

    private static func bad(_ reason: String) -> TemplateProblemThrown { .bad("sequence", reason) }
}
