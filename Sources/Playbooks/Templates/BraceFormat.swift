internal import JSON

/// Python's `str.format`: fields in braces with paths, conversions and format specifications.
struct BraceFormat {
    private let arguments: CallArguments
    private var next = 0

    static func format(_ format: String, _ arguments: CallArguments) throws -> String {
        var formatter = BraceFormat(arguments: arguments)
        return try formatter.format(format[...], depth: 0)
    }

    private init(arguments: CallArguments) { self.arguments = arguments }

    private mutating func format(_ text: Substring, depth: Int) throws -> String {
        guard depth < 3 else { throw bad("fields nest too deep") }
        var (result, rest) = ("", text)
        while let character = rest.popFirst() {
            if character == "{" || character == "}", rest.first == character {
                result.append(character)
                rest.removeFirst()
            } else if character == "{" {
                result += try takeField(&rest, depth)
            } else if character == "}" {
                throw bad("a '}' stands alone")
            } else {
                result.append(character)
            }
        }
        return result
    }

    private mutating func takeField(_ rest: inout Substring, _ depth: Int) throws -> String {
        var (level, end) = (1, rest.startIndex)
        while end < rest.endIndex {
            level += rest[end] == "{" ? 1 : rest[end] == "}" ? -1 : 0
            if level == 0 { break }
            end = rest.index(after: end)
        }
        guard end < rest.endIndex else { throw bad("a '{' is not closed") }
        let field = rest[..<end]
        rest = rest[rest.index(after: end)...]
        let colon = field.firstIndex(of: ":")
        let name = field[..<(colon ?? field.endIndex)]
        let mark = name.firstIndex(of: "!")
        var value = try value(at: name[..<(mark ?? name.endIndex)])
        if let mark {
            switch name[name.index(after: mark)...] {
            case "r", "a": value = .string(value.pythonRepresentation)
            case "s": value = .string(value.pythonText)
            default: throw bad("unknown conversion '\(name[mark...])'")
            }
        }
        let specification = try colon.map { try format(field[field.index(after: $0)...], depth: depth + 1) } ?? ""
        return try FormatSpecification(specification).format(value)
    }

    /// `0`, `name`, `name.member[key]`, or the next argument.
    private mutating func value(at path: Substring) throws -> JSON {
        let head = path.prefix { $0 != "." && $0 != "[" }
        let found: TemplateValue?
        if head.isEmpty {
            found = arguments.positional.indices.contains(next) ? arguments.positional[next] : nil
            next += 1
        } else if let index = Int(head) {
            found = arguments.positional.indices.contains(index) ? arguments.positional[index] : nil
        } else {
            found = arguments.named.first { $0.name == head }?.value
        }
        guard var value = try found?.resolved() else { throw bad("there is no value for '{\(path)}'") }
        for step in path.dropFirst(head.count).split(whereSeparator: { ".[]".contains($0) }) {
            guard let inner = value.object?[String(step)] ?? Int(step).flatMap({ value[$0] }) else {
                throw bad("there is no '\(step)' in '{\(path)}'")
            }
            value = inner
        }
        return value
    }

    private func bad(_ reason: String) -> TemplateProblemThrown { .bad("format", reason) }
}

/// What stands behind the colon of a field: fill, alignment, sign, width, grouping, precision, type.
struct FormatSpecification {
    private var fill: Character = " "
    private var alignment: Character?
    private var sign: Character = "-"
    private var isAlternate = false
    private var width = 0
    private var grouping: Character?
    private var precision: Int?
    private var type: Character?

    private let isEmpty: Bool

    init(_ text: String) throws {
        var rest = text[...]
        isEmpty = text.isEmpty
        if let second = rest.dropFirst().first, "<>=^".contains(second) {
            (fill, alignment) = (rest.removeFirst(), rest.removeFirst())
        } else if let first = rest.first, "<>=^".contains(first) {
            alignment = rest.removeFirst()
        }
        if let first = rest.first, "+- ".contains(first) { sign = rest.removeFirst() }
        if rest.first == "#" {
            isAlternate = true
            rest.removeFirst()
        }
        if rest.first == "0" {
            if alignment == nil { (fill, alignment) = ("0", "=") }
            rest.removeFirst()
        }
        width = Self.takeNumber(&rest) ?? 0
        if let first = rest.first, ",_".contains(first) { grouping = rest.removeFirst() }
        if rest.first == "." {
            rest.removeFirst()
            guard let number = Self.takeNumber(&rest) else { throw bad("a precision is missing in '\(text)'") }
            precision = number
        }
        type = rest.popFirst()
        guard rest.isEmpty else { throw bad("'\(text)' is no format") }
    }

