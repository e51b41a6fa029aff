internal import JSON

extension Inventory {
    /// Ansible's INI form: hosts with their variables, each group, the variables of all.
    package var iniText: String {
        var sections: [[String]] = []
        let grouped = hosts.map { host in
            ([host.name] + host.variables.members.map { "\($0.key)=\(Self.word($0.value))" }).joined(separator: " ")
        }
        sections.append(["[all]"] + grouped)
        for group in groups {
            if !group.hosts.isEmpty || group.children.isEmpty { sections.append(["[\(group.name)]"] + group.hosts) }
            if !group.children.isEmpty { sections.append(["[\(group.name):children]"] + group.children) }
            if !group.variables.isEmpty { sections.append(["[\(group.name):vars]"] + Self.settings(group.variables)) }
        }
        if !variables.isEmpty { sections.append(["[all:vars]"] + Self.settings(variables)) }
        return sections.map { $0.joined(separator: "\n") }.joined(separator: "\n\n") + "\n"
    }

    private static func settings(_ variables: JSONObject) -> [String] {
        variables.members.map { "\($0.key)=\(literal($0.value))" }
    }

    /// A value within a host's line, where white space and quotes part words.
    private static func word(_ value: JSON) -> String {
        let text = literal(value)
        let isPlain = text.allSatisfy { !$0.isWhitespace && !"'\"#\\".contains($0) } && !text.isEmpty
        return isPlain ? text : "'" + text.replacing("'", with: "'\"'\"'") + "'"
    }

    /// A value as Python writes it; text that would be read as something else is quoted.
    private static func literal(_ value: JSON) -> String {
        switch value {
        case .bool(let flag): flag ? "True" : "False"
        case .null: "None"
        case .string(let text):
            text.isEmpty || Int64(text) != nil || Double(text) != nil || ["True", "False", "None"].contains(text)
                || text.contains("#") || text.first == "[" || text.first == "{"
                ? JSON.string(text).text : text
        case .array(let elements): "[" + elements.map(inner).joined(separator: ", ") + "]"
        case .object(let members):
            "{" + members.members.map { JSON.string($0.key).text + ": " + inner($0.value) }.joined(separator: ", ")
                + "}"
        default: value.text
        }
    }

    /// A value within a list or a dict, where all text is quoted.
    private static func inner(_ value: JSON) -> String {
        if case .string(let text) = value { JSON.string(text).text } else { literal(value) }
    }
}
