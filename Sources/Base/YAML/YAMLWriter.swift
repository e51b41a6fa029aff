package import JSON

extension JSON {
    /// This value as YAML in block style, quoting what would be read back as something else; one newline at the end.
    package var yamlText: String {
        var lines: [String] = []
        writeYAML(indent: 0, into: &lines)
        return lines.joined(separator: "\n") + "\n"
    }

    private func writeYAML(indent: Int, into lines: inout [String]) {
        let margin = String(repeating: " ", count: indent)
        switch self {
        case .object(let members) where !members.isEmpty:
            for member in members.members {
                let key = margin + Self.yamlScalar(member.key) + ":"
                if member.value.isYAMLBlock {
                    lines.append(key)
                    member.value.writeYAML(indent: indent + 2, into: &lines)
                } else {
                    lines.append(key + " " + member.value.yamlInline)
                }
            }
        case .array(let elements) where !elements.isEmpty:
            for element in elements {
                if element.isYAMLBlock {
                    var inner: [String] = []
                    element.writeYAML(indent: indent + 2, into: &inner)
                    lines.append(margin + "- " + (inner.first?.dropFirst(indent + 2) ?? ""))
                    lines += inner.dropFirst()
                } else {
                    lines.append(margin + "- " + element.yamlInline)
                }
            }
        default: lines.append(margin + yamlInline)
        }
    }

    private var isYAMLBlock: Bool {
        switch self {
        case .object(let members): !members.isEmpty
        case .array(let elements): !elements.isEmpty
        default: false
        }
    }

    private var yamlInline: String {
        if case .string(let text) = self { Self.yamlScalar(text) } else { text }
    }

    private static func yamlScalar(_ text: String) -> String {
        let safe = text.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"):
                true
            default: "-_./@+=".utf8.contains(byte)
            }
        }
        if safe, startsWell(text), case .string = resolvePlainScalar(text) { return text }
        return quoted(text)
    }

    /// Whether every reader of YAML 1.1 and 1.2 takes this for a string as far as its start goes: no date, no `1e3`, no `y`.
    private static func startsWell(_ text: String) -> Bool {
        guard let first = text.utf8.first, !"-+.@=".utf8.contains(first), !["y", "Y", "n", "N"].contains(text) else {
            return false
        }
        let isNumeric = (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(first)
        return !isNumeric || text.utf8.count { $0 == UInt8(ascii: ".") } == 3
    }

    /// Double quotes, with what YAML (section 5.1) does not print escaped beyond what JSON escapes.
    private static func quoted(_ text: String) -> String {
        var output = ""
        for scalar in JSON.string(text).text.unicodeScalars {
            switch scalar.value {
            case 0x7F...0x9F, 0x2028...0x2029, 0xFEFF, 0xFFFE...0xFFFF:
                let digits = String(scalar.value, radix: 16)
                output += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: output.unicodeScalars.append(scalar)
            }
        }
        return output
    }
}
