import Clusterfiles
import Diagnostics
import Foundation
import Synchronization
import Testing

@testable import PlanExecution

/// Hooks are processes of this host: what they get, what they say, and how they end.
@Suite struct HookRunnerTests {
    private final class Notes: Sendable {
        private let state = Mutex<[String]>([])
        var all: [String] { state.withLock { $0 } }
        var sink: ProgressSink {
            ProgressSink { event in if case .note(let text) = event { self.state.withLock { $0.append(text) } } }
        }
    }

    private let notes = Notes()
    private let folder = FileManager.default.temporaryDirectory.appendingPathComponent("hooks-\(UUID().uuidString)")

    private func runner() throws -> HookRunner {
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        return HookRunner(
            folder: folder.path, environment: ["PATH": "/usr/bin:/bin", "CLUSTERFILE_CLUSTER": "kube"],
            hostNamespace: nil, progress: notes.sink)
    }

    private func hooks(_ commands: String...) -> ClusterSpec.Hooks {
        var hooks = ClusterSpec.Hooks.none
        hooks.beforeUp = commands.enumerated().map { number, command in
            .init(command, at: SourceLocation(file: "Clusterfile", line: 7 + number, column: 5))
        }
        return hooks
    }

    @Test func `what hooks say is shown under their name, line by line, both streams in order`() async throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        try await runner().run(
            .beforeUp,
            of: hooks("echo $CLUSTERFILE_HOOK of $CLUSTERFILE_CLUSTER in $PWD; echo bad >&2; printf end", "cat"))
        #expect(
            notes.all == [
                "before_up $ echo $CLUSTERFILE_HOOK of $CLUSTERFILE_CLUSTER in $PWD; echo bad >&2; printf end",
                "before_up | before_up of kube in \(folder.path)", "before_up | bad", "before_up | end",
                "before_up $ cat",
            ])
        try await runner().run(.afterUp, of: hooks("false"))
    }

    @Test func `the first that fails is named with its place and status, and none follows it`() async throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        let failing = hooks("true", "echo no; exit 7", "echo never")
        let failure = await #expect(throws: Diagnosis.self) { try await runner().run(.beforeUp, of: failing) }
        #expect(
            failure?.rendered == """
                Clusterfile:8:5: the hook before_up failed: echo no; exit 7: it ended with status 7
                  fix: mend it, or take it out of the Clusterfile; nothing was touched
                """)
        #expect(notes.all.contains("before_up | no") && !notes.all.contains("before_up | never"))
        let killed = await #expect(throws: Diagnosis.self) {
            try await runner().run(.beforeUp, of: hooks("kill -9 $$"))
        }
        #expect(killed?.why == "signal 9 ended it")
    }

    @Test func `what a hook leaves in the background is not waited for`() async throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        let begin = ContinuousClock.now
        try await runner().run(.beforeUp, of: hooks("sleep 300 & echo started $!"))
        #expect(ContinuousClock.now - begin < .seconds(200))
        let said = try #require(notes.all.last?.split(separator: " ").last.flatMap { Int32($0) })
        kill(said, SIGTERM)
    }

    @Test func `a hook that is interrupted ends with all that it has started`() async throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        let runner = try runner()
        let waiting = hooks("sleep 300 & echo $! > pid; wait")
        let run = Task { try await runner.run(.beforeUp, of: waiting) }
        let file = folder.appendingPathComponent("pid")
        var started: Int32?
        while started == nil {
            started = (try? String(contentsOf: file, encoding: .utf8)).flatMap { Int32($0.dropLast()) }
            await Task.yield()
        }
        run.cancel()
        await #expect(throws: CancellationError.self) { try await run.value }
        let pid = try #require(started)
        while kill(pid, 0) == 0 { await Task.yield() }
    }
}
