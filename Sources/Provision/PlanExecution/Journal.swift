package import Credentials
import FoundationEssentials
import Glibc
import JSON
import Synchronization

/// The intent and the end of every step of the running command, a line of JSON each, so that a crash leaves word of itself.
///
/// What exists is always looked up (there is no state file): the journal only tells a person, and the next run's first
/// line, where the last run ended.
package final class Journal: Sendable {
    /// A step that was begun and never ended.
    package struct Unfinished: Hashable, Sendable {
        package var command: String
        package var step: String
        package var since: String
    }

    private let path: String
    private let descriptor: Mutex<Int32>

    /// Opens the journal of a cluster's state folder and begins a command in it.
    package init(path: String, command: String) {
        self.path = path
        // Without a journal the work still goes on: it loses a courtesy, not correctness.
        descriptor = Mutex(open(path, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0o600))
        append(["event": "begin", "command": .string(command)])
    }

    deinit { descriptor.withLock { _ = close($0) } }

    /// Notes the intent, acts, and notes the end; a step that is cut short by a cancellation stays unfinished, and so does one
    /// that fails where what it leaves is nothing to go on from.
    package func record<Value>(
        _ step: String, staysUnfinished: Bool = false, _ body: () async throws -> Value
    ) async rethrows -> Value {
        append(["event": "intent", "step": .string(step)])
        FaultPoint.pass(.before, step)
        do {
            let value = try await body()
            FaultPoint.pass(.after, step)
            append(["event": "done", "step": .string(step)])
            return value
        } catch let error as CancellationError {
            append(["event": "interrupted", "step": .string(step)])
            throw error
        } catch {
            append(["event": staysUnfinished ? "interrupted" : "failed", "step": .string(step)])
            throw error
        }
    }

    /// Ends the command: nothing is unfinished any more.
    package func end() { append(["event": "end"]) }

    private func append(_ entry: JSON) {
        var entry = entry
        entry["time"] = .string(Date.now.formatted(.iso8601))
        let line = entry.bytes + [0x0A]
        descriptor.withLock { descriptor in
            _ = line.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
        }
    }

    /// The steps that a former command began and did not end; empty where it ended, failed in order, or never ran.
    package static func unfinished(at path: String) -> [Unfinished] {
        // No journal, or one that cannot be read, has nothing to tell.
        guard let text = try? String(contentsOf: URL(filePath: path), encoding: .utf8) else { return [] }
        var command = ""
        var open: [String: String] = [:]
        for line in text.split(separator: "\n") {
            guard let entry = try? JSON(parsing: String(line)) else { continue }  // the line that a crash cut off
            let step = entry["step"]?.string ?? ""
            switch entry["event"]?.string {
            case "begin": command = entry["command"]?.string ?? ""
            case "intent": open[step] = entry["time"]?.string ?? ""
            case "done", "failed": open[step] = nil
            case "end": open = [:]
            default: break
            }
        }
        return open.sorted { $0.key < $1.key }.map { Unfinished(command: command, step: $0.key, since: $0.value) }
    }
}

extension CredentialStore {
    /// The journal of the cluster.
    package var journalPath: String { folder + "/journal.jsonl" }
}
