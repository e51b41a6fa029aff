internal import JSON
internal import Templates

/// `blockinfile`: lines between two markers are in a file, or are not.
enum BlockInFileModule {
    static func propose(_ context: ModuleContext) throws -> Proposal {
        let path = try context.requiredPath("path")
        var edit = try FileEdit(path)
        edit.result = ["path": .string(path)]
        let isAbsent = context.text("state") == "absent"
        if edit.before == nil {
            guard context.flag("create") else { throw TaskFailure.notFound(path) }
            if isAbsent { return Proposal(edit.result.merging(["msg": .string("File \(path) not present")])) }
        }
        let file = edit.before ?? TextFile()
        var block = isAbsent ? "" : file.adapted(context.text("block") ?? "")
        if !block.isEmpty, !block.endsInNewline { block += "\n" }
        edit.after = try placed(block, in: file, context)
        if edit.before == nil {
            edit.message = "File created"
        } else if edit.after != file.text {
            edit.message = block.isEmpty ? "Block removed" : "Block inserted"
        }
        return try edit.proposal(context)
    }

    private static func placed(_ block: String, in file: TextFile, _ context: ModuleContext) throws -> String {
        let marker = file.adapted(context.text("marker") ?? "# {mark} ANSIBLE MANAGED BLOCK")
        func line(_ name: String, _ fallback: String) -> String {
            marker.replacing("{mark}", with: file.adapted(context.text(name) ?? fallback)) + "\n"
        }
        let (begin, end) = (line("marker_begin", "BEGIN"), line("marker_end", "END"))
        var lines = file.text.linesWithEnds
        let at: Int
        if let first = lines.lastIndex(of: begin), let last = lines.lastIndex(of: end) {
            at = min(first, last)
            lines.removeSubrange(at...max(first, last))
        } else {
            at = try insertion(file, lines, context)
        }
        if at > 0, !lines[at - 1].endsInNewline { lines[at - 1] += "\n" }
        if !block.isEmpty { lines.insert(begin + block + end, at: at) }
        return lines.joined()
    }

    private static func insertion(_ file: TextFile, _ lines: [String], _ context: ModuleContext) throws -> Int {
        let (after, before) = (context.text("insertafter"), context.text("insertbefore"))
        if before == "BOF" { return 0 }
        guard let pattern = (after == "EOF" ? nil : after) ?? before else { return lines.count }
        let regex = try PythonRegex(file.adapted(pattern))
        let found: Int?
        if pattern.hasPrefix("(?"), pattern.prefix(while: { $0 != ")" }).contains("m") {
            // A pattern over several lines is looked for in the whole text.
            found = regex.firstRange(in: file.text).map { range in
                let until = after != nil ? range.upperBound : range.lowerBound
                return file.text[..<until].utf8.count { $0 == UInt8(ascii: "\n") }
            }
        } else {
            found = lines.lastIndex { regex.isFound(in: $0.withoutNewline) }
        }
        return found.map { after != nil ? min(lines.count, $0 + 1) : $0 } ?? lines.count
    }
}
