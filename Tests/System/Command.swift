import Foundation

/// One finished run of a program.
struct CommandResult: Sendable {
    var arguments: [String]
    var status: Int32
    var output: String
    var errors: String

    /// What a failed expectation shows.
    var transcript: String { "$ \(arguments.joined(separator: " "))\n[\(status)]\n\(output)\n\(errors)" }
}

struct CommandFailure: Error, CustomStringConvertible {
    var result: CommandResult
    var description: String { result.transcript }
}

/// Runs programs with a deadline; their output goes through files, so that no pipe can fill up.
enum Command {
    @discardableResult
    static func run(
        _ arguments: [String], input: String? = nil, environment: [String: String] = [:], folder: URL? = nil,
        deadline: TimeInterval = 300
    ) async throws -> CommandResult {
        let running = try start(arguments, input: input, environment: environment, folder: folder)
        let end = ContinuousClock.now + .seconds(deadline)
        while running.process.isRunning {
            if ContinuousClock.now > end { running.process.terminate() }
            try await Task.sleep(for: .milliseconds(10))
        }
        return running.result()
    }

    /// Runs a program that must succeed, and gives its output.
    @discardableResult
    static func output(
        _ arguments: [String], input: String? = nil, environment: [String: String] = [:], folder: URL? = nil,
        deadline: TimeInterval = 300
    ) async throws -> String {
        let result = try await run(
            arguments, input: input, environment: environment, folder: folder, deadline: deadline)
        guard result.status == 0 else { throw CommandFailure(result: result) }
        return result.output
    }

    static func start(
        _ arguments: [String], input: String? = nil, environment: [String: String] = [:], folder: URL? = nil
    ) throws -> RunningCommand {
        try RunningCommand(arguments, input: input, environment: environment, folder: folder)
    }

    /// Looks again until a condition holds; fails at the deadline with what was seen last.
    static func eventually<Value>(
        within seconds: TimeInterval, _ what: String, _ look: () async throws -> Value, until holds: (Value) -> Bool
    ) async throws -> Value {
        let end = ContinuousClock.now + .seconds(seconds)
        while true {
            let seen = try await look()
            if holds(seen) { return seen }
            guard ContinuousClock.now < end else { throw NeverHappened(what: what, seen: "\(seen)") }
            try await Task.sleep(for: .milliseconds(200))
        }
    }
}

struct NeverHappened: Error, CustomStringConvertible {
    var what: String
    var seen: String
    var description: String { "\(what) did not happen in time; last seen: \(seen)" }
}

/// A program that runs, with its output in temporary files.
final class RunningCommand {
    let process: ChildProcess
    private let arguments: [String]
    private let outputFile: URL
    private let errorFile: URL

    init(_ arguments: [String], input: String?, environment: [String: String], folder: URL?) throws {
        self.arguments = arguments
        let base = FileManager.default.temporaryDirectory.appendingPathComponent("command-\(UUID().uuidString)")
        outputFile = base.appendingPathExtension("out")
        errorFile = base.appendingPathExtension("err")
        for file in [outputFile, errorFile] { try Data().write(to: file) }
        var inputFile = "/dev/null"
        if let input {
            let file = base.appendingPathExtension("in")
            try Data(input.utf8).write(to: file)
            inputFile = file.path
        }
        process = try ChildProcess(
            arguments, environment: ProcessInfo.processInfo.environment.merging(environment) { $1 }, folder: folder,
            input: inputFile, output: outputFile.path, errors: errorFile.path)
    }

    /// Ends it as nothing can resist, and waits for the end.
    func kill() async {
        Foundation.kill(process.processIdentifier, SIGKILL)
        while process.isRunning { await Task.yield() }
    }

    /// What it has written so far.
    func progress() -> String {
        [outputFile, errorFile].map { (try? String(contentsOf: $0, encoding: .utf8)) ?? "" }.joined()
    }

    func result() -> CommandResult {
        let text = [outputFile, errorFile].map { (try? String(contentsOf: $0, encoding: .utf8)) ?? "" }
        return CommandResult(arguments: arguments, status: process.status, output: text[0], errors: text[1])
    }
}
