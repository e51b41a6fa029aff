internal import JSON

/// YAML in block style as Ansible's `to_nice_yaml` writes it: sorted keys, lists at their key's own margin.
enum PythonYAML {
    static func text(_ value: JSON, indent: Int) -> String {
        var lines: [String] = []
        write(value, margin: 0, indent: max(1, min(20, indent)), into: &lines)
        return lines.joined(separator: "\n") + "\n"
    }

    private static func write(_ value: JSON, margin: Int, indent: Int, into lines: inout [String]) {
        let space = String(repeating: " ", count: margin)
        switch value {
        case .object(let object) where !object.isEmpty:
            for member in object.members.sorted(by: { $0.key < $1.key }) {
                let key = space + scalar(.string(member.key)) + ":"
                if isBlock(member.value) {
                    lines.append(key)
                    write(
                        member.value, margin: member.value.array == nil ? margin + indent : margin, indent: indent,
                        into: &lines)
                } else {
                    lines.append(key + " " + scalar(member.value))
                }
            }
        case .array(let elements) where !elements.isEmpty:
            let dash = "-" + String(repeating: " ", count: max(1, indent - 1))
            for element in elements {
                guard isBlock(element) else {
                    lines.append(space + dash + scalar(element))
                    continue
                }
                let first = lines.count
                write(element, margin: margin + indent, indent: indent, into: &lines)
                lines[first] = space + dash + lines[first].dropFirst(margin + dash.count)
            }
        default: lines.append(space + scalar(value))
        }
    }

    private static func isBlock(_ value: JSON) -> Bool {
        switch value {
        case .object(let members): !members.isEmpty
        case .array(let elements): !elements.isEmpty
        default: false
        }
    }

    private static func scalar(_ value: JSON) -> String {
        guard case .string(let text) = value else { return value.text }
        let reserved = ["", "~", "null", "true", "false", "yes", "no", "on", "off", "y", "n"].contains(
            text.lowercased())
        let first = text.unicodeScalars.first
        let numeric =
            first.map { "+-.0123456789".unicodeScalars.contains($0) } ?? false
            && text.allSatisfy { "+-.0123456789eExX_abcdefABCDEF:".contains($0) }
        let special = first.map { "!&*-?|>@`\"'%#{}[],:=<".unicodeScalars.contains($0) } ?? false
        if text.unicodeScalars.contains(where: { $0.value < 0x20 }) { return JSON.string(text).text }
        if reserved || numeric || special || text.contains(": ") || text.contains(" #") || text.hasSuffix(":")
            || text.hasPrefix(" ") || text.hasSuffix(" ")
        {
            return "'" + text.replacing("'", with: "''") + "'"
        }
        return text
    }
}
