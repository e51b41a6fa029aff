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
        let startsWell = text.utf8.first.map { !"-@=".utf8.contains($0) } ?? false
        if safe, startsWell, case .string = resolvePlainScalar(text) { return text }
        return JSON.string(text).text
    }
}
