import Foundation
import JSON
import Testing

/// `up` and `down` are killed before and after each of their steps; the next run finishes, and nothing is orphaned.
@Suite(.serialized) struct FaultTests {
    @Test func `up and down may be killed before and after every step`() async throws {
        let images = try await MuteImages.catalogue()
        let cluster = try TestCluster(
            name: "faults", images: images,
            clusterfile: """
                cluster: faults
                network: {address: 192.168.170.0/26}
                machines: [{name: one, address: 192.168.170.11, image: mute, memory: 256MiB}]
                """)
        // The image is there before and after: it is all clusters'.
        try await cluster.output("up", "--no-wait")
        try await cluster.output("down", "--yes")
        let steps = try await Self.steps(cluster)
        let uuid = try await cluster.uuid()
        #expect(steps.up.count >= 6 && steps.down.count >= 6, "\(steps)")

        for step in steps.up {
            for moment in ["before", "after"] {
                try await killed(cluster, at: "\(moment):\(step)", ["up", "--no-wait"])
                let next = try await cluster.clusterfile("up", "--no-wait", "-o", "json")
                #expect(next.status == 0, "after \(moment):\(step): \(next.transcript)")
                let last = try JSON(parsing: try await cluster.output("up", "--no-wait", "-o", "json"))
                #expect(last["changes"]?.integer == 0, "after \(moment):\(step): \(last.prettyText)")
                try await cluster.output("down", "--yes")
                try await expectNothing(of: cluster, uuid, "up killed at \(moment):\(step)")
                // Giving up instead of going on leaves as little.
                try await killed(cluster, at: "\(moment):\(step)", ["up", "--no-wait"])
                try await cluster.output("down", "--yes")
                try await expectNothing(of: cluster, uuid, "up killed at \(moment):\(step), then down")
            }
        }
        for step in steps.down {
            for moment in ["before", "after"] {
                try await cluster.output("up", "--no-wait")
                try await killed(cluster, at: "\(moment):\(step)", ["down", "--yes"])
                let next = try await cluster.clusterfile("down", "--yes")
                #expect(next.status == 0, "after \(moment):\(step): \(next.transcript)")
                try await expectNothing(of: cluster, uuid, "down killed at \(moment):\(step)")
            }
        }
        await cluster.remove()
    }

    /// The steps that the journal has of an `up` and a `down`, from their events.
    private static func steps(_ cluster: TestCluster) async throws -> (up: [String], down: [String]) {
        func ids(_ events: String) throws -> [String] {
            try events.split(separator: "\n").map { try JSON(parsing: String($0)) }
                .filter { $0["kind"] == "step" && $0["result"] == "started" }.compactMap { $0["step"]?.string }
        }
        let up = try ids(try await cluster.output("up", "--no-wait", "--events", "json"))
        let down = try ids(try await cluster.output("down", "--yes", "--events", "json"))
        return (up, down + ["delete-keys"])
    }

    private func killed(_ cluster: TestCluster, at place: String, _ arguments: [String]) async throws {
        let result = try await Command.run(
            ["clusterfile"] + arguments, environment: cluster.environment.merging(["CLUSTERFILE_STOP": place]) { $1 },
            folder: cluster.folder)
        #expect(result.status == 128 + SIGKILL, "it was not killed at \(place): \(result.transcript)")
    }

    /// Nothing of the cluster in libvirt, in the pool's folder, in the state folder, among the temporary files.
    private func expectNothing(of cluster: TestCluster, _ uuid: String, _ what: String) async throws {
        try await TestCluster.virsh("pool-refresh", "clusterfile")
        let there = [
            try await TestCluster.virsh("list", "--all", "--name"),
            try await TestCluster.virsh("net-list", "--all", "--name"),
            try await TestCluster.virsh("vol-list", "clusterfile"),
        ].joined().split(separator: "\n").filter { $0.contains(cluster.name) || $0.contains(uuid) }
        #expect(there == [], "\(what)")
        let state = cluster.folder.appendingPathComponent("state/clusterfile").path
        let left = FileManager.default.enumerator(atPath: state)?.compactMap { $0 as? String } ?? []
        #expect(left == [], "\(what)")
    }
}
