internal import Bundles
internal import Glibc
internal import JSON

/// `apt_repository`: a line of apt's sources (sources.list(5)).
enum AptRepositoryModule {
    static func propose(_ context: ModuleContext) throws -> Proposal {
        let repository = try context.required("repo")
        guard !repository.hasPrefix("ppa:") else {
            throw TaskFailure.badArguments(
                module: "apt_repository", reason: "'\(repository)': write the archive as 'deb [signed-by=…] https://…'")
        }
        let isPresent = context.text("state") != "absent"
        guard let line = AptSourceLine(repository), line.isEnabled, line.isSource else {
            throw TaskFailure.said("Invalid repository string: \(repository)")
        }
        var sources = try AptSources(folder: "/etc/apt")
        if isPresent {
            sources.add(line.source, fileName: context.text("filename"))
        } else {
            sources.remove(line.source)
        }
        var result: JSONObject = ["repo": .string(repository), "state": .string(isPresent ? "present" : "absent")]
        let changes = sources.changes
        guard !changes.isEmpty else { return Proposal(result) }
        result["sources_added"] = JSON(changes.filter { $0.before == nil }.map(\.path))
        result["sources_removed"] = JSON(changes.filter { $0.after == nil }.map(\.path))
        let differences = changes.map {
            TaskEvent.Difference(path: $0.path, before: $0.before ?? "", after: $0.after ?? "")
        }
        return Proposal(result, differences: differences) {
            try write(changes, context)
            if context.flag("update_cache", default: true) {
                do {
                    try AptCache.update(context)
                } catch {
                    // A repository that does not answer is not left behind to break the next update.
                    try write(changes.map { .init(path: $0.path, before: $0.after, after: $0.before) }, context)
                    throw error
                }
            }
            return [:]
        }
    }

    private static func write(_ changes: [AptSources.Change], _ context: ModuleContext) throws {
        for change in changes {
            guard let text = change.after else {
                if try SystemCalls.linkStatus(change.path) != nil {
                    try SystemCalls.check("unlink", change.path) { unlink(change.path) }
                }
                continue
            }
            let mode: JSON = change.before == nil ? context.arguments["mode"] ?? "0644" : .null
            try FileReplacement.write(text, to: change.path, attributes: try FileAttributes(["mode": mode]))
        }
    }
}

/// One line of a file of sources.
struct AptSourceLine: Hashable {
    var isEnabled = true
    /// With single spaces between its words.
    var source: String
    var comment = ""
    var isSource: Bool { ["deb", "deb-src"].contains(source.prefix { $0 != " " }) }

    /// Nil for an empty line.
    init?(_ text: String) {
        var text = text.trimmed
        if text.hasPrefix("#") {
            isEnabled = false
            text.removeFirst()
        }
        if let hash = text.firstIndex(of: "#"), hash != text.startIndex {
            comment = String(text[text.index(after: hash)...]).trimmed
            text = String(text[..<hash])
        }
        source = text.trimmed
        if source.isEmpty, isEnabled { return nil }
        if isSource { source = source.split(whereSeparator: \.isWhitespace).joined(separator: " ") }
    }

    /// The file that the peer would put the source into: by its address.
    static func fileName(_ source: String) -> String {
        var words = source.split(separator: " ").map(String.init)[...]
        words = words.drop { ["deb", "deb-src"].contains($0) }
        if words.first?.hasPrefix("[") == true {
            while let word = words.popFirst(), !word.hasSuffix("]") {}
        }
        var address = words.first ?? "added"
        if let scheme = address.firstRange(of: "://") { address = String(address[scheme.upperBound...]) }
        if let at = address.firstIndex(of: "@") { address = String(address[address.index(after: at)...]) }
        let kept = address.map { $0.isASCII && ($0.isLetter || $0.isNumber) ? $0 : " " }
        return String(kept).split(separator: " ").joined(separator: "_") + ".list"
    }
}

/// The files of apt's sources, in the format of a line a source.
struct AptSources {
    struct Change: Hashable {
        var path: String
        /// Nil where there is no file.
        var before: String?
        var after: String?
    }

    private let folder: String
    private let before: [String: String]
    private var after: [String: String]

    init(folder: String) throws {
        self.folder = folder
        let parts = folder + "/sources.list.d"
        var paths = [folder + "/sources.list"]
        if try SystemCalls.status(parts) != nil {
            paths += try SystemCalls.entries(parts).filter { $0.hasSuffix(".list") }.map { parts + "/" + $0 }
        }
        var texts: [String: String] = [:]
        for path in paths { texts[path] = try SystemCalls.readText(path) }
        (before, after) = (texts, texts)
    }

    var changes: [Change] {
        Set(before.keys).union(after.keys).sorted().compactMap { path in
            before[path] == after[path] ? nil : Change(path: path, before: before[path], after: after[path])
        }
    }

    /// Adds a source, or enables it where it stands disabled.
    mutating func add(_ source: String, fileName: String?) {
        var isThere = false
        for (path, text) in after {
            after[path] = text.linesWithEnds.map { line in
                guard let parsed = AptSourceLine(line), parsed.source == source else { return line }
                isThere = true
                guard !parsed.isEnabled else { return line }
                return source + (parsed.comment.isEmpty ? "" : " # \(parsed.comment)") + "\n"
            }.joined()
        }
        if isThere { return }
        let name = fileName.map { $0 + ".list" } ?? AptSourceLine.fileName(source)
        let path = name.hasPrefix("/") ? name : folder + "/sources.list.d/" + name
        var text = after[path] ?? ""
        if !text.isEmpty, !text.endsInNewline { text += "\n" }
        after[path] = text + source + "\n"
    }

    /// Removes an enabled source; a file that it leaves empty goes too.
    mutating func remove(_ source: String) {
        for (path, text) in after {
            let lines = text.linesWithEnds
            let kept = lines.filter { line in
                guard let parsed = AptSourceLine(line) else { return true }
                return !(parsed.isEnabled && parsed.source == source)
            }
            if kept.count != lines.count { after[path] = kept.isEmpty ? nil : kept.joined() }
        }
    }
}
