import Foundation
import JSON
import Testing

/// `up` may be killed at any moment: the next one finishes, and nothing is left over.
@Suite struct InterruptionTests {
    @Test func `up that was killed three times is finished by the fourth, and down leaves the decoys alone`()
        async throws
    {
        let cluster = try TestCluster(
            name: "killed",
            clusterfile: """
                cluster: killed
                network: {address: 192.168.158.0/24}
                machines:
                  - {name: master, address: 192.168.158.11, role: master, image: debian-12, memory: 1536MiB}
                playbook: $PROJECT/playbooks/cluster.yml
                """)
        let uuid = try await cluster.uuid()
        let decoys = try await Decoys(cluster: "killed", uuid: uuid)

        try await stop(cluster, at: "after:create-disk")
        let volume = try await TestCluster.poolFolder() + "/\(uuid).master.system"
        #expect(FileManager.default.fileExists(atPath: volume))
        #expect(try await !domains().contains("killed_master"))

        try await stop(cluster, at: "after:start-machine")
        #expect(try await TestCluster.virsh("list", "--name").contains("killed_master"))

        try await kill(cluster, "in the middle of the playbook") { $0.contains("common : Make the folders") }
        #expect(try await !cluster.ssh("master", "systemctl is-active clusterfile-node || true").hasPrefix("active"))

        let last = try await cluster.clusterfile("up", "--yes", deadline: 600)
        try #require(last.status == 0, "\(last.transcript)")
        #expect(last.errors.contains("was cut short"), "\(last.transcript)")
        #expect(try await cluster.kubectl("get", "nodes").matches(of: /\ Ready\ /).count == 1)
        let again = try await cluster.output("up", "-o", "json")
        #expect(try JSON(parsing: again)["changes"]?.integer == 0, "\(again)")
        // One disk and one seed: no attempt left a second one.
        #expect(try await volumes().filter { $0.contains(uuid + ".master") }.count == 2)

        try await cluster.output("down", "--yes")
        #expect(try await !domains().contains("killed_master"))
        #expect(try await !TestCluster.virsh("net-list", "--all", "--name").contains("clusterfile_killed\n"))
        #expect(try await volumes().filter { $0.hasPrefix(uuid + ".") || $0.hasPrefix("killed_") } == [])
        try await decoys.expectUntouched()
        try await decoys.remove()
        await cluster.remove()
    }

    @Test func `a run with nothing to do may be killed, too`() async throws {
        let cluster = try TestCluster(
            name: "killidle",
            clusterfile: """
                cluster: killidle
                network: {address: 192.168.159.0/24}
                machines: [{name: one, address: 192.168.159.11, image: debian-12}]
                playbook: $PROJECT/Tests/System/Playbooks/idle.yml
                """)
        try await cluster.output("up", "--yes", deadline: 300)
        for milliseconds in stride(from: 100, through: 500, by: 100) {
            let running = try cluster.start("up")
            try await Task.sleep(for: .milliseconds(milliseconds))
            await running.kill()
        }
        let last = try await cluster.output("up", "-o", "json")
        #expect(try JSON(parsing: last)["changes"]?.integer == 0, "\(last)")
        await cluster.remove()
    }

    /// Runs `up`, which kills itself at an exact place.
    private func stop(_ cluster: TestCluster, at place: String) async throws {
        let result = try await Command.run(
            ["clusterfile", "up"], environment: cluster.environment.merging(["CLUSTERFILE_STOP": place]) { $1 },
            folder: cluster.folder)
        try #require(result.status == 128 + SIGKILL, "\(result.transcript)")
    }

    /// Runs `up` and kills it as soon as the condition on what it printed holds.
    private func kill(
        _ cluster: TestCluster, _ moment: String, when isTime: (String) -> Bool
    ) async throws {
        let running = try cluster.start("up", "--yes")
        let end = ContinuousClock.now + .seconds(180)
        while !isTime(running.progress()) {
            guard ContinuousClock.now < end, running.process.isRunning else {
                await running.kill()
                throw NeverHappened(what: "the moment \(moment)", seen: running.progress())
            }
            try await Task.sleep(for: .milliseconds(1))
        }
        await running.kill()
    }

    private func domains() async throws -> [String] {
        try await TestCluster.virsh("list", "--all", "--name").split(separator: "\n").map(String.init)
    }

    private func volumes() async throws -> [String] {
        try await TestCluster.virsh("pool-refresh", "clusterfile")
        return try await TestCluster.virsh("vol-list", "clusterfile").split(separator: "\n").compactMap {
            $0.split(separator: " ").first.map(String.init)
        }
    }
}
