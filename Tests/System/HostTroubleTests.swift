import Foundation
import JSON
import Testing

/// What the host does to a run: its disk is full, its pool is gone, a machine is paused, libvirtd is restarted. All of it in a lab
/// of these tests' own.
@Suite(.serialized) struct HostTroubleTests {
    private static let lab = Lab(number: 57)
    private static let folder = "/var/lib/clusterfile-lab\(lab.number)"

    @Test func `a full disk, a pool that is gone, a paused machine and a restart of libvirtd are told or ridden out`()
        async throws
    {
        try await Self.lab.whileRunning {
            try await aRestartIsRiddenOut()
            try await aPausedMachineIsResumedOrTold()
            try await aFullDiskIsTold()
            try await aDiskThatFillsUpLaterIsTold()
            try await aPoolThatIsGoneIsTold()
        }
    }

    private func aRestartIsRiddenOut() async throws {
        let cluster = try cluster(
            "restarted", images: try await StubImage.catalogue(), "image: stub, memory: 256MiB, disk: 3GiB")
        let running = try Command.start(
            Self.inside(["clusterfile", "up"]), environment: cluster.environment, folder: cluster.folder)
        _ = try await Command.eventually(
            within: 120, "the start", { running.progress() }, until: { $0.contains("start the machine one") })
        try await Self.restartLibvirtd()
        running.process.waitUntilExit()
        #expect(running.result().status == 0, "\(running.result().transcript)")
        try await expect(cluster, ["down", "--yes"], 0)
        try? FileManager.default.removeItem(at: cluster.folder)
    }

    private func aPausedMachineIsResumedOrTold() async throws {
        let cluster = try cluster("paused", images: try await MuteImages.catalogue(), "image: mute, memory: 256MiB")
        try await expect(cluster, ["up", "--no-wait"], 0)
        try await Self.virsh("suspend", "paused_one")
        let resumed = try await expect(cluster, ["up", "--no-wait"], 0)
        #expect(resumed.errors.contains("resume the machine one"), "\(resumed.transcript)")
        // While it is waited for.
        let running = try Command.start(
            Self.inside(["clusterfile", "up", "--boot-timeout", "60"]), environment: cluster.environment,
            folder: cluster.folder)
        try await Task.sleep(for: .seconds(2))
        try await Self.virsh("suspend", "paused_one")
        let start = ContinuousClock.now
        running.process.waitUntilExit()
        let result = running.result()
        #expect(result.status == 1 && ContinuousClock.now - start < .seconds(20), "\(result.transcript)")
        for words in ["it was paused meanwhile", "state:   paused: on request"] {
            #expect(result.errors.contains(words), "\(result.transcript)")
        }
        try await expect(cluster, ["down", "--yes"], 0)
        try? FileManager.default.removeItem(at: cluster.folder)
    }

    private func aFullDiskIsTold() async throws {
        let small = Self.folder + "/small"
        try await Self.nsenter("mkdir", small)
        try await Self.nsenter("mount", "-t", "tmpfs", "-o", "size=128k,mode=711", "tmpfs", small)
        try await Self.movePool(to: small)
        let cluster = try cluster("full", images: try await MuteImages.catalogue(), "image: mute, memory: 256MiB")
        let full = try await expect(cluster, ["up", "--no-wait"], 1)
        #expect(full.errors.contains("full") || full.errors.contains("No space left"), "\(full.transcript)")
        #expect(full.errors.contains("fix:"), "\(full.transcript)")
        // With more space the same command goes on.
        try await Self.nsenter("mount", "-o", "remount,size=16m", small)
        try await expect(cluster, ["up", "--no-wait"], 0)
        try await expect(cluster, ["down", "--yes"], 0)
        #expect(try await !Self.virsh("vol-list", "clusterfile").contains("full_"))
        try? FileManager.default.removeItem(at: cluster.folder)
    }

    /// In the pool that the test before has left.
    private func aDiskThatFillsUpLaterIsTold() async throws {
        let small = Self.folder + "/small"
        let size = { (size: String) in _ = try await Self.nsenter("mount", "-o", "remount,size=\(size)", small) }
        try await size("100m")
        let cluster = try cluster(
            "filling", images: try await StubImage.catalogue(), "image: stub, memory: 256MiB, disk: 3GiB")
        try await expect(cluster, ["up"], 0)
        let used = try #require(Int(try await Self.nsenter("du", "-sk", small).prefix { $0.isNumber }))
        try await size("\(used + 2048)k")
        // It begins when this login is over: nothing of the machine's answers then.
        let writing = "(sleep 2; head -c 16000000 /dev/zero > fill; sync) >/dev/null 2>&1 </dev/null &"
        try await expect(cluster, ["ssh", "one", "--", writing], 0)
        let fault = "no space left on the host for disk vda"
        _ = try await Command.eventually(within: 60, "the pause") {
            try await expect(cluster, ["status"], 0).output
        } until: {
            $0.contains("paused: " + fault)
        }
        let full = try await expect(cluster, ["up", "--boot-timeout", "30"], 1)
        for words in ["one: it is paused: " + fault, "it was paused meanwhile", "free some space on the host's disk"] {
            #expect(full.errors.contains(words), "\(full.transcript)")
        }
        try await size("200m")
        let resumed = try await expect(cluster, ["up"], 0)
        #expect(resumed.errors.contains("set its clock"), "\(resumed.transcript)")
        let time = try await expect(cluster, ["ssh", "one", "--", "date +%s"], 0).output
        #expect(abs((Double(time.dropLast()) ?? 0) - Date.now.timeIntervalSince1970) < 3, "\(time)")
        try await expect(cluster, ["down", "--yes"], 0)
        try? FileManager.default.removeItem(at: cluster.folder)
    }

