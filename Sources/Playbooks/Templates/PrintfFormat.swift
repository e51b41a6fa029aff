internal import Glibc
internal import JSON

/// Python's `%` formatting.
enum PrintfFormat {
    private struct Field {
        var key: String?
        var flags: Set<Character> = []
        var width = 0
        var precision: Int?
        var conversion: Character = "s"
    }

    static func format(_ format: String, _ arguments: [JSON]) throws -> String {
        var (result, rest) = ("", Substring(format))
        var remaining = arguments[...]
        var usesNames = false
        while let percent = rest.firstIndex(of: "%") {
            result += rest[..<percent]
            rest = rest[rest.index(after: percent)...]
            let field = try takeField(&rest, &remaining)
            if field.conversion == "%" {
                result += "%"
                continue
            }
            let argument: JSON?
            if let key = field.key {
                guard let members = arguments.first?.object else { throw bad("a format with names needs a dict") }
                (argument, usesNames) = (members[key], true)
            } else {
                argument = remaining.popFirst()
            }
            guard let argument else { throw bad("the format '\(format)' needs more values") }
            result += try written(argument, field)
        }
        guard remaining.isEmpty || usesNames || arguments.first?.object != nil else {
            throw bad("the format '\(format)' takes fewer values")
        }
        return result + rest
    }

    private static func takeField(_ rest: inout Substring, _ arguments: inout ArraySlice<JSON>) throws -> Field {
        var field = Field()
        if rest.first == "(" {
            guard let end = rest.firstIndex(of: ")") else { throw bad("the format's name is not closed") }
            field.key = String(rest[rest.index(after: rest.startIndex)..<end])
            rest = rest[rest.index(after: end)...]
        }
        while let flag = rest.first, "-0+ #".contains(flag) {
            field.flags.insert(flag)
            rest.removeFirst()
        }
        field.width = try takeNumber(&rest, &arguments) ?? 0
        if field.width < 0 {
            field.flags.insert("-")
            field.width = -field.width
        }
        if rest.first == "." {
            rest.removeFirst()
            field.precision = max(0, try takeNumber(&rest, &arguments) ?? 0)
        }
        while let length = rest.first, "hlL".contains(length) { rest.removeFirst() }
        guard let conversion = rest.popFirst() else { throw bad("the format ends within '%'") }
        field.conversion = conversion
        return field
    }

    private static func takeNumber(_ rest: inout Substring, _ arguments: inout ArraySlice<JSON>) throws -> Int? {
        if rest.first == "*" {
            rest.removeFirst()
            guard let width = arguments.popFirst()?.whole else { throw bad("'*' needs an integer") }
            return max(-4096, min(4096, Int(clamping: width)))
        }
        let digits = rest.prefix { $0.isASCII && $0.isNumber }
        rest = rest.dropFirst(digits.count)
        return digits.isEmpty ? nil : min(4096, Int(digits) ?? 4096)
    }

    private static func written(_ value: JSON, _ field: Field) throws -> String {
        var text = try converted(value, field)
        let isNumber = "diuxXoeEfFgG".contains(field.conversion)
        if isNumber, !text.hasPrefix("-") {
            text = (field.flags.contains("+") ? "+" : field.flags.contains(" ") ? " " : "") + text
        }
        let missing = max(0, field.width - text.unicodeScalars.count)
        if field.flags.contains("-") { return text + String(repeating: " ", count: missing) }
        guard isNumber, field.flags.contains("0") else { return String(repeating: " ", count: missing) + text }
        var head = text.prefix { "+- ".contains($0) }
        if text.dropFirst(head.count).hasPrefix("0x") || text.dropFirst(head.count).hasPrefix("0X") {
            head = text.prefix(head.count + 2)
        }
        return head + String(repeating: "0", count: missing) + text.dropFirst(head.count)
    }

    private static func converted(_ value: JSON, _ field: Field) throws -> String {
        switch field.conversion {
        case "s": return cut(value.pythonText, field.precision)
        case "r", "a": return cut(value.pythonRepresentation, field.precision)
        case "c":
            if case .string(let text) = value, text.unicodeScalars.count == 1 { return text }
            if let scalar = value.whole.flatMap({ UInt32(exactly: $0) }).flatMap({ Unicode.Scalar($0) }) {
                return String(Character(scalar))
            }
        case "d", "i", "u":
            if let number = value.whole ?? value.numeric.flatMap({ Int64(exactly: $0.rounded(.towardZero)) }) {
                return digits(number, radix: 10, field)
            }
        case "x", "X", "o": if let number = value.whole { return digits(number, radix: radix(field), field) }
        case "e", "E", "f", "F", "g", "G":
            if let number = value.numeric {
                let flag = field.flags.contains("#") ? "#" : ""
                return float(number, "%\(flag).\(field.precision ?? 6)\(field.conversion)")
            }
        default: throw bad("unknown conversion '%\(field.conversion)'")
        }
        throw bad("'%\(field.conversion)' needs a number, not \(value.pythonType)")
    }

    private static func cut(_ text: String, _ precision: Int?) -> String {
        precision.map { String(text.unicodeScalars.prefix($0)) } ?? text
    }

    private static func radix(_ field: Field) -> Int { field.conversion == "o" ? 8 : 16 }

    private static func digits(_ number: Int64, radix: Int, _ field: Field) -> String {
        let digits = String(number.magnitude, radix: radix, uppercase: field.conversion == "X")
        let padded = String(repeating: "0", count: max(0, (field.precision ?? 0) - digits.count)) + digits
        let prefix = !field.flags.contains("#") || radix == 10 ? "" : radix == 8 ? "0o" : "0\(field.conversion)"
        return (number < 0 ? "-" : "") + prefix + padded
    }

    /// A number in one of C's formats, such as `%.2f`.
    static func float(_ number: Double, _ format: String) -> String {
        withVaList([number]) { list in
            var buffer = [CChar](repeating: 0, count: 8192)
            let count = vsnprintf(&buffer, buffer.count, format, list)
            return String(
                decoding: buffer[..<max(0, min(Int(count), 8191))].map { UInt8(bitPattern: $0) }, as: UTF8.self)
        }
    }

    /// A number with so many decimals.
    static func fixed(_ number: Double, _ decimals: Int) -> String { float(number, "%.\(decimals)f") }

    private static func bad(_ reason: String) -> TemplateProblemThrown { TemplateProblemThrown(.typeMismatch(reason)) }
}
