import Credentials
import Diagnostics
import Foundation
import Hypervisor
import Synchronization
import Testing

@testable import PlanExecution

/// Saving, restoring and mending a cluster of two machines on libvirt's driver for tests, which keeps domain snapshots.
struct SnapshotKeeperTests {
    /// Two machines of a cluster that run, and what was done to their clocks.
    private final class TwoMachines: Sendable {
        let host: Hypervisor
        let journal = Samples.folder() + ".journal"
        let clocks = Mutex<[String]>([])
        let warnings = Mutex<[String]>([])

        init(devices: String = "") async throws {
            let path = Samples.folder() + ".xml"
            defer { unlink(path) }
            let domains = ["a", "b"].map { name in
                """
                <domain type="test"><name>kube_\(name)</name><uuid>\(Samples.uuid.domainUUID(ofMachine: name))</uuid>
                  <memory>65536</memory><os><type>hvm</type></os><devices>\(name == "b" ? devices : "")</devices>
                  <metadata><c:machine xmlns:c="https://clusterfile.dev/metadata/1" cluster="\(Samples.uuid)" name="kube"
                    machine="\(name)" spec="" address="10.9.0.1\(name == "a" ? 1 : 2)" user="cluster"/></metadata></domain>
                """
            }
            try """
            <node>\(domains.joined())<pool type="dir"><name>\(Samples.pool)</name>
              <target><path>/default-pool</path></target></pool></node>
            """.write(toFile: path, atomically: true, encoding: .utf8)
            host = try await Hypervisor.connect(uri: "test://\(path)")
        }

        deinit { unlink(journal) }

        var keeper: SnapshotKeeper {
            var keeper = SnapshotKeeper(
                sites: Sites([Site(name: nil, uri: "test", hypervisor: host)]), pool: Samples.pool,
                journalPath: journal,
                credentials: CredentialStore(root: "/none", uuid: Samples.uuid.text),
                progress: ProgressSink { [self] event in
                    if case .warning(let text) = event { warnings.withLock { $0.append(text) } }
                })
            keeper.setClock = { [self] machine in clocks.withLock { $0.append(machine.domain) } }
            return keeper
        }

        func cluster() async throws -> ObservedCluster {
            ObservedCluster(name: "kube", uuid: Samples.uuid, domains: try await host.domains())
        }

        var interruption: String? { SnapshotKeeper.interruption(journalPath: journal) }

        func states() async throws -> [DomainSnapshot.State] { try await cluster().machines.map(\.state) }

        func save(_ name: String, _ content: RestorePointSnapshot.Content = .disksAndMemory) async throws -> Double {
            try await keeper.save(try await cluster(), named: SnapshotName(name), content: content)
        }

        /// As if a command had been killed after its intent.
        func interrupt(_ command: String) throws {
            try """
            {"event":"begin","command":"\(command)"}
            {"event":"intent","step":"\(command.split(separator: " ").prefix(2).joined(separator: " "))","time":"then"}

            """.write(toFile: journal, atomically: true, encoding: .utf8)
        }

        /// One machine's part of a snapshot of both.
        func savePart(_ name: String, of domain: String) async throws {
            try await host.saveRestorePoint(
                domain: domain, named: name, description: SnapshotLabel(cluster: "kube", machines: ["a", "b"]).text)
        }
    }

    @Test func `a save is of all machines, which go on, and sets their clocks`() async throws {
        let two = try await TwoMachines()
        #expect(try await two.save("x") > 0)
        #expect(try await two.states() == [.running, .running])
        let entries = try await two.keeper.list(try await two.cluster())
        #expect(entries.map(\.name) == ["x"])
        #expect(entries.map(\.machines) == [["a", "b"]])
        #expect(entries.map(\.missing) == [[]])
        #expect(two.clocks.withLock { $0.sorted() } == ["kube_a", "kube_b"])
        #expect(two.interruption == nil)
    }

