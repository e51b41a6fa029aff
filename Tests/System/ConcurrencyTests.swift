import Foundation
import JSON
import Testing

/// Several processes at once: what the host has once is taken by one, and a cluster is worked on by one.
@Suite(.serialized) struct ConcurrencyTests {
    private func cluster(_ name: String, _ images: String, range: String) throws -> TestCluster {
        let machines = (1...3).map {
            "  - {name: m\($0), address: 192.168.170.\((Int(range) ?? 0) + 10 + $0), image: mute, memory: 256MiB}"
        }
        return try TestCluster(
            name: name, images: images,
            clusterfile: """
                cluster: \(name)
                network: {address: 192.168.170.\(range)/27}
                machines:
                \(machines.joined(separator: "\n"))
                """)
    }

    @Test func `two clusters that are made at once do not collide`() async throws {
        let images = try await MuteImages.catalogue()
        let clusters = [
            try cluster("atonce1", images, range: "192"), try cluster("atonce2", images, range: "224"),
        ]
        let running = try clusters.map { try $0.start("up", "--no-wait") }
        for (cluster, run) in zip(clusters, running) {
            run.process.waitUntilExit()
            #expect(run.result().status == 0, "\(run.result().transcript)")
            let status = try JSON(parsing: try await cluster.output("status", "-o", "json"))
            #expect(status["machines"]?.array?.map { $0["state"] } == ["running", "running", "running"])
        }
        for cluster in clusters { await cluster.remove() }
    }

    @Test func `of two that want the same range at once one is refused, and nothing of it is left`() async throws {
        let images = try await MuteImages.catalogue()
        // Several rounds, for the moment in which both look is short.
        for round in 1...3 {
            let clusters = [
                try cluster("same\(round)a", images, range: "192"), try cluster("same\(round)b", images, range: "192"),
            ]
            let running = try clusters.map { try $0.start("up", "--no-wait") }
            let results = running.map { run in
                run.process.waitUntilExit()
                return run.result()
            }
            #expect(results.map(\.status).sorted() == [0, 1], "\(results.map(\.transcript))")
            let loser = results[0].status == 0 ? 1 : 0
            #expect(results[loser].errors.contains("192.168.170.192/27"), "\(results[loser].transcript)")
            #expect(results[loser].errors.contains("same\(round)"), "\(results[loser].transcript)")
            let uuid = try await clusters[loser].uuid()
            let there = [
                try await TestCluster.virsh("list", "--all", "--name"),
                try await TestCluster.virsh("net-list", "--all", "--name"),
                try await TestCluster.virsh("vol-list", "clusterfile"),
            ].joined().split(separator: "\n").filter { $0.contains(clusters[loser].name) || $0.contains(uuid) }
            #expect(there == [])
            let state = clusters[loser].folder.appendingPathComponent("state/clusterfile/\(uuid)").path
            #expect(!FileManager.default.fileExists(atPath: state))
            for cluster in clusters { await cluster.remove() }
        }
    }

    @Test func `a second command is told who works on the cluster, and reading ones do not wait`() async throws {
        let cluster = try cluster("locked", try await MuteImages.catalogue(), range: "192")
        // It waits for machines that never answer, and holds the lock meanwhile.
        let running = try cluster.start("up")
        _ = try await Command.eventually(
            within: 60, "the start", { running.progress() }, until: { $0.contains("start the machine m1") })
        let refused = try await cluster.clusterfile("down", "--yes")
        #expect(refused.status == 75, "\(refused.transcript)")
        #expect(
            refused.errors.contains(
                "clusterfile up of \(NSUserName()) (process \(running.process.processIdentifier)), for "),
            "\(refused.transcript)")
        for arguments in [["status"], ["plan"], ["inventory"], ["ssh-config"], ["snapshot", "list"]] {
            let start = ContinuousClock.now
            let result = try await Command.run(
                ["clusterfile"] + arguments, environment: cluster.environment, folder: cluster.folder, deadline: 20)
            #expect(result.status == 0, "\(result.transcript)")
            #expect(ContinuousClock.now - start < .seconds(5), "\(arguments)")
        }
        await running.kill()
        await cluster.remove()
    }
}
