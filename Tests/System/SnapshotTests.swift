import Foundation
import JSON
import Testing

/// Snapshots of two machines that work with each other, by a counter that forgives nothing (`counter/counter`).
///
/// One cluster serves all tests, in their order.
@Suite(.serialized) final class SnapshotTests {
    private static let shared = SharedCluster()

    private actor SharedCluster {
        private var made: TestCluster?

        /// The cluster, up, with both counters running.
        func cluster() async throws -> TestCluster {
            if let made { return made }
            let cluster = try TestCluster(
                name: "moments",
                clusterfile: """
                    cluster: moments
                    network: {address: 192.168.172.0/24}
                    defaults: {image: debian-12, memory: 512MiB}
                    machines:
                      - {name: one, address: 192.168.172.11}
                      - {name: two, address: 192.168.172.12}
                    """)
            made = cluster
            try await cluster.output("up", "--yes", deadline: 300)
            let program = try String(
                contentsOf: TestCluster.project.appendingPathComponent("Tests/System/counter/counter"), encoding: .utf8)
            for machine in ["two", "one"] {
                try await Command.output(
                    [
                        "clusterfile", "ssh", machine, "--",
                        "sudo tee /usr/local/bin/counter >/dev/null && sudo chmod 755 /usr/local/bin/counter",
                    ], input: program, environment: cluster.environment, folder: cluster.folder)
            }
            try await cluster.ssh(
                "two",
                """
                sudo systemd-run -q --unit counter counter replica && \
                until ss -Hltn sport = :7000 | grep -q .; do sleep 0.1; done
                """)
            try await cluster.ssh("one", "sudo systemd-run -q --unit counter counter primary 192.168.172.12")
            return cluster
        }
    }

    /// A machine's count, where its counter still runs.
    private func count(_ machine: String) async throws -> Int {
        let text = try await Self.shared.cluster().ssh(
            machine, "systemctl is-active --quiet counter && counter state")
        return try #require(Int(text.trimmingCharacters(in: .whitespacesAndNewlines)))
    }

    /// Both count on, and the replica is at most the one number behind that is on its way.
    private func expectAgreement() async throws {
        let first = try await count("one")
        let replica = try await count("two")
        let second = try await count("one")
        #expect(first <= replica + 1 && replica <= second, "primary \(first), replica \(replica), primary \(second)")
        let later = try await count("two")
        #expect(first < second && replica < later, "\(first), \(second); \(replica), \(later)")
    }

    private func states() async throws -> [String] {
        let status = try JSON(parsing: try await Self.shared.cluster().output("status", "-o", "json"))
        return status["machines"]?.array?.compactMap { $0["state"]?.string } ?? []
    }

    private func names() async throws -> [String] {
        let list = try JSON(parsing: try await Self.shared.cluster().output("snapshot", "list", "-o", "json"))
        return list.array?.compactMap { $0["name"]?.string } ?? []
    }

    @Test(arguments: 1...3) func `machines that work with each other agree after a restore`(round: Int) async throws {
        let cluster = try await Self.shared.cluster()
        let saved = try await count("one")
        let save = try await cluster.clusterfile("snapshot", "save", "round")
        #expect(save.status == 0 && save.errors.contains("they stood still for"), "\(save.transcript)")
        for machine in ["one", "two"] { try await cluster.ssh(machine, "touch /var/tmp/later") }
        try await cluster.output("snapshot", "restore", "round", "--yes")
        // A new connection works at once: no port of a bridge that learns, no address that is asked for.
        let connect = try await Command.run(
            [TestCluster.lab, "exec", "timeout", "2", "bash", "-c", "read -r line < /dev/tcp/192.168.172.12/22"])
        #expect(connect.status == 0, "\(connect.transcript)")
        for machine in ["one", "two"] {
            #expect(try await cluster.ssh(machine, "ls /var/tmp/later 2>&1 || true").contains("No such file"))
        }
        #expect(try await count("one") >= saved)
        try await expectAgreement()
        try await cluster.output("snapshot", "delete", "round")
        #expect(try await names() == [])
    }

