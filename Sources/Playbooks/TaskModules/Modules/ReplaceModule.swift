internal import JSON
internal import Templates

/// `replace`: every place of a file that a pattern matches gets another text.
enum ReplaceModule {
    static func propose(_ context: ModuleContext) throws -> Proposal {
        let path = try context.requiredPath("path")
        var edit = try FileEdit(path)
        guard let file = edit.before else { throw TaskFailure.notFound(path) }
        if let encoding = context.text("encoding"), !["utf-8", "utf8", "ascii"].contains(encoding.lowercased()) {
            throw TaskFailure.badArguments(module: "replace", reason: "'encoding' can only be utf-8, not \(encoding)")
        }
        edit.result = ["path": .string(path), "rc": 0]
        let text = file.text
        var section = text.startIndex..<text.endIndex
        if let pattern = sectionPattern(context) {
            guard let found = try PythonRegex(file.adapted("(?s)" + pattern)).groupRange("subsection", in: text) else {
                return Proposal(
                    edit.result.merging([
                        "msg": .string("Pattern for before/after params did not match the given file: \(pattern)")
                    ]))
            }
            section = found
        }
        let regex = try PythonRegex(file.adapted(try context.required("regexp")), multiline: true)
        let (new, count) = regex.substituting(
            in: String(text[section]), with: file.adapted(context.text("replace") ?? ""))
        if count > 0, new != text[section] {
            edit.after = text[..<section.lowerBound] + new + text[section.upperBound...]
            edit.message = "\(count) replacements made"
        }
        return try edit.proposal(context)
    }

    /// What stands before and after the part to look at.
    private static func sectionPattern(_ context: ModuleContext) -> String? {
        let (after, before) = (context.text("after") ?? "", context.text("before") ?? "")
        if after.isEmpty, before.isEmpty { return nil }
        return after + "(?P<subsection>.*\(!after.isEmpty && !before.isEmpty ? "?" : ""))" + before
    }
}
