import Foundation
import JSON
import Testing

/// A second cluster from a snapshot of a first that runs on, both with the same address at the same time.
@Suite struct ForkTests {
    private static let boot = "cat /proc/sys/kernel/random/boot_id"

    @Test func `a fork goes on from the snapshot, and the first cluster does not notice`() async throws {
        let cluster = try TestCluster(
            name: "origin", forks: ["copy"],
            clusterfile: """
                cluster: origin
                network: {address: 192.168.165.0/24}
                machines: [{name: one, address: 192.168.165.11, image: debian-12, memory: 512MiB}]
                """)
        try await cluster.output("up", "--yes", deadline: 300)
        try await cluster.ssh("one", "echo then > note && sync")
        try await cluster.output("snapshot", "save", "moment")
        try await cluster.ssh("one", "echo now > note && sync")
        let (boot, process) = (try await cluster.ssh("one", Self.boot), try await domainID("origin_one"))

        let fork = try await cluster.clusterfile("snapshot", "fork", "moment", "--as", "copy")
        try #require(fork.status == 0, "\(fork.transcript)")
        // The memory is the first's at that moment: the same boot, which saw nothing of what came later.
        #expect(try await inCopy(cluster, Self.boot) == boot)
        #expect(try await inCopy(cluster, "cat note") == "then\n")
        let earliest = Date.now.timeIntervalSince1970
        let there = try #require(Double(try await inCopy(cluster, "date +%s.%N").dropLast()))
        #expect((earliest - 1...Date.now.timeIntervalSince1970 + 1).contains(there))
        // What one writes, the other does not see; and nobody answers in the other's place.
        try await inCopy(cluster, "echo copy > note && sync")
        #expect(try await cluster.ssh("one", "cat note && " + Self.boot) == "now\n" + boot)
        #expect(try await domainID("origin_one") == process, "the first cluster's machine was restarted")

        let again = try await cluster.clusterfile("snapshot", "fork", "moment", "--as", "copy")
        #expect(again.status == 1 && again.errors.contains("'copy' already"), "\(again.transcript)")
        try await cluster.output("snapshot", "restore", "-c", "copy", "moment", "--yes")
        #expect(try await inCopy(cluster, "cat note") == "then\n")

        let uuid = try uuid(of: try await cluster.output("status", "-c", "copy", "-o", "json"))
        try await cluster.output("down", "-c", "copy", "--yes")
        let left = try await [
            TestCluster.virsh("list", "--all", "--name"), TestCluster.virsh("net-list", "--all", "--name"),
            TestCluster.virsh("vol-list", "clusterfile"), Command.output(["ls", "/run/netns"]),
        ].joined()
        #expect(!left.contains(uuid) && !left.contains("copy_") && !left.contains("clusterfile_copy"), "\(left)")
        #expect(try await cluster.ssh("one", "cat note && " + Self.boot) == "now\n" + boot)
        await cluster.remove()
    }

    @discardableResult
    private func inCopy(_ cluster: TestCluster, _ commandLine: String) async throws -> String {
        // A machine that knows its gateway by another hardware address answers only when it forgets that, after a minute.
        try await cluster.output("ssh", "-c", "copy", "one", "--", commandLine, deadline: 20)
    }

    /// Another one with each start of the domain.
    private func domainID(_ name: String) async throws -> String { try await TestCluster.virsh("domid", name) }

    private func uuid(of status: String) throws -> String { try #require(try JSON(parsing: status)["uuid"]?.string) }
}
