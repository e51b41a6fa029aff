package import JSON

/// JSON as Python's `json.dumps` writes it.
struct PythonJSON {
    struct Style {
        var indent: Int?
        var sorted = false
        var escapesUnicode = true
        var comma = ", "
        var colon = ": "

        init(indent: Int?, sorted: Bool) {
            self.indent = indent.map { max(0, min(100, $0)) }
            self.sorted = sorted
            if indent != nil { comma = "," }
        }

        /// The options of `to_json` and `to_nice_json`; positional ones begin at a position.
        init(_ arguments: CallArguments, indent: Int?, sorted: Bool, from position: Int) throws {
            let given = try arguments.json(position, "indent")
            self.init(
                indent: given.map { $0.isNull ? nil : Int(clamping: $0.whole ?? 4) } ?? indent,
                sorted: try arguments.flag(position + 1, "sort_keys") ?? sorted)
            escapesUnicode = try arguments.flag(position + 99, "ensure_ascii") ?? true
            if let separators = try arguments.json(position + 99, "separators"), let comma = separators[0]?.string,
                let colon = separators[1]?.string
            {
                (self.comma, self.colon) = (comma, colon)
            }
        }
    }

    private let style: Style
    private var output = ""

    static func text(_ value: JSON, _ style: Style) -> String {
        var writer = PythonJSON(style: style)
        writer.write(value, depth: 0)
        return writer.output
    }

    private init(style: Style) { self.style = style }

    private mutating func newLine(_ depth: Int) {
        if let indent = style.indent { output += "\n" + String(repeating: " ", count: indent * depth) }
    }

    private mutating func write(_ value: JSON, depth: Int) {
        switch value {
        case .array(let elements) where !elements.isEmpty:
            output += "["
            for (position, element) in elements.enumerated() {
                if position > 0 { output += style.comma }
                newLine(depth + 1)
                write(element, depth: depth + 1)
            }
            newLine(depth)
            output += "]"
        case .object(let object) where !object.isEmpty:
            output += "{"
            let members = style.sorted ? object.members.sorted { $0.key < $1.key } : object.members
            for (position, member) in members.enumerated() {
                if position > 0 { output += style.comma }
                newLine(depth + 1)
                output += Self.quoted(member.key, style.escapesUnicode) + style.colon
                write(member.value, depth: depth + 1)
            }
            newLine(depth)
            output += "}"
        case .string(let text): output += Self.quoted(text, style.escapesUnicode)
        case .number(let number):
            output +=
                number.isNaN ? "NaN" : number.isInfinite ? (number < 0 ? "-Infinity" : "Infinity") : value.pythonText
        default: output += value.text
        }
    }

    private static func quoted(_ text: String, _ escapesUnicode: Bool) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar.value {
            case 0x22: result += "\\\""
            case 0x5C: result += "\\\\"
            case 0x0A: result += "\\n"
            case 0x0D: result += "\\r"
            case 0x09: result += "\\t"
            case 0x08: result += "\\b"
            case 0x0C: result += "\\f"
            case 0x20..<0x7F: result.unicodeScalars.append(scalar)
            case 0x7F... where !escapesUnicode: result.unicodeScalars.append(scalar)
            case 0x7F: result.unicodeScalars.append(scalar)
            default:
                for unit in String(Character(scalar)).utf16 {
                    let digits = String(unit, radix: 16)
                    result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
                }
            }
        }
        return result + "\""
    }
}

extension JSON {
    /// As Python's `json.dumps` writes it.
    package var pythonJSON: String { PythonJSON.text(self, PythonJSON.Style(indent: nil, sorted: false)) }
}
