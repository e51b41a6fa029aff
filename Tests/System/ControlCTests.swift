import Foundation
import JSON
import Testing

/// The first Ctrl-C ends a run in order, the second at once; the journal is whole after either.
@Suite(.serialized) struct ControlCTests {
    private func cluster(_ name: String, range: String) async throws -> TestCluster {
        try TestCluster(
            name: name, images: try await MuteImages.catalogue(),
            clusterfile: """
                cluster: \(name)
                network: {address: 192.168.170.\(range)/26}
                machines: [{name: one, address: 192.168.170.\(Int(range).map { $0 + 11 } ?? 0), image: mute, memory: 256MiB}]
                """)
    }

    /// The events of a cluster's journal; each of its lines has to be whole.
    private func journal(_ cluster: TestCluster) async throws -> [JSON] {
        let path = "state/clusterfile/\(try await cluster.uuid())/journal.jsonl"
        return try String(contentsOf: cluster.folder.appendingPathComponent(path), encoding: .utf8)
            .split(separator: "\n").map { try JSON(parsing: String($0)) }
    }

    private func wait(_ running: RunningCommand, for words: String) async throws {
        _ = try await Command.eventually(
            within: 60, "'\(words)'", { running.progress() }, until: { $0.contains(words) })
    }

    @Test func `an up that is interrupted while its machine boots ends in order, and the next goes on`() async throws {
        let cluster = try await cluster("ctrlc", range: "64")
        let running = try cluster.start("up")
        try await wait(running, for: "start the machine one")
        let start = ContinuousClock.now
        kill(running.process.processIdentifier, SIGINT)
        running.process.waitUntilExit()
        let result = running.result()
        #expect(result.status == 130, "\(result.transcript)")
        #expect(ContinuousClock.now - start < .seconds(10))
        #expect(result.errors.contains("fix: run clusterfile up again: it goes on from there"), "\(result.transcript)")
        #expect(!result.errors.contains("FAILED") && !result.errors.contains("Cancellation"), "\(result.transcript)")
        // The lock is free, and what was made is kept.
        let next = try JSON(parsing: try await cluster.output("up", "--no-wait", "-o", "json"))
        #expect(next["changes"]?.integer == 0, "\(next.prettyText)")
        await cluster.remove()
    }

    @Test func `the first waits for the step under way, the second does not, and the next run knows of it`()
        async throws
    {
        let cluster = try await cluster("ctrlctwice", range: "128")
        try await cluster.output("up", "--no-wait")
        // The stub does not hear its power button: this step takes a minute.
        let running = try cluster.start("halt")
        _ = try await Command.eventually(
            within: 60, "the step", { try await journal(cluster) },
            until: { events in
                events.contains { $0["event"] == "intent" && $0["step"]?.string?.hasPrefix("stop-machine") == true }
            })
        kill(running.process.processIdentifier, SIGINT)
        try await wait(running, for: "is brought to its end")
        try await Task.sleep(for: .seconds(1))
        #expect(running.process.isRunning)
        kill(running.process.processIdentifier, SIGINT)
        running.process.waitUntilExit()
        #expect(running.result().status == 130)
        let events = try await journal(cluster)
        #expect(events.map { $0["event"]?.string } == ["begin", "intent"], "\(events)")

        let next = try await cluster.clusterfile("up", "--no-wait")
        #expect(
            next.status == 0 && next.errors.contains("the last 'halt' was cut short at 'stop-machine"),
            "\(next.transcript)")
        await cluster.remove()
    }
}