    private static func takeNumber(_ rest: inout Substring) -> Int? {
        let digits = rest.prefix { $0.isASCII && $0.isNumber }
        rest = rest.dropFirst(digits.count)
        return digits.isEmpty ? nil : min(4096, Int(digits) ?? 4096)
    }

    func format(_ value: JSON) throws -> String {
        switch value {
        case .integer, .number: return padded(try number(value), isNumber: true)
        case .bool where !isEmpty && type != "s": return padded(try number(value), isNumber: true)
        default:
            guard isEmpty || value.string != nil, type == nil || type == "s", alignment != "=" else {
                throw bad("\(value.pythonType) has no format '\(type.map(String.init) ?? "=")'")
            }
            let text = value.pythonText
            return padded(precision.map { String(text.unicodeScalars.prefix($0)) } ?? text, isNumber: false)
        }
    }

    private func number(_ value: JSON) throws -> String {
        let whole = value.whole
        var (digits, prefix) = ("", "")
        switch type {
        case "d"?,
            nil where whole != nil && precision == nil, "n"? where whole != nil:
            guard let whole else { throw bad("'d' needs an integer") }
            digits = String(whole.magnitude)
        case "x"?, "X"?, "o"?, "b"?:
            guard let whole, let type else { throw bad("'\(type ?? "x")' needs an integer") }
            let radix = type == "o" ? 8 : type == "b" ? 2 : 16
            digits = String(whole.magnitude, radix: radix, uppercase: type == "X")
            if isAlternate { prefix = "0\(type)" }
        case "c"?:
            guard let scalar = whole.flatMap({ UInt32(exactly: $0) }).flatMap({ Unicode.Scalar($0) }) else {
                throw bad("'c' needs a character's number")
            }
            return String(Character(scalar))
        case "f"?, "F"?, "e"?, "E"?, "g"?, "G"?:
            digits = PrintfFormat.float(
                abs(value.numeric ?? 0), "%\(isAlternate ? "#" : "").\(precision ?? 6)\(type ?? "g")")
        case "%"?: digits = PrintfFormat.float(abs(value.numeric ?? 0) * 100, "%.\(precision ?? 6)f") + "%"
        case nil:
            let magnitude = abs(value.numeric ?? 0)
            digits =
                precision.map { PrintfFormat.float(magnitude, "%.\(max(1, $0))g") } ?? JSON.number(magnitude).pythonText
        default: throw bad("unknown type '\(type ?? " ")'")
        }
        let isNegative = (value.numeric ?? 0) < 0
        return (isNegative ? "-" : sign == "-" ? "" : String(sign)) + prefix + grouped(digits)
    }

    private func grouped(_ digits: String) -> String {
        guard let grouping else { return digits }
        let whole = digits.prefix { $0.isNumber }
        let size = type == "x" || type == "X" || type == "b" || type == "o" ? 4 : 3
        let parts = stride(from: whole.count, to: 0, by: -size).map { (end: Int) -> String in
            String(whole.prefix(end).suffix(min(size, end)))
        }
        return parts.reversed().joined(separator: String(grouping)) + digits.dropFirst(whole.count)
    }

    private func padded(_ text: String, isNumber: Bool) -> String {
        let missing = max(0, width - text.unicodeScalars.count)
        let fill = { (count: Int) in String(repeating: self.fill, count: count) }
        switch alignment ?? (isNumber ? ">" : "<") {
        case "<": return text + fill(missing)
        case "^": return fill(missing / 2) + text + fill(missing - missing / 2)
        case "=":
            let head = text.prefix { "+- ".contains($0) }
            return head + fill(missing) + text.dropFirst(head.count)
        default: return fill(missing) + text
        }
    }

    private func bad(_ reason: String) -> TemplateProblemThrown { .bad("format", reason) }
}
