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
        "regex_replace": text { value, arguments in
            try PythonRegex(try arguments.text(0, "pattern") ?? "", arguments, from: 2)
                .replacing(
                    in: value, with: try arguments.text(1, "replacement") ?? "",
                    maximum: try arguments.integer(4, "count") ?? 0)
        },
        "regex_search": plain { value, arguments in
            let regex = try PythonRegex(
                try arguments.required(0, "regex", of: "regex_search").pythonText, arguments, from: 99)
            guard let groups = regex.firstMatch(in: value.pythonText) else { return .null }
            let wanted = try arguments.dropping(1).positional.map { try $0.resolved().pythonText }
            if wanted.isEmpty { return groups[0] }
            return .array(
                try wanted.map { name in
                    guard name.hasPrefix("\\"), let number = Int(name.dropFirst()), groups.indices.contains(number)
                    else {
                        throw TemplateProblemThrown.bad("regex_search", "there is no group '\(name)'")
                    }
                    return groups[number]
                })
        },
        "regex_findall": plain { value, arguments in
            let regex = try PythonRegex(
                try arguments.required(0, "regex", of: "regex_findall").pythonText, arguments, from: 1)
            return .array(
                regex.allMatches(in: value.pythonText).map { groups in
                    groups.count == 1 ? groups[0] : groups.count == 2 ? groups[1] : .array(Array(groups.dropFirst()))
                })
        },
        "regex_escape": text { value, _ in
            value.map { "\\.+*?()[]{}^$|#&-~ \t\n".contains($0) ? "\\\($0)" : String($0) }.joined()
        },
        "indent": text { value, arguments in
            let width = try arguments.json(0, "width") ?? 4
            let margin = width.string ?? String(repeating: " ", count: max(0, min(1000, width.integer ?? 4)))
            let (first, blank) = (try arguments.flag(1, "first") ?? false, try arguments.flag(2, "blank") ?? false)
            let lines = value.split(separator: "\n", omittingEmptySubsequences: false).enumerated().map {
                number, line in
                (number == 0 ? first : blank || !line.isEmpty) ? margin + line : String(line)
            }
            return lines.joined(separator: "\n")
        },
        "quote": text { value, _ in Texts.shellQuoted(value) },
        "center": text { value, arguments in
            let padding = max(0, min(4096, try arguments.integer(0, "width") ?? 80) - value.count)
            // Python puts the odd space to the left where the width is odd.
            let left = padding / 2 + (padding & (min(4096, try arguments.integer(0, "width") ?? 80)) & 1)
            return String(repeating: " ", count: left) + value + String(repeating: " ", count: padding - left)
        },
        "format": plain { value, arguments in
            .string(try PrintfFormat.format(value.pythonText, try arguments.positional.map { try $0.resolved() }))
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
        "comment": text { value, _ in
            "#\n"
                + value.split(separator: "\n", omittingEmptySubsequences: false).map { $0.isEmpty ? "#" : "# " + $0 }
                .joined(separator: "\n") + "\n#"
        },
        "wordcount": plain { value, _ in JSON(value.pythonText.split { $0.isWhitespace }.count) },
        "split": plain { value, arguments in try MethodTable.split(value.pythonText, arguments) },
        "splitlines": plain { value, _ in JSON(Texts.lines(value.pythonText)) },
        "escape": text { value, _ in Texts.escaped(value) },
        "e": text { value, _ in Texts.escaped(value) },
        "safe": plain { value, _ in value },
        "urlencode": text { value, _ in Texts.percentEncoded(value) },
    ]
}

/// Text operations as Python does them.
enum Texts {
    static func replace(_ text: String, _ old: String, _ new: String, maximum: Int?) -> String {
        if old.isEmpty { return text }
        return text.replacing(old, with: new, maxReplacements: maximum.map { $0 < 0 ? Int.max : $0 } ?? Int.max)
    }

    static func title(_ text: String) -> String {
        var startsWord = true
        return text.map { character in
            defer { startsWord = !(character.isLetter || character.isNumber || character == "'") }
            return startsWord ? character.uppercased() : character.lowercased()
        }.joined()
    }

    /// Python's `shlex.quote`.
    static func shellQuoted(_ text: String) -> String {
        if text.isEmpty { return "''" }
        let safe = text.utf8.allSatisfy { byte in
            (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
                || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
                || "@%_-+=:,./".utf8.contains(byte)
        }
        return safe ? text : "'" + text.replacing("'", with: "'\"'\"'") + "'"
    }

    static func lines(_ text: String) -> [String] {
        var lines = text.split(omittingEmptySubsequences: false) { $0.isNewline }.map(String.init)
        if lines.last?.isEmpty == true { lines.removeLast() }
        return lines
    }

    static func escaped(_ text: String) -> String {
        text.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
            .replacing("\"", with: "&#34;").replacing("'", with: "&#39;")
    }

    static func percentEncoded(_ text: String) -> String {
        text.utf8.map { byte in
            let plain =
                (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
                || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || "_.-~/".utf8.contains(byte)
            let digits = String(byte, radix: 16, uppercase: true)
            return plain ? String(UnicodeScalar(byte)) : "%" + (digits.count < 2 ? "0" : "") + digits
        }.joined()
    }
}
