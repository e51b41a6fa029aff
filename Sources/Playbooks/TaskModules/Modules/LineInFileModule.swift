internal import JSON
internal import Templates

/// `lineinfile`: a line is in a file, once, or is not.
enum LineInFileModule {
    static func propose(_ context: ModuleContext) throws -> Proposal {
        let path = try context.requiredPath("path")
        let isAbsent = context.text("state") == "absent"
        var edit = try FileEdit(path)
        edit.backupMember = "backup"
        edit.result = ["path": .string(path), "backup": ""]
        guard let before = edit.before ?? (context.flag("create") && !isAbsent ? TextFile() : nil) else {
            if isAbsent { return Proposal(edit.result.merging(["msg": "file not present"])) }
            throw TaskFailure.notFound(path)
        }
        if isAbsent {
            let removed = try remove(before, context)
            edit.after = removed.text
            edit.result["found"] = JSON(removed.count)
            if removed.count > 0 { edit.message = "\(removed.count) line(s) removed" }
        } else {
            (edit.after, edit.message) = try place(before, context)
        }
        return try edit.proposal(context)
    }

    private static func refused(_ reason: String) -> TaskFailure { .badArguments(module: "lineinfile", reason: reason) }

    /// How a line is recognized where a pattern or a part of it is given.
    private static func matcher(_ file: TextFile, _ context: ModuleContext) throws -> ((String) -> Bool)? {
        if let pattern = context.text("regexp") {
            let regex = try PythonRegex(file.adapted(pattern))
            return { regex.isFound(in: $0.withoutNewline) }
        }
        guard let part = context.text("search_string").map(file.adapted) else { return nil }
        return { $0.contains(part) }
    }

    private static func remove(_ file: TextFile, _ context: ModuleContext) throws -> (text: String, count: Int) {
        let line = context.text("line").map(file.adapted)
        guard let matches = try matcher(file, context) ?? line.map({ line in { $0.withoutLineEnd == line } }) else {
            throw refused("state absent needs one of 'line', 'regexp' and 'search_string'")
        }
        let all = file.text.linesWithEnds
        let kept = all.filter { !matches($0) }
        return (kept.joined(), all.count - kept.count)
    }

    private static func place(_ file: TextFile, _ context: ModuleContext) throws -> (text: String, message: String) {
        guard let line = context.text("line").map(file.adapted) else { throw refused("it needs 'line'") }
        let usesGroups = context.flag("backrefs")
        if usesGroups, context.text("regexp") == nil { throw refused("'backrefs' needs 'regexp'") }
        var lines = file.text.linesWithEnds
        let places = try Places(lines, line, try matcher(file, context), try Insertion(file, context), context)
        if let at = places.match ?? places.same {
            var new = line
            if places.match != nil, usesGroups, let pattern = context.text("regexp"),
                let groups = try PythonRegex(file.adapted(pattern)).firstMatch(in: lines[at].withoutNewline)
            {
                new = PythonRegex.expand(line, groups)
            }
            if !new.endsInNewline { new += "\n" }
            if lines[at] == new { return (file.text, "") }
            lines[at] = new
            return (lines.joined(), "line replaced")
        }
        // Without a match there are no groups to fill the line with.
        if usesGroups { return (file.text, "") }
        let at = places.insertion ?? lines.count
        if at == lines.count, let last = lines.last, !last.endsInNewline { lines[at - 1] += "\n" }
        if at < lines.count, lines[at].withoutLineEnd == line { return (file.text, "") }
        lines.insert(line + "\n", at: at)
        return (lines.joined(), "line added")
    }

    /// Where a new line goes.
    private struct Insertion {
        var isAtStart = false
        var isAfter = true
        var regex: PythonRegex?

        init(_ file: TextFile, _ context: ModuleContext) throws {
            let (after, before) = (context.text("insertafter"), context.text("insertbefore"))
            isAtStart = after == "BOF" || before == "BOF"
            isAfter = before == nil
            if let pattern = after ?? before, !["BOF", "EOF"].contains(pattern) {
                regex = try PythonRegex(file.adapted(pattern))
            }
        }
    }

    /// What was found in a file's lines.
    private struct Places {
        /// The line that the pattern recognizes.
        var match: Int?
        /// A line that is the wanted one already.
        var same: Int?
        var insertion: Int?

        init(
            _ lines: [String], _ line: String, _ matches: ((String) -> Bool)?, _ wanted: Insertion,
            _ context: ModuleContext
        ) throws {
            let usesFirst = context.flag("firstmatch")
            if let matches { match = usesFirst ? lines.firstIndex(where: matches) : lines.lastIndex(where: matches) }
            guard match == nil else { return }
            for (index, one) in lines.enumerated() {
                if one.withoutLineEnd == line {
                    same = index
                } else if let regex = wanted.regex, regex.isFound(in: one.withoutNewline) {
                    insertion = wanted.isAfter ? index + 1 : index
                    if usesFirst { break }
                }
            }
            if wanted.isAtStart { insertion = 0 }
        }
    }
}
