internal import Glibc
internal import JSON

/// `command` and `shell`: a program that runs unless a file says that it did, or has nothing to do.
enum CommandModule {
    static func propose(_ context: ModuleContext) throws -> Proposal {
        let usesShell = context.module == "shell"
        let arguments = try arguments(context, usesShell: usesShell)
        let directory = context.text("chdir")
        let shown: JSON = usesShell ? .string(context.text("cmd") ?? "") : JSON(arguments)
        if let path = context.text("creates"), exists(path, directory) {
            return Proposal(
                [
                    "cmd": shown, "rc": 0, "stdout": "skipped, since \(path) exists", "stderr": "", "stdout_lines": [],
                    "stderr_lines": [],
                ], message: "\(path) exists")
        }
        if let path = context.text("removes"), !exists(path, directory) {
            return Proposal(
                [
                    "cmd": shown, "rc": 0, "stdout": "skipped, since \(path) does not exist", "stderr": "",
                    "stdout_lines": [], "stderr_lines": [],
                ], message: "\(path) does not exist")
        }
        return Proposal(["cmd": shown]) {
            context.flush()
            var spawn = Spawn(arguments: arguments, directory: directory, environment: context.environment)
            if let input = context.text("stdin") {
                spawn.input = Array((input + (context.flag("stdin_add_newline", default: true) ? "\n" : "")).utf8)
            }
            let start = SystemCalls.monotonicMilliseconds
            let result = try spawn.run()
            let strips = context.flag("strip_empty_ends", default: true)
            let output = strips ? stripped(result.outputText) : result.outputText
            let errors = strips ? stripped(result.errorText) : result.errorText
            var members: JSONObject = [
                "rc": JSON(Int(result.status)), "stdout": .string(output), "stderr": .string(errors),
                "stdout_lines": lines(output),
                "stderr_lines": lines(errors),
                "delta": .number(Double(SystemCalls.monotonicMilliseconds - start) / 1000),
            ]
            if result.status != 0 {
                members["failed"] = true
                members["msg"] = "non-zero return code"
            }
            return members
        }
    }

    private static func arguments(_ context: ModuleContext, usesShell: Bool) throws -> [String] {
        if usesShell {
            return [context.text("executable") ?? "/bin/sh", "-c", try context.required("cmd")]
        }
        if let argv = context.texts("argv") {
            guard context.text("cmd") == nil, !argv.isEmpty else {
                throw TaskFailure.badArguments(module: "command", reason: "it takes either 'cmd' or a filled 'argv'")
            }
            return argv
        }
        let words = try ShellWords.split(try context.required("cmd"))
        guard !words.isEmpty else { throw TaskFailure.badArguments(module: "command", reason: "there is no command") }
        return words
    }

    /// Whether a path or a pattern of paths names anything.
    private static func exists(_ pattern: String, _ directory: String?) -> Bool {
        let full = pattern.hasPrefix("/") ? pattern : (directory ?? ".") + "/" + pattern
        var found = glob_t()
        defer { globfree(&found) }
        return glob(full, 0, nil, &found) == 0
    }

    private static func stripped(_ text: String) -> String {
        var text = text[...]
        while let last = text.last, last.isNewline { text.removeLast() }
        return String(text)
    }

    private static func lines(_ text: String) -> JSON {
        text.isEmpty ? [] : JSON(text.split(omittingEmptySubsequences: false) { $0.isNewline }.map(String.init))
    }
}

/// Cuts a command line into words as a POSIX shell quotes them, without expanding anything.
enum ShellWords {
    static func split(_ line: String) throws -> [String] {
        var words: [String] = []
        var word: String?
        var rest = Substring(line)
        while let character = rest.popFirst() {
            switch character {
            case "'":
                guard let end = rest.firstIndex(of: "'") else {
                    throw TaskFailure.said("a quote is not closed in: \(line)")
                }
                word = (word ?? "") + rest[..<end]
                rest = rest[rest.index(after: end)...]
            case "\"":
                var quoted = ""
                while let inner = rest.popFirst(), inner != "\"" {
                    if inner == "\\", let next = rest.first, "\"\\$`".contains(next) {
                        quoted.append(rest.removeFirst())
                    } else {
                        quoted.append(inner)
                    }
                    if rest.isEmpty { throw TaskFailure.said("a quote is not closed in: \(line)") }
                }
                word = (word ?? "") + quoted
            case "\\":
                if let next = rest.popFirst(), next != "\n" { word = (word ?? "") + String(next) }
            case _ where character.isWhitespace:
                if let done = word { words.append(done) }
                word = nil
            default: word = (word ?? "") + String(character)
            }
        }
        if let word { words.append(word) }
        return words
    }
}
