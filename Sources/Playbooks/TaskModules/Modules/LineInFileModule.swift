internal import Bundles
internal import Glibc
internal import JSON
internal import Templates

/// `lineinfile`: a line is in a file, once, or is not.
enum LineInFileModule {
    static func propose(_ context: ModuleContext) throws -> Proposal {
        let path = try context.required("path")
        let attributes = try FileAttributes(context.arguments)
        let isAbsent = context.text("state") == "absent"
        let old = try SystemCalls.readText(path)
        let result: JSONObject = ["path": .string(path)]
        guard let text = old ?? (isAbsent ? nil : context.flag("create") ? "" : nil) else {
            if isAbsent { return Proposal(result) }
            throw TaskFailure.notFound(path)
        }
        if !isAbsent, context.text("line") == nil {
            throw TaskFailure.badArguments(module: "lineinfile", reason: "it needs 'line'")
        }
        let wanted = isAbsent ? try removed(text, context) : try placed(text, context)
        guard wanted != text || old == nil else {
            guard let current = try SystemCalls.linkStatus(path) else { return Proposal(result) }
            return FileModule.change(of: path, current, attributes, result: result)
        }
        return Proposal(result, differences: [.init(path: path, before: text, after: wanted)]) {
            if context.flag("backup"), old != nil {
                try SystemCalls.check("link", path) { link(path, "\(path).\(time(nil))~") }
            }
            try FileReplacement.write(wanted, to: path, attributes: attributes)
            return [:]
        }
    }

    private static func lines(_ text: String) -> [String] {
        var lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        if lines.last?.isEmpty == true { lines.removeLast() }
        return lines
    }

    /// How a line is recognized: by pattern, by a part of it, or by being the line itself.
    private static func matcher(_ context: ModuleContext) throws -> ((String) -> Bool)? {
        if let pattern = context.text("regexp") {
            let regex = try PythonRegex(pattern)
            return { regex.isFound(in: $0) }
        }
        if let part = context.text("search_string") { return { $0.contains(part) } }
        return nil
    }

    private static func removed(_ text: String, _ context: ModuleContext) throws -> String {
        let line = context.text("line")
        guard let matches = try matcher(context) ?? line.map({ line in { $0 == line } }) else {
            throw TaskFailure.badArguments(module: "lineinfile", reason: "it needs 'line', 'regexp' or 'search_string'")
        }
        let all = lines(text)
        let kept = all.filter { !matches($0) }
        return kept.count == all.count ? text : kept.map { $0 + "\n" }.joined()
    }

    private static func placed(_ text: String, _ context: ModuleContext) throws -> String {
        var line = context.text("line") ?? ""
        var all = lines(text)
        let positions = try matcher(context).map { matches in all.indices.filter { matches(all[$0]) } } ?? []
        let usesFirst = context.flag("firstmatch")
        if let at = usesFirst ? positions.first : positions.last {
            if context.flag("backrefs"), let pattern = context.text("regexp"),
                let groups = try PythonRegex(pattern).firstMatch(in: all[at])
            {
                line = PythonRegex.expand(line, groups)
            }
            if all[at] == line { return text }
            all[at] = line
        } else {
            if context.flag("backrefs") || all.contains(line) { return text }
            all.insert(line, at: try insertion(all, context, usesFirst))
        }
        return all.map { $0 + "\n" }.joined()
    }

    private static func insertion(_ lines: [String], _ context: ModuleContext, _ usesFirst: Bool) throws -> Int {
        if let before = context.text("insertbefore") {
            if before == "BOF" { return 0 }
            let regex = try PythonRegex(before)
            let found = usesFirst ? lines.firstIndex(where: regex.isFound) : lines.lastIndex(where: regex.isFound)
            return found ?? lines.count
        }
        guard let after = context.text("insertafter"), after != "EOF" else { return lines.count }
        let regex = try PythonRegex(after)
        let found = usesFirst ? lines.firstIndex(where: regex.isFound) : lines.lastIndex(where: regex.isFound)
        return found.map { $0 + 1 } ?? lines.count
    }
}
