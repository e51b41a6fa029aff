internal import Glibc
internal import JSON
internal import Linux

/// `script`: a program of the controller that runs on the machine; and `raw`: a line for the machine's shell.
enum ScriptModule {
    static func propose(_ context: ModuleContext) throws -> Proposal {
        let line = try context.required("cmd").trimmed
        guard let name = try ShellWords.ofTask(line).first else {
            throw TaskFailure.badArguments(module: "script", reason: "there is no command")
        }
        if let path = try context.path("creates"), try SystemCalls.status(path) != nil {
            return .skipped("\(path) exists, matching creates option")
        }
        if let path = try context.path("removes"), try SystemCalls.status(path) == nil {
            return .skipped("\(path) does not exist, matching removes option")
        }
        let directory = try context.path("chdir")
        if let directory, !directory.hasPrefix("/") {
            throw TaskFailure.said("chdir \(directory) must be an absolute path for a Unix-aware remote node")
        }
        guard let file = context.files[name] else { throw TaskFailure.fileNotSent(name) }
        if context.isCheckMode {
            let isDecided = context.text("creates") != nil || context.text("removes") != nil
            return isDecided ? Proposal([:]) { [:] } : .skipped("Check mode is not supported for this task.")
        }
        return Proposal([:]) {
            let script = try ScriptFile(named: name)
            try context.fetch(file) { try script.write($0) }
            script.close()
            defer { withExtendedLifetime(script) {} }
            let call = (context.text("executable").map { $0 + " " } ?? "") + quoted(script.path)
            return try run("/bin/sh", call + rest(of: line, after: name), directory, context)
        }
    }

    static func proposeRaw(_ context: ModuleContext) throws -> Proposal {
        if context.isCheckMode { return Proposal(["skipped": true, "changed": false]) }
        let line = try context.required("cmd")
        return Proposal([:]) { try run(context.text("executable") ?? "/bin/sh", line, nil, context) }
    }

    private static func run(
        _ shell: String, _ line: String, _ directory: String?, _ context: ModuleContext
    ) throws -> JSONObject {
        context.flush()
        let result = try Spawn(
            arguments: [shell, "-c", line], directory: directory, environment: context.environment
        ).run()
        var members: JSONObject = [
            "rc": JSON(Int(result.status)), "stdout": .string(result.outputText), "stderr": .string(result.errorText),
        ]
        if result.status != 0 {
            members["failed"] = true
            members["msg"] = "non-zero return code"
        }
        return members
    }

    /// What follows a line's first word, as it was written.
    private static func rest(of line: String, after word: String) throws -> String {
        for written in [word, "'\(word)'", "\"\(word)\""] where line.hasPrefix(written) {
            return String(line.dropFirst(written.count))
        }
        return try ShellWords.ofTask(line).dropFirst().map { " " + quoted($0) }.joined()
    }

    private static func quoted(_ word: String) -> String { "'" + word.replacing("'", with: "'\\''") + "'" }
}

/// A program that is there for one task: in a folder of its own, under its own name.
private final class ScriptFile {
    let path: String
    private let folder: String
    private let file: Int32
    private var isOpen = true

    init(named name: String) throws {
        var pattern = Array((try Self.parent() + "/.clusterfile-script-XXXXXX").utf8CString)
        guard mkdtemp(&pattern) != nil else {
            throw TaskFailure.system(call: "mkdtemp", subject: "a folder for the script", errno: errno)
        }
        let folder = String(decoding: pattern.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        let path = folder + "/" + (name.split(separator: "/").last.map(String.init) ?? "script")
        (self.folder, self.path) = (folder, path)
        file = try SystemCalls.check("open", path) { open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o700) }
    }

    func write(_ bytes: [UInt8]) throws { try SystemCalls.writeAll(file, bytes, path) }

    private static let runsNoPrograms: UInt = 8  // ST_NOEXEC of glibc, which its Swift module leaves out

    /// Where programs may run; many machines let none run in `/tmp`.
    private static func parent() throws -> String {
        var status = statvfs()
        let runsNothing = statvfs("/tmp", &status) == 0 && status.f_flag & runsNoPrograms != 0
        return runsNothing ? try HomeFolder.expanding("~", nil) : "/tmp"
    }

    /// A program that is open for writing cannot be run.
    func close() {
        if isOpen { Glibc.close(file) }
        isOpen = false
    }

    deinit {
        close()
        // What cannot be removed is the machine's to clean up, as all in its folders of temporary files.
        try? SystemCalls.removeTree(folder)
    }
}