    @Test func `a name that is taken is refused, with its lack`() async throws {
        let two = try await TwoMachines()
        try await two.savePart("x", of: "kube_a")
        await #expect {
            try await two.save("x")
        } throws: {
            ($0 as? Diagnosis)?.why == "it is incomplete: b lack it"
        }
    }

    @Test func `machines that are off have no memory to save, and running ones no disks at rest`() async throws {
        let two = try await TwoMachines()
        await #expect {
            try await two.save("x", .disks)
        } throws: {
            ($0 as? Diagnosis)?.what == "not all machines of 'kube' are off: a is running, b is running"
        }
        try await two.host.destroy(domain: "kube_b")
        await #expect {
            try await two.save("x")
        } throws: {
            ($0 as? Diagnosis)?.what == "not all machines of 'kube' run: b is off"
        }
        #expect(try await two.keeper.list(try await two.cluster()) == [])
        try await two.host.destroy(domain: "kube_a")
        #expect(try await two.save("x", .disks) == 0)
        #expect(try await two.keeper.list(try await two.cluster()).map(\.content) == [.disks])
        #expect(two.clocks.withLock(\.count) == 0)
    }

    @Test func `a shared folder is refused before anything is touched`() async throws {
        let two = try await TwoMachines(
            devices: "<filesystem type='mount'><source dir='/srv'/><target dir='work'/></filesystem>")
        await #expect {
            try await two.save("x")
        } throws: {
            "\($0)".contains("machine 'b' cannot be saved: it shares the host's folder 'work'")
        }
        #expect(try await two.states() == [.running, .running])
        #expect(try await two.keeper.list(try await two.cluster()) == [])
    }

    @Test func `a save that fails for one machine leaves no part, and all go on`() async throws {
        let two = try await TwoMachines()
        var cluster = try await two.cluster()
        let index = try #require(cluster.machines.firstIndex { $0.name == "b" })
        cluster.machines[index].domain = "kube_ghost"
        await #expect(throws: (any Error).self) {
            try await two.keeper.capture(cluster, as: try SnapshotName("x"), .disksAndMemory)
        }
        #expect(try await two.host.restorePoints(domain: "kube_a") == [])
        #expect(try await two.states() == [.running, .running])
    }

    @Test func `half a save that was killed is deleted by the next command, and the machines go on`() async throws {
        let two = try await TwoMachines()
        try two.interrupt("snapshot save x")
        for domain in ["kube_a", "kube_b"] { try await two.host.suspend(domain: domain) }
        try await two.savePart("x", of: "kube_a")
        #expect(two.interruption != nil)
        _ = try await two.save("y")
        #expect(try await two.keeper.list(try await two.cluster()).map(\.name) == ["y"])
        #expect(try await two.states() == [.running, .running])
        #expect(two.interruption == nil)
    }

    @Test func `a save that was killed when all was saved is kept`() async throws {
        let two = try await TwoMachines()
        try two.interrupt("snapshot save x")
        for domain in ["kube_a", "kube_b"] {
            try await two.host.suspend(domain: domain)
            try await two.savePart("x", of: domain)
        }
        try await two.keeper.mend(try await two.cluster())
        #expect(try await two.keeper.list(try await two.cluster()).map(\.missing) == [[]])
        #expect(try await two.states() == [.running, .running])
        #expect(two.clocks.withLock(\.count) == 2)
    }

    @Test func `a restore and a delete that were killed are finished`() async throws {
        let two = try await TwoMachines()
        _ = try await two.save("x")
        try two.interrupt("snapshot restore x")
        try await two.host.revert(domain: "kube_a", to: "x")
        try await two.host.destroy(domain: "kube_b")
        try await two.keeper.mend(try await two.cluster())
        #expect(try await two.states() == [.running, .running])
        try two.interrupt("snapshot delete x")
        try await two.host.deleteRestorePoint(domain: "kube_a", named: "x")
        try await two.keeper.mend(try await two.cluster())
        #expect(try await two.keeper.list(try await two.cluster()) == [])
    }

    @Test func `a restore that fails for one machine says how to go on, and the next command finishes it`() async throws
    {
        let two = try await TwoMachines()
        _ = try await two.save("x")
        let cluster = try await two.cluster()
        var broken = cluster
        let index = try #require(broken.machines.firstIndex { $0.name == "b" })
        (broken.machines[index].domain, broken.machines[index].state) = ("kube_ghost", .paused)
        await #expect {
            try await two.keeper.recorded(.restore, "x", cluster) {
                try await two.keeper.requireRestorable($0, named: "x")
            } _: { [broken] _, entry in
                try await two.keeper.takeBack(broken, to: entry)
            }
        } throws: { error in
            ["there is no domain 'kube_ghost'", "b could not be taken back, a is", "snapshot restore x again"]
                .allSatisfy("\(error)".contains)
        }
        #expect(try await two.states() == [.paused, .running])
        #expect(two.interruption != nil)
        try await two.keeper.mend(try await two.cluster())
        #expect(try await two.states() == [.running, .running])
        #expect(two.interruption == nil)
    }

    @Test func `a restore that cannot be finished is given up by deleting its goal`() async throws {
        let two = try await TwoMachines()
        _ = try await two.save("x")
        try two.interrupt("snapshot restore x")
        for domain in ["kube_a", "kube_b"] { try await two.host.suspend(domain: domain) }
        try await two.keeper.delete(try await two.cluster(), named: "x")
        #expect(try await two.states() == [.paused, .paused])
        #expect(try await two.keeper.list(try await two.cluster()) == [])
        #expect(two.interruption == nil)
    }

    @Test func `a clock that cannot be set after a restore was finished does not begin that anew`() async throws {
        let two = try await TwoMachines()
        _ = try await two.save("x")
        try two.interrupt("snapshot restore x")
        var keeper = two.keeper
        keeper.setClock = { _ in throw Diagnosis("no channel") }
        let cluster = try await two.cluster()
        await #expect(throws: (any Error).self) { try await keeper.mend(cluster) }
        #expect(two.interruption == nil)
    }

    @Test func `what another command left of itself is not mended here`() async throws {
        let two = try await TwoMachines()
        try two.interrupt("up")
        try await two.host.suspend(domain: "kube_a")
        try await two.keeper.mend(try await two.cluster())
        #expect(try await two.states() == [.paused, .running])
    }

    @Test func `a restore takes machines back from whatever they do`() async throws {
        let two = try await TwoMachines()
        _ = try await two.save("x")
        try await two.host.destroy(domain: "kube_a")
        try await two.host.suspend(domain: "kube_b")
        #expect(try await two.keeper.restore(try await two.cluster(), named: "x") == .disksAndMemory)
        #expect(try await two.states() == [.running, .running])
    }

    @Test func `machines saved off are off after the restore`() async throws {
        let two = try await TwoMachines()
        for domain in ["kube_a", "kube_b"] { try await two.host.destroy(domain: domain) }
        _ = try await two.save("x", .disks)
        for domain in ["kube_a", "kube_b"] { try await two.host.start(domain: domain) }
        #expect(try await two.keeper.restore(try await two.cluster(), named: "x") == .disks)
        #expect(try await two.states() == [.shutOff, .shutOff])
        #expect(two.clocks.withLock(\.count) == 0)
    }

    @Test(
        arguments: [
            (["a"], ["a", "b"], "'b' came later"), (["a", "b"], ["a"], "gone"), (["a", "b"], ["a", "b"], nil),
        ] as [([String], [String], String?)])
    func `a snapshot of other machines is refused before anything is touched`(
        saved: [String], now: [String], reason: String?
    ) async throws {
        let two = try await TwoMachines()
        for name in saved {
            try await two.host.saveRestorePoint(
                domain: "kube_\(name)", named: "x",
                description: SnapshotLabel(cluster: "kube", machines: saved).text)
        }
        for name in ["a", "b"] where !now.contains(name) {
            try await two.host.destroy(domain: "kube_\(name)")
            try await two.host.undefine(domain: "kube_\(name)")
        }
        let cluster = try await two.cluster()
        guard let reason else {
            #expect(try await two.keeper.requireRestorable(cluster, named: "x").name == "x")
            return
        }
        await #expect {
            try await two.keeper.restore(cluster, named: "x")
        } throws: {
            "\($0)".contains(reason.replacing("'", with: ""))
        }
        #expect(try await two.states() == now.map { _ in .running })
    }

    @Test func `a clock that cannot be set is told when all is done`() async throws {
        let two = try await TwoMachines()
        var keeper = two.keeper
        keeper.setClock = { machine in
            if machine.name == "a" { throw Diagnosis("no channel") }
        }
        let cluster = try await two.cluster()
        await #expect {
            try await keeper.save(cluster, named: SnapshotName("x"), content: .disksAndMemory)
        } throws: {
            ($0 as? Diagnosis)?.what == "'x' of 'kube' is saved, but the clock of a is not set"
        }
        #expect(try await two.keeper.list(cluster).map(\.missing) == [[]])
        #expect(try await two.states() == [.running, .running])
    }
}
