import Foundation
import JSON
import Testing

/// A Clusterfile with everything a machine can have, carried out, changed while the machine runs, and mended after changes by hand.
@Suite struct WholeMachineTests {
    @Test func `a machine gets all that its Clusterfile says, follows its changes while it runs, and is put right`()
        async throws
    {
        let cluster = try TestCluster(name: "whole", clusterfile: WholeMachine.clusterfile)
        try WholeMachine.writeFiles(beside: cluster)
        try await cluster.output("up", "--yes")
        let first = try await WholeMachine(cluster)
        hardware(first)
        contents(first)
        try await inventory(cluster)
        try await steps(cluster)
        #expect(try await greeting(ofPort: 22148).hasPrefix("SSH-2.0"))

        let second = try await grows(cluster, first)
        try await drifts(cluster, second)
        try await isReplacedWhenToldSo(cluster, second)
        await cluster.remove()
    }

    private func hardware(_ machine: WholeMachine) {
        #expect(machine["cpus"] == "1")
        #expect(machine["mounts"] == "/srv/data ext4 rw /srv/read virtiofs ro /srv/shared virtiofs rw")
        #expect((200...256).contains(machine.number("size /srv/data")) && machine["raw"] == "64M")
        #expect(machine["cards"] == "lo 127.0.0.1/8 eth0 192.168.148.11/24 eth1 10.148.0.11/24")
        #expect(machine["macs"] == "52:54:00:ab:cd:01 52:54:00:ab:cd:02" && machine["mtu"] == "1400")
        #expect(
            ["a", "a.whole.test", "www.whole.test"].allSatisfy { machine["name \($0)"] == "192.168.148.11" })
        #expect(machine["name registry.whole.test"] == "192.168.148.200")
        #expect(["nfs", "a.storage.test"].allSatisfy { machine["name \($0)"] == "10.148.0.11" })
        #expect(machine["name nas"] == "10.148.0.50")
    }

    private func contents(_ machine: WholeMachine) {
        #expect(machine["text"] == "${X} {{ x }}" && machine["motd"] == "today")
        #expect(machine["mode"] == "640 cluster adm 644 root root")
        #expect(machine["shared"] == "of the host touch: cannot touch '/srv/read/no': Read-only file system")
        #expect(machine["step once"] == "$" && machine["step always"] == "$")
        #expect(machine["step never"].contains("No such file"))
        #expect(machine["step script"] == "--fast|two words|" && machine["step play"] == "blue front 10")
    }

    private func inventory(_ cluster: TestCluster) async throws {
        let shared = cluster.folder.appendingPathComponent("shared/of-the-guest")
        #expect(FileManager.default.fileExists(atPath: shared.path))
        let variables = try JSON(parsing: try await cluster.output("inventory", "--host", "a"))
        #expect(variables["colour"]?.string == "blue")
        #expect(variables["home"]?.string == ProcessInfo.processInfo.environment["HOME"])
        let whole = try JSON(parsing: try await cluster.output("inventory", "--list"))
        #expect(whole["web"]?["vars"]?["tier"]?.string == "front" && whole["all"]?["vars"]?["size"]?.string == "10")
    }

    /// A step that never runs by itself runs when asked for, alone.
    private func steps(_ cluster: TestCluster) async throws {
        try await cluster.output("provision", "--step", "never")
        #expect(try await cluster.ssh("a", "sudo sh -c 'cat /root/never /root/always | wc -l'") == "2\n")
        let unknown = try await cluster.clusterfile("provision", "--step", "nevre")
        #expect(unknown.status == 1 && unknown.errors.contains("did you mean 'never'?"), "\(unknown.transcript)")
    }

    /// More processors, memory, disk, networks and ports, without a restart.
    private func grows(_ cluster: TestCluster, _ before: WholeMachine) async throws -> WholeMachine {
        try cluster.write(try #require(WholeMachine.larger))
        let plan = try await cluster.output("plan")
        #expect(!plan.contains("! ") && !plan.contains("± ") && !plan.contains("destroys"), "\(plan)")
        #expect(plan.contains("- stop forwarding 127.0.0.1:22148/tcp to a:22: "), "\(plan)")
        #expect(plan.contains("+ forward 127.0.0.1:22149/tcp to a:22: "), "\(plan)")
        try await cluster.output("up")
        // Who leased the new card its address has a moment for it.
        let after = try await Command.eventually(within: 20, "a lease for the new card") {
            try await WholeMachine(cluster)
        } until: {
            $0["cards"].contains("eth2 10.149.0.")
        }
        #expect(after["boot"] == before["boot"] && after["cpus"] == "2")
        #expect((690...768).contains(after.number("memory")), "\(after["memory"])")
        #expect(after.number("size /") > 4600 && before.number("size /") < 4000, "\(after["size /"])")
        #expect(after.number("size /srv/data") > 450 && after.number("size /srv/more") > 100)
        #expect(after["mounts"].contains("/srv/more ext4 rw"))
        #expect(
            after["step once"] == "$" && after["step always"] == "$ $" && after["step script"] == "--fast|two words|")
        #expect(try await greeting(ofPort: 22149).hasPrefix("SSH-2.0"))
        #expect(try await greeting(ofPort: 22148).isEmpty)
        #expect(try await cluster.clusterfile("plan", "--exit-code").status == 0)
        return after
    }

    /// What was changed by hand is seen by `plan` and put right by `up`, without a restart.
    private func drifts(_ cluster: TestCluster, _ before: WholeMachine) async throws {
        let domain = "whole_a"
        let disks = try await TestCluster.virsh("domblklist", domain).split(separator: "\n")
        let raw = try #require(disks.first { $0.hasSuffix(".a.raw") }?.split(separator: " ").first)
        try await cluster.ssh("a", "echo yes | sudo tee /srv/data/kept")
        try await TestCluster.virsh("setmem", domain, "640MiB", "--live")
        try await TestCluster.virsh("detach-disk", domain, String(raw), "--live")
        try await TestCluster.virsh("vol-delete", "--pool", "clusterfile", "\(try await cluster.uuid()).a.more")
        let plan = try await cluster.output("plan")
        for step in ["give a 768MiB of memory", "attach the disk raw to a", "create the disk more of a"] {
            #expect(plan.contains("\(step): "), "\(plan)")
        }
        #expect(!plan.contains("! ") && !plan.contains("± "), "\(plan)")
        try await cluster.output("up")
        let after = try await WholeMachine(cluster)
        #expect(after["boot"] == before["boot"] && after["mounts"] == before["mounts"] && after["raw"] == "64M")
        #expect(after.number("memory") == before.number("memory") && after["kept"] == "yes")
        #expect(after.number("size /srv/more") > 100)
    }

    /// Another address means another machine: refused with its reason where nobody can be asked; the data disk outlives it.
    private func isReplacedWhenToldSo(_ cluster: TestCluster, _ before: WholeMachine) async throws {
        try await TestCluster.virsh("net-destroy", "clusterfile_whole_storage")
        let drift = try await cluster.output("plan")
        #expect(drift.contains("start the network clusterfile_whole_storage: it is not active"), "\(drift)")
        #expect(drift.contains("its network was down, so that it lost its link (restarts a)"), "\(drift)")

        let larger = try #require(WholeMachine.larger)
        // Without what it had more: a disk that is not wanted takes its mount with it.
        try cluster.write(
            try WholeMachine.edited(
                larger,
                [
                    ("address: 192.168.148.11", "address: 192.168.148.12"),
                    ("{name: more, size: 128MiB, mount: /srv/more}", "{name: most, size: 128MiB}"),
                ]))
        let refused = try await cluster.clusterfile("up")
        #expect(refused.status == 1, "\(refused.transcript)")
        let reason = "the Clusterfile wants the address 192.168.148.12 for it, and it was made with 192.168.148.11"
        #expect(refused.errors.contains("remove the machine a: \(reason)"), "\(refused.transcript)")
        #expect(
            refused.errors.contains("delete the disk more of a: the Clusterfile has no such disk"),
            "\(refused.transcript)")
        #expect(!refused.errors.contains("disk data"), "\(refused.transcript)")
        #expect(try await WholeMachine(cluster)["boot"] == before["boot"])

        // What is lost beside the machine is asked for by itself.
        let more = try await cluster.clusterfile("up", "--replace", "a")
        #expect(more.status == 1 && !more.errors.contains("remove the machine"), "\(more.transcript)")
        try await cluster.output("up", "--replace", "a", "--yes")
        let after = try await WholeMachine(cluster)
        #expect(after["boot"] != before["boot"] && after["kept"] == "yes" && after["step once"] == "$")
        #expect(after["cards"].contains("192.168.148.12/24 eth1 10.148.0.11/24"), "\(after["cards"])")
        #expect(!after["mounts"].contains("more") && after["name www.whole.test"] == "192.168.148.12")
        #expect(try await cluster.clusterfile("plan", "--exit-code").status == 0)
    }

    /// What answers at a port of this host; nothing where none does.
    private func greeting(ofPort port: Int) async throws -> String {
        try await Command.run(
            ["timeout", "20", "bash", "-c", "exec 3<>/dev/tcp/127.0.0.1/\(port) && head -c 7 <&3"]
        ).output
    }
}
