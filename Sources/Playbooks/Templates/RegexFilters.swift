internal import JSON

extension FilterTable {
    static let regexFilters: [String: Filter] = [
        "regex_replace": text { value, arguments in
            try PythonRegex(try arguments.text(0, "pattern") ?? "", arguments, ignorecase: 2, multiline: 3)
                .replacing(in: value, with: try arguments.text(1, "replacement") ?? "")
        },
        "regex_search": plain { value, arguments in
            let pattern = try arguments.required(0, "regex", of: "regex_search").pythonText
            let regex = try PythonRegex(pattern, arguments, ignorecase: 99, multiline: 99)
            let wanted = try arguments.dropping(1).positional.map { try $0.resolved().pythonText }
            let shape = try PythonRegex("\\\\(\\d+|g<\\S+>)")
            guard wanted.allSatisfy(shape.matchesStart) else {
                throw TemplateProblemThrown.bad("regex_search", "groups are named '\\1' or '\\g<name>'")
            }
            guard let match = regex.firstNamedMatch(in: value.pythonText) else { return .null }
            if wanted.isEmpty { return match.groups[0] }
            return .array(
                try wanted.map { name in
                    let key = name.hasPrefix("\\g<") ? name.dropFirst(3).dropLast() : name.dropFirst()
                    if let number = Int(key), match.groups.indices.contains(number) { return match.groups[number] }
                    guard let group = match.names[String(key)] else {
                        throw TemplateProblemThrown.bad("regex_search", "there is no group '\(name)'")
                    }
                    return group
                })
        },
        "regex_findall": plain { value, arguments in
            let pattern = try arguments.required(0, "regex", of: "regex_findall").pythonText
            let regex = try PythonRegex(pattern, arguments, ignorecase: 2, multiline: 1)
            return .array(
                regex.allMatches(in: value.pythonText).map { groups in
                    let texts = groups.map { $0.isNull ? "" : $0 }
                    return texts.count == 1 ? texts[0] : texts.count == 2 ? texts[1] : .array(Array(texts.dropFirst()))
                })
        },
        "regex_escape": text { value, arguments in
            let type = try arguments.text(0, "re_type") ?? "python"
            let special: String
            switch type {
            case "python": special = "\\.+*?()[]{}^$|#&-~ \t\n\r\u{0B}\u{0C}"
            case "posix_basic": special = "[].^$*\\"
            default:
                throw TemplateProblemThrown.bad("regex_escape", "the types are python and posix_basic, not '\(type)'")
            }
            return value.map { special.contains($0) ? "\\\($0)" : String($0) }.joined()
        },
    ]
}
