internal import Bundles
internal import Glibc
internal import JSON

/// `cron`: a job or a variable in a user's table or in a file below /etc/cron.d (crontab(5)).
enum CronModule {
    static func propose(_ context: ModuleContext) throws -> Proposal {
        try check(context)
        let table = try Table(context)
        var lines = CronLines(table.text.lineTexts)
        let name = try context.required("name")
        let isPresent = context.text("state") != "absent"
        if context.flag("env") {
            try changeVariable(&lines, name, isPresent, context)
        } else {
            lines.change(name, to: isPresent ? try job(context) : nil)
        }
        var result: JSONObject = ["jobs": JSON(lines.jobNames), "envs": JSON(lines.variableNames), "warnings": []]
        if let file = context.text("cron_file") { result["cron_file"] = .string(file) }
        let after = lines.text
        guard lines.isChanged || (!table.text.isEmpty && !table.text.endsInNewline) else { return Proposal(result) }
        return Proposal(result, differences: [.init(path: table.shownName, before: table.text, after: after)]) {
            var members = JSONObject()
            if context.flag("backup") { members["backup_file"] = .string(try backup(table.text)) }
            try table.write(lines.isEmpty && !isPresent && !context.flag("env") ? nil : after)
            return members
        }
    }

    private static func refused(_ reason: String) -> TaskFailure { .badArguments(module: "cron", reason: reason) }

    private static let times = ["minute", "hour", "day", "month", "weekday"]

    private static func check(_ context: ModuleContext) throws {
        if context.text("special_time") != nil, times.contains(where: { (context.text($0) ?? "*") != "*" }) {
            throw refused("it takes either 'special_time' or times and dates")
        }
        let places = context.text("insertafter") ?? context.text("insertbefore")
        if places != nil, !context.flag("env") { throw refused("'insertafter' and 'insertbefore' need 'env: true'") }
        guard context.text("state") != "absent" else { return }
        if context.text("cron_file") != nil, context.text("user") == nil { throw refused("'cron_file' needs 'user'") }
        if context.text("job") == nil { throw refused("a job or variable that is to be there needs 'job'") }
    }

    private static func job(_ context: ModuleContext) throws -> String {
        let job = try context.required("job").withoutLineEnd.drop { $0.isNewline }
        let time =
            context.text("special_time").map { "@" + $0 }
            ?? times.map { context.text($0) ?? "*" }.joined(separator: " ")
        let user = context.text("cron_file") == nil ? "" : " " + (context.text("user") ?? "root")
        return (context.flag("disabled") ? "#" : "") + "\(time)\(user) \(job)"
    }

    private static func changeVariable(
        _ lines: inout CronLines, _ name: String, _ isPresent: Bool, _ context: ModuleContext
    ) throws {
        guard !name.contains(" ") else { throw refused("'\(name)' is no name of a variable") }
        let declaration = isPresent ? "\(name)=\"\(try context.required("job"))\"" : nil
        let neighbour = context.text("insertafter") ?? context.text("insertbefore")
        guard
            lines.changeVariable(
                name, to: declaration, beside: neighbour, after: context.text("insertafter") != nil)
        else { throw refused("there is no variable '\(neighbour ?? "")'") }
    }

    private static func backup(_ text: String) throws -> String {
        let path = "/tmp/crontab." + String(UInt64.random(in: 0...UInt64.max), radix: 36)
        try FileReplacement.write(text, to: path, attributes: try FileAttributes(["mode": "0600"]))
        return path
    }

    /// Where the lines are kept.
    private struct Table {
        private let file: String?
        private let user: String?
        private let context: ModuleContext
        let text: String

