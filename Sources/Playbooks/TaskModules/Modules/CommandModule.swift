internal import Glibc
internal import JSON
internal import Linux

/// `command` and `shell`: a program that runs unless a file says that it did, or has nothing to do.
enum CommandModule {
    static func propose(_ context: ModuleContext) throws -> Proposal {
        let usesShell = context.module == "shell"
        let arguments = try arguments(context, usesShell: usesShell)
        let directory = try context.path("chdir")
        let shown: JSON = usesShell ? .string(context.text("cmd") ?? "") : JSON(arguments)
        if let path = try context.path("creates"), exists(path, directory) {
            return idle(shown, "skipped, since \(path) exists", "Did not run command since '\(path)' exists")
        }
        if let path = try context.path("removes"), !exists(path, directory) {
            return idle(
                shown, "skipped, since \(path) does not exist", "Did not run command since '\(path)' does not exist")
        }
        if context.isCheckMode { return prediction(shown, context) }
        return Proposal(["cmd": shown]) {
            context.flush()
            var spawn = Spawn(arguments: arguments, directory: directory, environment: context.environment)
            if let input = context.text("stdin") {
                spawn.input = Array((input + (context.flag("stdin_add_newline", default: true) ? "\n" : "")).utf8)
            }
            let start = ClockReading()
            let result = try spawn.run()
            let end = ClockReading()
            let strips = context.flag("strip_empty_ends", default: true)
            let output = strips ? result.outputText.withoutLineEnd : result.outputText
            let errors = strips ? result.errorText.withoutLineEnd : result.errorText
            var members: JSONObject = [
                "rc": JSON(Int(result.status)), "stdout": .string(output), "stderr": .string(errors),
                "stdout_lines": lines(output), "stderr_lines": lines(errors), "start": .string(start.text),
                "end": .string(end.text), "delta": .string(start.duration(to: end)), "msg": "",
            ]
            if result.status != 0 {
                members["failed"] = true
                members["msg"] = "non-zero return code"
            }
            return members
        }
    }

    /// What a command that had nothing to do gives.
    private static func idle(_ command: JSON, _ output: String, _ message: String) -> Proposal {
        Proposal(
            [
                "cmd": command, "rc": 0, "stdout": .string(output), "stderr": "", "stdout_lines": [.string(output)],
                "stderr_lines": [], "msg": .string(message),
            ], message: message)
    }

    /// In check mode only a command that says what it makes or needs is known to change something.
    private static func prediction(_ command: JSON, _ context: ModuleContext) -> Proposal {
        let message = "Command would have run if not in check mode"
        let result: JSONObject = ["cmd": command, "rc": 0, "msg": .string(message), "stdout": "", "stderr": ""]
        guard context.text("creates") != nil || context.text("removes") != nil else {
            return Proposal(result.merging(["skipped": true, "changed": false]), message: message)
        }
        return Proposal(result, message: message) { [:] }
    }

    private static func arguments(_ context: ModuleContext, usesShell: Bool) throws -> [String] {
        if usesShell {
            return [context.text("executable") ?? "/bin/sh", "-c", try context.required("cmd")]
        }
        if let argv = context.texts("argv") {
            guard context.text("cmd") == nil, !argv.isEmpty else {
                throw TaskFailure.badArguments(module: "command", reason: "it takes either 'cmd' or a filled 'argv'")
            }
            return try argv.map { try expanded($0, context) }
        }
        let words = try ShellWords.ofTask(try context.required("cmd"))
        guard !words.isEmpty else { throw TaskFailure.badArguments(module: "command", reason: "there is no command") }
        return try words.map { try expanded($0, context) }
    }

    /// Whether a path or a pattern of paths names anything.
    private static func exists(_ pattern: String, _ directory: String?) -> Bool {
        let full = pattern.hasPrefix("/") ? pattern : (directory ?? ".") + "/" + pattern
        var found = glob_t()
        defer { globfree(&found) }
        return glob(full, 0, nil, &found) == 0
    }

    /// `~` and variables of the environment in a word; a variable that is not set stays as it is written.
    private static func expanded(_ word: String, _ context: ModuleContext) throws -> String {
        let word = try HomeFolder.expanding(word, context.environment["HOME"])
        guard word.contains("$") else { return word }
        var (result, rest) = ("", word[...])
        while let dollar = rest.firstIndex(of: "$") {
            result += rest[..<dollar]
            let after = rest[rest.index(after: dollar)...]
            let isBraced = after.first == "{"
            let name = after.dropFirst(isBraced ? 1 : 0).prefix {
                $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_")
            }
            let end = after.dropFirst((isBraced ? 1 : 0) + name.count)
            let value = context.environment[String(name)] ?? getenv(String(name)).map { String(cString: $0) }
            guard let value, !name.isEmpty, !isBraced || end.first == "}" else {
                result += "$"
                rest = after
                continue
            }
            result += value
            rest = end.dropFirst(isBraced ? 1 : 0)
        }
        return result + rest
    }

    private static func lines(_ text: String) -> JSON {
        text.isEmpty ? [] : JSON(text.split(omittingEmptySubsequences: false) { $0.isNewline }.map(String.init))
    }
}

/// The machine's time of day to the microsecond, as the peer writes it.
struct ClockReading {
    private let time: timespec

    init() {
        var now = timespec()
        clock_gettime(CLOCK_REALTIME, &now)
        time = now
    }

    private static func padded(_ number: Int, _ width: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }

    var text: String { LocalTime.text("%Y-%m-%d %H:%M:%S.", time.tv_sec) + Self.padded(time.tv_nsec / 1000, 6) }

    /// `0:00:01.234567`; a clock that was set back counts as no time.
    func duration(to end: ClockReading) -> String {
        let microseconds =
            max(0, (end.time.tv_sec - time.tv_sec) * 1_000_000 + (end.time.tv_nsec - time.tv_nsec) / 1000)
        let seconds = microseconds / 1_000_000
        return "\(seconds / 3600):\(Self.padded(seconds / 60 % 60, 2)):\(Self.padded(seconds % 60, 2))."
            + Self.padded(microseconds % 1_000_000, 6)
    }
}

extension ShellWords {
    /// The words of a command line that a task says.
    static func ofTask(_ line: String) throws -> [String] {
        do {
            return try split(line)
        } catch {
            throw TaskFailure.said("\(error) in: \(line)")
        }
    }
}
