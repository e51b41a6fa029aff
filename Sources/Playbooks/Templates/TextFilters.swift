internal import JSON

extension FilterTable {
    static let textFilters: [String: Filter] = [
        "lower": text { value, _ in value.lowercased() },
        "upper": text { value, _ in value.uppercased() },
        "capitalize": text { value, _ in value.prefix(1).uppercased() + value.dropFirst().lowercased() },
        "title": text { value, _ in Texts.title(value) },
        "trim": text { value, arguments in Conversions.trimmed(value, of: try arguments.text(0, "chars")) },
        "replace": text { value, arguments in
            let old = try arguments.required(0, "old", of: "replace").pythonText
            let new = try arguments.required(1, "new", of: "replace").pythonText
            return Texts.replace(value, old, new, maximum: try arguments.integer(2, "count"))
        },
        "indent": text { value, arguments in
            let width = try arguments.json(0, "width") ?? 4
            let margin = width.string ?? String(repeating: " ", count: max(0, min(1000, width.integer ?? 4)))
            let (first, blank) = (try arguments.flag(1, "first") ?? false, try arguments.flag(2, "blank") ?? false)
            let lines = (value + "\n").split(separator: "\n", omittingEmptySubsequences: false).dropLast()
            return lines.enumerated().map { number, line in
                (number == 0 ? first : blank || !line.isEmpty) ? margin + line : String(line)
            }.joined(separator: "\n")
        },
        "quote": plain { value, _ in .string(Texts.shellQuoted(value.isNull ? "" : value.pythonText)) },
        "center": text { value, arguments in
            let width = max(0, min(4096, try arguments.integer(0, "width") ?? 80))
            let padding = String(repeating: " ", count: max(0, width - value.unicodeScalars.count))
            return Texts.centered(value, in: padding, width: width)
        },
        "format": plain { value, arguments in
            guard arguments.named.isEmpty || arguments.positional.isEmpty else {
                throw TemplateProblemThrown.bad("format", "it takes values by position or by name, not both")
            }
            let values = try arguments.positional.map { try $0.resolved() }
            return .string(
                try PrintfFormat.format(
                    value.pythonText, arguments.named.isEmpty ? values : [.object(try arguments.namedValues())]))
        },
        "truncate": text { value, arguments in
            let (length, kills) = (
                try arguments.integer(0, "length") ?? 255, try arguments.flag(1, "killwords") ?? false
            )
            let end = try arguments.text(2, "end") ?? "..."
            guard value.count > length + (try arguments.integer(3, "leeway") ?? 5) else { return value }
            let kept = value.prefix(max(0, length - end.count))
            return (kills ? kept : kept.lastIndex(of: " ").map { kept[..<$0] } ?? kept) + end
        },
        "comment": text { value, arguments in try Comment(arguments).around(value) },
        "wordcount": plain { value, _ in
            JSON(value.pythonText.split { !($0.isLetter || $0.isNumber || $0 == "_") }.count)
        },
        "wordwrap": text { value, arguments in try WordWrap(arguments).wrapped(value) },
        "split": plain { value, arguments in try StringMethods.split(value.pythonText, arguments) },
    ]
}