        init(_ context: ModuleContext) throws {
            self.context = context
            file = try context.path("cron_file").map { $0.hasPrefix("/") ? $0 : "/etc/cron.d/" + $0 }
            user = context.text("user")
            if let file {
                guard file != "/etc/crontab" else { throw refused("/etc/crontab is not managed by 'cron_file'") }
                text = try SystemCalls.readText(file) ?? ""
                return
            }
            guard Spawn.finds("crontab") else { throw TaskFailure.noProgram("crontab", package: "cron") }
            let said = try context.run(["crontab"] + Self.whose(user) + ["-l"])
            guard said.status == 0 || said.status == 1 else {
                throw TaskFailure.commandFailed(command: "crontab -l", status: said.status, output: said.errorText)
            }
            text = said.status == 0 ? said.outputText : ""
        }

        private static func whose(_ user: String?) -> [String] {
            user.map { Accounts.userName(geteuid()) == $0 ? [] : ["-u", $0] } ?? []
        }

        var shownName: String { file ?? user.map { "crontab of \($0)" } ?? "crontab" }

        /// Nil: nothing is left that a file should be kept for.
        func write(_ text: String?) throws {
            guard let file else {
                try context.spawn(["crontab"] + Self.whose(user) + ["-"], input: Array((text ?? "").utf8))
                return
            }
            if let text {
                try FileReplacement.write(text, to: file, attributes: try FileAttributes([:]))
            } else if try SystemCalls.linkStatus(file) != nil {
                try SystemCalls.check("unlink", file) { unlink(file) }
            }
        }
    }
}

/// The lines of a crontab, with the comments that name jobs.
struct CronLines {
    private var lines: [String]
    private(set) var isChanged = false
    private static let mark = "#Ansible: "

    init(_ lines: [String]) { self.lines = lines }

    var text: String {
        var all = lines
        while all.last?.isEmpty == true { all.removeLast() }
        return all.isEmpty ? "" : all.joined(separator: "\n") + "\n"
    }

    var isEmpty: Bool { lines.allSatisfy { $0.trimmed.isEmpty } }

    var jobNames: [String] {
        lines.filter { $0.hasPrefix(Self.mark) }.map { String($0.dropFirst(Self.mark.count)) }
    }

    var variableNames: [String] {
        lines.compactMap { line in
            guard let equals = line.firstIndex(of: "="), equals != line.startIndex,
                !line[..<equals].contains(where: \.isWhitespace)
            else { return nil }
            return String(line[..<equals])
        }
    }

    /// Puts a job under its name, or takes it away.
    mutating func change(_ name: String, to job: String?) {
        let comment = Self.mark + name
        if let at = lines.firstIndex(of: comment), at + 1 < lines.count {
            if let job {
                guard lines[at + 1] != job else { return }
                lines[at + 1] = job
            } else {
                lines.removeSubrange(at...(at + 1))
            }
        } else if let job, let at = lines.firstIndex(of: job) {
            // The job is there without a name, or with an empty one.
            let named = at > 0 && lines[at - 1].hasPrefix(Self.mark)
            if named, lines[at - 1] == Self.mark {
                lines[at - 1] = comment
            } else if !named {
                lines.insert(comment, at: at)
            } else {
                lines += [comment, job]
            }
        } else if let job {
            lines += [comment, job]
        } else {
            return
        }
        isChanged = true
    }

    /// Declares a variable, or takes it away; false where the neighbour is missing.
    mutating func changeVariable(_ name: String, to declaration: String?, beside neighbour: String?, after: Bool)
        -> Bool
    {
        let at = lines.firstIndex { $0.hasPrefix(name + "=") }
        switch (at, declaration) {
        case (let at?, let declaration?):
            if lines[at] == declaration { return true }
            lines[at] = declaration
        case (let at?, nil): lines.remove(at: at)
        case (nil, let declaration?):
            guard let neighbour else {
                lines.insert(declaration, at: 0)
                break
            }
            guard let beside = lines.firstIndex(where: { $0.hasPrefix(neighbour + "=") }) else { return false }
            lines.insert(declaration, at: after ? beside + 1 : beside)
        case (nil, nil): return true
        }
        isChanged = true
        return true
    }
}
