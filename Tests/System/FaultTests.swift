import Foundation
import JSON
import Testing

/// `up` and `down` are killed at exact places; the next run finishes, and nothing is orphaned. `scripts/prove faults` does it at
/// every step.
@Suite(.serialized) struct FaultTests {
    @Test func `up and down may be killed before and after their steps`() async throws {
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
        let uuid = try await cluster.uuid()
        for place in ["before:create-network", "after:create-disk", "after:define-machine", "before:start-machine"] {
            try await killed(cluster, at: place, ["up", "--no-wait"])
            let next = try await cluster.clusterfile("up", "--no-wait")
            #expect(next.status == 0 && next.errors.contains("was cut short"), "after \(place): \(next.transcript)")
            let last = try JSON(parsing: try await cluster.output("up", "--no-wait", "-o", "json"))
            #expect(last["changes"]?.integer == 0, "after \(place): \(last.prettyText)")
            try await cluster.output("down", "--yes")
            try await expectNothing(of: cluster, uuid, "up killed at \(place)")
        }
        // Giving up instead of going on leaves as little.
        try await killed(cluster, at: "after:create-seed", ["up", "--no-wait"])
        try await cluster.output("down", "--yes")
        try await expectNothing(of: cluster, uuid, "up killed, then down")

        for place in ["after:stop-machine", "before:delete-volume", "after:undefine-machine", "before:delete-keys"] {
            try await cluster.output("up", "--no-wait")
            try await killed(cluster, at: place, ["down", "--yes"])
            let next = try await cluster.clusterfile("down", "--yes")
            #expect(next.status == 0, "after \(place): \(next.transcript)")
            try await expectNothing(of: cluster, uuid, "down killed at \(place)")
        }
        await cluster.remove()
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