    @Test(arguments: [20, 60, 120, 250]) func `a save that is killed is mended by the next command`(
        milliseconds: Int
    ) async throws {
        let cluster = try await Self.shared.cluster()
        let running = try cluster.start("snapshot", "save", "killed")
        try await Task.sleep(for: .milliseconds(milliseconds))
        await running.kill()
        let next = try await cluster.clusterfile("snapshot", "save", "next")
        #expect(next.status == 0, "\(next.transcript)")
        #expect(try await states() == ["running", "running"])
        let entries = try JSON(parsing: try await cluster.output("snapshot", "list", "-o", "json")).array ?? []
        #expect(entries.contains { $0["name"]?.string == "next" })
        for entry in entries { #expect(entry["missing"]?.array?.isEmpty == true, "\(entry)") }
        try await expectAgreement()
        for name in try await names() { try await cluster.output("snapshot", "delete", name) }
    }

    @Test func `a restore that is killed is finished by the next command`() async throws {
        let cluster = try await Self.shared.cluster()
        try await cluster.output("snapshot", "save", "goal")
        let running = try cluster.start("snapshot", "restore", "goal", "--yes")
        try await Task.sleep(for: .milliseconds(700))
        await running.kill()
        let up = try await cluster.clusterfile("up", "--yes")
        #expect(up.status == 0 && up.errors.contains("'snapshot restore goal' was cut short"), "\(up.transcript)")
        try await expectAgreement()
        try await cluster.output("snapshot", "delete", "goal")
    }

    @Test func `disks of a halted cluster are saved, and restored they are of machines that are off`() async throws {
        let cluster = try await Self.shared.cluster()
        let early = try await cluster.clusterfile("snapshot", "save", "--disk", "cold")
        #expect(early.status == 1 && early.errors.contains("one is running"), "\(early.transcript)")
        try await cluster.ssh("one", "echo before > note && sync")
        for machine in ["one", "two"] { try await TestCluster.virsh("shutdown", "moments_\(machine)") }
        _ = try await Command.eventually(within: 60, "the halt") {
            try await states()
        } until: {
            $0 == ["off", "off"]
        }
        let live = try await cluster.clusterfile("snapshot", "save", "warm")
        #expect(live.status == 1 && live.errors.contains("one is off"), "\(live.transcript)")
        try await cluster.output("snapshot", "save", "--disk", "cold")
        try await cluster.output("up", "--yes")
        try await cluster.ssh("one", "echo after > note && sync")
        try await cluster.output("snapshot", "restore", "cold", "--yes")
        #expect(try await states() == ["off", "off"])
        try await cluster.output("up", "--yes")
        #expect(try await cluster.ssh("one", "cat note") == "before\n")
        try await cluster.output("snapshot", "delete", "cold")
    }

    @Test func `a restore that fails for one lets none run, and is tried again until it is given up`() async throws {
        let cluster = try await Self.shared.cluster()
        try await cluster.output("snapshot", "save", "goal")
        // Behind libvirt's back, as a damaged disk would.
        try await TestCluster.virsh("qemu-monitor-command", "moments_two", "--hmp", "delvm goal")
        let failed = try await cluster.clusterfile("snapshot", "restore", "goal", "--yes")
        #expect(failed.status == 1, "\(failed.transcript)")
        for words in ["two could not be taken back, one is", "snapshot restore goal again", "snapshot delete goal"] {
            #expect(failed.errors.contains(words), "\(failed.transcript)")
        }
        #expect(try await !states().contains("running"))
        #expect(try await cluster.clusterfile("status").errors.contains("'snapshot restore goal' was cut short"))
        let up = try await cluster.clusterfile("up", "--yes")
        #expect(up.status == 1 && up.errors.contains("two could not be taken back"), "\(up.transcript)")
        #expect(try await !states().contains("running"))
        try await cluster.output("snapshot", "delete", "goal")
        try await cluster.output("up", "--yes")
        #expect(try await states() == ["running", "running"])
    }

    @Test func `the cluster goes`() async throws {
        let cluster = try await Self.shared.cluster()
        try await cluster.output("snapshot", "save", "last")
        try await cluster.output("down", "--yes")
        await cluster.remove()
    }
}
