import Diagnostics
import Hypervisor
import MachineImages
import Plays

/// Prepares warm disks: a machine that belongs to no cluster boots the image, carries out the tasks, forgets what it was, and
/// ends; its disk stays.
struct WarmDiskBuilder: Sendable {
    var hypervisor: Hypervisor
    var pool: String
    var virtualization: DomainHardware.Virtualization
    var consoleFolder: String
    var agentVolume: String
    var runner: RunnerProgram
    /// The network that its tasks may fetch packages through, and an address in it that nobody has.
    var network: (name: String, card: FirstBoot.Card, gateway: String)?
    /// How long its machine may take to boot, and to end.
    var bootTimeout: Duration

    /// Prepares it; one that is there is none of this function's business.
    func prepare(_ disk: WarmDisk) async throws {
        try await clear(disk)
        do {
            try await make(disk)
            try await carryOut(disk)
        } catch {
            // What is left of it is cleared before the next attempt as well; the first error is the one that counts.
            try? await finishing(within: .seconds(30)) { try await clear(disk) }
            throw error
        }
        try await remove(disk.domain)
        try await hypervisor.delete(volume: disk.seed, pool: pool)
        _ = try await hypervisor.create(
            .init(pool: pool, name: disk.marker, capacityBytes: 1 << 20, format: .raw, mode: 0o644))
    }

    /// Takes away what an attempt left that was cut short.
    private func clear(_ disk: WarmDisk) async throws {
        try await remove(disk.domain)
        for name in [disk.seed, disk.volume] { try await hypervisor.delete(volume: name, pool: pool) }
    }

    private func remove(_ domain: String) async throws {
        try await hypervisor.removeWarmMachines(pool: pool) { $0 == domain }
    }

    private func make(_ disk: WarmDisk) async throws {
        let volumes = ImageVolumes(disk.image)
        _ = try await hypervisor.create(
            .init(
                pool: pool, name: disk.volume, capacityBytes: UInt64(disk.image.virtualBytes), format: .qcow2,
                backing: .init(path: try await path(of: volumes.disk), format: .qcow2), mode: 0o644))
        let seed = self.seed(of: disk).bytes
        _ = try await hypervisor.create(
            .init(pool: pool, name: disk.seed, capacityBytes: UInt64(seed.count), format: .raw))
        try await hypervisor.upload(seed, toVolume: disk.seed, pool: pool)
        guard case .kernel(_, _, let arguments) = disk.image.boot else { preconditionFailure("WarmDisk checks it") }
        try await hypervisor.define(
            DomainSpec(
                name: disk.domain, uuid: disk.uuid,
                hardware: DomainHardware(
                    virtualization: virtualization, processors: .init(count: 1, model: .standard(virtualization)),
                    memory: .init(bytes: UInt64(disk.machine.memory.size.bytes)),
                    boot: .kernel(
                        .init(
                            kernelPath: try await path(of: volumes.kernel),
                            initrdPath: try await path(of: volumes.initrd), arguments: arguments)),
                    disks: [
                        .init(path: try await path(of: disk.volume), format: .qcow2, access: .readWrite),
                        .init(path: try await path(of: disk.seed), format: .raw, access: .readOnly, serial: "seed"),
                        .init(
                            path: try await path(of: agentVolume), format: .raw, access: .readOnly,
                            serial: AgentDisk.serial),
                    ],
                    interfaces: network.map { [.init(.network($0.name), mac: $0.card.macAddress)] } ?? []),
                consoleLogPath: consoleFolder + "/" + Hypervisor.consoleLogName(ofDomain: disk.domain),
                metadata: ClusterMetadata(cluster: "", clusterName: "", name: disk.domain, spec: disk.key)))
    }

    /// A name and an address for as long as it lives; no key of any kind.
    private func seed(of disk: WarmDisk) -> SeedArchive {
        FirstBoot(
            instanceID: disk.domain, hostname: "prepared", machineID: disk.key + disk.key,
            cards: network.map { [$0.card] } ?? [], gateway: network?.gateway,
            nameserver: network?.gateway ?? "127.0.0.1",
            peers: [], user: "cluster", hostKey: .init(privateKey: "", publicKey: ""), authorizedKeys: [], userKey: nil,
            knownHosts: ""
        ).seedWithoutKeys
    }

    private func carryOut(_ disk: WarmDisk) async throws {
        try await hypervisor.start(domain: disk.domain)
        let failed = FailedTasks()
        let recap = try await run(disk, failed)
        guard recap.succeeded else {
            let reasons = failed.byHost.values.joined() + recap.lost.values.flatMap(\.all)
            throw Diagnosis(
                "tasks tagged '\(WarmDisk.tag)' failed on a machine without a cluster",
                why: reasons.first?.rendered,
                fix: network == nil
                    ? "run it while the cluster is up where they fetch something: they have its network then"
                    : "tag only tasks that need no other machine, no address and no secret")
        }
        let deadline = ContinuousClock.now + bootTimeout
        try await seal(disk.domain, deadline)
        try await hypervisor.waitForShutdown(domain: disk.domain, deadline: deadline)
    }

    /// Has the machine remove what is its own, and end.
    private func seal(_ domain: String, _ deadline: ContinuousClock.Instant) async throws {
        let channel = try await hypervisor.openChannel(domain: domain, patience: deadline - .now)
        // The runner may be there a moment longer; the machine's service says that it listens again.
        try await channel.send("state", deadline: deadline)
        while try await !channel.nextLine(deadline: deadline).hasPrefix("ready ") {}
        try await channel.send("seal", deadline: deadline)
        while try await channel.nextLine(deadline: deadline) != "seal ok" {}
    }

    /// The tasks by the runner, whose channel is let go afterwards.
    private func run(_ disk: WarmDisk, _ failed: FailedTasks) async throws -> PlaybookRecap {
        guard
            let channel = try await runner.start(
                domain: disk.domain, hypervisor, deadline: .now + bootTimeout, limit: .seconds(1800))
        else { throw Diagnosis("the warm disk's machine has no runner", why: "its disk of files was not read") }
        return try await PlaybookRun([disk.playbook]).run(connect: { _ in channel }, report: failed.note)
    }

    private func path(of volume: String) async throws -> String {
        guard let found = try await hypervisor.volume(volume, pool: pool) else {
            throw Diagnosis("the volume \(volume) is gone", why: "the pool '\(pool)' had it a moment ago")
        }
        return found.path
    }
}

extension Hypervisor {
    /// Ends and removes machines that prepared a warm disk, by their domains' names; only who has the lock of warm disks may.
    func removeWarmMachines(pool: String, _ isMeant: (String) -> Bool = { _ in true }) async throws {
        for domain in try await domains().map(\.name) where domain.hasPrefix(WarmDisk.domainPrefix) && isMeant(domain) {
            try await destroy(domain: domain)
            try await deleteConsoleLog(ofDomain: domain, pool: pool)
            try await undefine(domain: domain)
        }
    }
}
