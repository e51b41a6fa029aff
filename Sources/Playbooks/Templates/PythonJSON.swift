internal import JSON

/// JSON as Python's `json.dumps` writes it: `", "` and `": "` between, non-ASCII escaped.
enum PythonJSON {
    static func text(_ value: JSON, indent: Int?, sorted: Bool) -> String {
        var output = ""
        write(value, indent: indent.map { max(0, min(100, $0)) }, depth: 0, sorted: sorted, into: &output)
        return output
    }

    private static func write(_ value: JSON, indent: Int?, depth: Int, sorted: Bool, into output: inout String) {
        let newline: (Int) -> String = { depth in indent.map { "\n" + String(repeating: " ", count: $0 * depth) } ?? ""
        }
        let comma = indent == nil ? ", " : ","
        switch value {
        case .array(let elements) where !elements.isEmpty:
            output += "["
            for (position, element) in elements.enumerated() {
                output += (position > 0 ? comma : "") + newline(depth + 1)
                write(element, indent: indent, depth: depth + 1, sorted: sorted, into: &output)
            }
            output += newline(depth) + "]"
        case .object(let object) where !object.isEmpty:
            output += "{"
            let members = sorted ? object.members.sorted { $0.key < $1.key } : object.members
            for (position, member) in members.enumerated() {
                output += (position > 0 ? comma : "") + newline(depth + 1) + quoted(member.key) + ": "
                write(member.value, indent: indent, depth: depth + 1, sorted: sorted, into: &output)
            }
            output += newline(depth) + "}"
        case .string(let text): output += quoted(text)
        case .number(let number): output += number.isFinite ? "\(number)" : "NaN"
        default: output += value.text
        }
    }

    private static func quoted(_ text: String) -> String {
        var result = "\""
        for unit in text.utf16 {
            switch unit {
            case 0x22: result += "\\\""
            case 0x5C: result += "\\\\"
            case 0x0A: result += "\\n"
            case 0x0D: result += "\\r"
            case 0x09: result += "\\t"
            case 0x08: result += "\\b"
            case 0x0C: result += "\\f"
            case 0x20..<0x7F: result.unicodeScalars.append(Unicode.Scalar(UInt8(unit)))
            default:
                let digits = String(unit, radix: 16)
                result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            }
        }
        return result + "\""
    }
}