    private func aPoolThatIsGoneIsTold() async throws {
        let cluster = try cluster("poolless", images: try await MuteImages.catalogue(), "image: mute, memory: 256MiB")
        try await Self.virsh("pool-destroy", "clusterfile")
        let stopped = try await expect(cluster, ["up", "--no-wait"], 1)
        #expect(
            stopped.errors.contains("pool 'clusterfile'") && stopped.errors.contains("fix:"), "\(stopped.transcript)")
        try await Self.virsh("pool-undefine", "clusterfile")
        let gone = try await expect(cluster, ["up", "--no-wait"], 1)
        #expect(gone.errors.contains("pool 'clusterfile'") && gone.errors.contains("fix:"), "\(gone.transcript)")
        #expect(try await !Self.virsh("list", "--all", "--name").contains("poolless"))
        #expect(try await !Self.virsh("net-list", "--all", "--name").contains("poolless"))
        try? FileManager.default.removeItem(at: cluster.folder)
    }

    // MARK: The lab

    private func cluster(_ name: String, images: String, _ machine: String) throws -> TestCluster {
        try TestCluster(
            name: name, images: images,
            clusterfile: """
                cluster: \(name)
                network: {address: 192.168.171.192/26}
                machines: [{name: one, address: 192.168.171.203, \(machine)}]
                """)
    }

    @discardableResult
    private func expect(_ cluster: TestCluster, _ arguments: [String], _ status: Int32) async throws -> CommandResult {
        let result = try await Command.run(
            Self.inside(["clusterfile"] + arguments), environment: cluster.environment, folder: cluster.folder)
        #expect(result.status == status, "\(result.transcript)")
        return result
    }

    /// A command line in the lab's network namespace, with its libvirt.
    private static func inside(_ arguments: [String]) -> [String] {
        ["CLUSTERFILE_LAB=\(lab.number)", TestCluster.lab, "exec", "env", "CLUSTERFILE_CONNECT=\(lab.uri)"] + arguments
    }

    @discardableResult
    private static func virsh(_ arguments: String...) async throws -> String {
        try await Command.output(inside(["virsh", "-q", "-c", lab.uri] + arguments))
    }

    @discardableResult
    private static func nsenter(_ command: String...) async throws -> String {
        let process = try String(contentsOfFile: "/run/clusterfile-lab\(lab.number)/virtlogd.pid", encoding: .utf8)
        return try await Command.output(
            ["nsenter", "--target", process.trimmingCharacters(in: .whitespacesAndNewlines), "--mount", "--net"]
                + command)
    }

    private static func restartLibvirtd() async throws {
        let file = "/run/clusterfile-lab\(lab.number)/libvirtd.pid"
        let process = try #require(
            Int32(try String(contentsOfFile: file, encoding: .utf8).trimmingCharacters(in: .whitespacesAndNewlines)))
        kill(process, SIGTERM)
        while isAlive(process) { try await Task.sleep(for: .milliseconds(10)) }
        let keeper = try String(contentsOfFile: "/run/clusterfile-lab\(lab.number)/virtlogd.pid", encoding: .utf8)
        try await lab.detached(
            "nsenter", "--target", keeper.trimmingCharacters(in: .whitespacesAndNewlines), "--mount", "--net",
            "libvirtd",
            "--daemon", "--config", "/etc/libvirt/libvirtd.conf", "--pid-file", file)
    }

    /// One that is dead and not reaped yet is not.
    private static func isAlive(_ process: Int32) -> Bool {
        // It is gone, with its file.
        let status = (try? String(contentsOfFile: "/proc/\(process)/status", encoding: .utf8)) ?? "State:\tX"
        return !status.contains("State:\tZ") && !status.contains("State:\tX")
    }

    private static func movePool(to folder: String) async throws {
        try await virsh("pool-destroy", "clusterfile")
        try await virsh("pool-undefine", "clusterfile")
        try await virsh("pool-define-as", "clusterfile", "dir", "--target", folder)
        try await virsh("pool-start", "clusterfile")
    }
}
