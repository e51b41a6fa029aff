package import Clusterfiles
import Diagnostics
import FoundationEssentials
import Hypervisor
import MachineImages
import Planning
import Plays

extension ClusterLifecycle {
    /// What `up` does with warm disks.
    package enum WarmUse: Hashable, Sendable {
        /// Machines are made of those that are there; what is missing is prepared afterwards where that pays.
        case automatic
        /// The same, and what is missing is prepared in any case.
        case prepare
        /// None is used, none is prepared.
        case none
    }

    /// The warm disk that each machine could be made of which gets a disk by this plan, there or not.
    func warmDisks(for plan: Plan, _ spec: ClusterSpec, _ images: [String: MachineImage], _ clusterfile: String) throws
        -> [String: WarmDisk]
    {
        if warmUse == .none { return [:] }
        let names = Set(plan.steps.compactMap { if case .createDisk(let name, _, _) = $0.action { name } else { nil } })
        return try warmDisks(for: names, spec, images, clusterfile)
    }

    private func warmDisks(
        for names: Set<String>, _ spec: ClusterSpec, _ images: [String: MachineImage], _ clusterfile: String
    ) throws -> [String: WarmDisk] {
        guard let playbook = spec.playbook, !names.isEmpty else { return [:] }
        let runner = try RunnerProgram(folder: programsFolder)
        // Machines of one kind are asked about once: it means reading what they would get.
        var kinds: [WarmKind: WarmDisk?] = [:]
        var disks: [String: WarmDisk] = [:]
        for machine in spec.machines where names.contains(machine.name) {
            guard let image = images["\(machine.image)"] else { continue }
            let kind = WarmKind(machine)
            let disk =
                try kinds[kind]
                ?? WarmDisk(
                    for: machine, of: spec, image, playbook: Self.resolve(playbook, beside: clusterfile),
                    runner: runner, controller)
            kinds[kind] = disk
            disks[machine.name] = disk
        }
        return disks
    }

    /// The volumes of those that are there, by machine; says so.
    func warmVolumes(_ disks: [String: WarmDisk]) async throws -> [String: String] {
        var volumes: [String: String] = [:]
        for (machine, disk) in disks where try await isThere(disk) { volumes[machine] = disk.volume }
        if !volumes.isEmpty {
            let names = volumes.keys.sorted().joined(separator: ", ")
            progress.report(.note("the playbook's installation is done already on the warm disks of \(names)"))
        }
        return volumes
    }

    private func isThere(_ disk: WarmDisk) async throws -> Bool {
        try await hypervisor.volume(disk.marker, pool: pool) != nil
    }

    /// After an `up`: has a process in the background prepare what is missing and pays, and says so. What fails here costs the
    /// next time only.
    func prepareLater(_ disks: [String: WarmDisk], _ gain: WarmGain, _ clusterfile: String) async throws {
        // They are prepared on this host's libvirt, of which a cluster on several may have none.
        guard let background, sites.all.count == 1 else { return }
        var wanted: Set<String> = []
        for (machine, disk) in disks where warmUse == .prepare || gain.pays(disk, for: machine) {
            if try await !isThere(disk) { wanted.insert(machine) }
        }
        guard !wanted.isEmpty else { return }
        let log = credentials.folder + "/warm.log"
        do {
            try background.start(
                ["image", "warm", "--file", Self.absolute(clusterfile)] + wanted.sorted(), log: log)
        } catch {
            return progress.report(.warning("no warm disk is prepared: \(Diagnoses(of: error))"))
        }
        progress.report(
            .note(
                "a warm disk is prepared in the background, with which the next 'up' skips the playbook's installation"
                    + " (--cold: neither; log: \(log))"))
    }

    /// Prepares the warm disks of a Clusterfile's machines (of all where none is named), one after the other; gives how many
    /// there are, and how many of them were made now.
    package func prepareWarmDisks(
        _ spec: ClusterSpec, clusterfile: String, machines: Set<String> = []
    ) async throws -> (all: Int, made: Int) {
        try await ClusterLock.hold(.warm, purpose: "the preparation of warm disks") {
            // Nobody else prepares now, so what is there was cut short.
            try await hypervisor.removeWarmMachines(pool: pool)
            let images = try await supply(clusterfile).images(of: spec)
            let names = spec.machines.map(\.name).filter { machines.isEmpty || machines.contains($0) }
            let disks = Set(try warmDisks(for: Set(names), spec, images, clusterfile).values)
                .sorted { $0.volume < $1.volume }
            var made = 0
            for disk in disks where try await !isThere(disk) {
                try await prepare(disk, spec, images)
                made += 1
            }
            return (disks.count, made)
        }
    }

    private func prepare(_ disk: WarmDisk, _ spec: ClusterSpec, _ images: [String: MachineImage]) async throws {
        try await requireMemory(for: disk)
        let builder = WarmDiskBuilder(
            hypervisor: hypervisor, pool: pool, virtualization: try await virtualization(images),
            consoleFolder: try await consoleFolder(), agentVolume: try await agentVolume(),
            runner: try RunnerProgram(folder: programsFolder), network: try await warmNetwork(spec, disk),
            bootTimeout: bootTimeout)
        // The base may be of an image that this libvirt does not have yet.
        let actions = LibvirtActions(
            hypervisor: hypervisor, pool: pool, spec: spec, images: images, virtualization: builder.virtualization,
            consoleFolder: builder.consoleFolder, agentVolume: builder.agentVolume,
            seed: { _ in preconditionFailure("no machine of the cluster is made") })
        try await actions.upload(disk.image, as: ImageVolumes(disk.image))
        try await progress.step(machine: nil, "prepare a warm disk, as of \(disk.machine.name)") {
            try await builder.prepare(disk)
        }
        try await dropEarlier(disk)
    }

    /// A host that is full is left to those who work on it.
    private func requireMemory(for disk: WarmDisk) async throws {
        let (free, needed) = (try await hypervisor.capacity().freeMemoryBytes, disk.machine.memory.size.bytes)
        guard free < UInt64(needed) * 5 / 4 else { return }
        throw Diagnosis(
            "no warm disk is prepared",
            why: "a machine for it needs \(needed >> 20) MiB, and the host has \(free >> 20) MiB free",
            fix: "run clusterfile image warm when machines are down")
    }

    /// Removes disks for the same purpose with another content which no machine stands on.
    private func dropEarlier(_ disk: WarmDisk) async throws {
        let shared = PoolUsage(try await hypervisor.observe(pool: pool)).shared
        for other in shared where other.stem.hasPrefix(disk.family) && other.stem != disk.stem && other.users.isEmpty {
            // The marker first: without it nobody takes the disk for a whole one.
            for name in other.names.sorted(by: { $0.hasSuffix(".complete") && !$1.hasSuffix(".complete") }) {
                try await hypervisor.delete(volume: name, pool: pool)
            }
        }
    }

    /// A place in the cluster's network, for tasks that fetch packages, where it is there: an address from the end, which no
    /// machine has.
    private func warmNetwork(
        _ spec: ClusterSpec, _ disk: WarmDisk
    ) async throws -> (name: String, card: FirstBoot.Card, gateway: String)? {
        let networks = try await hypervisor.networks()
        guard spec.network.mode != .isolated, networks.contains(where: { $0.name == spec.network.name && $0.isActive })
        else { return nil }
        let taken = Set(spec.machines.map(\.address) + [spec.network.host, spec.network.range.broadcast])
        let leases = spec.network.leases
        let address = (1..<250).lazy.compactMap { spec.network.range.broadcast.advanced(by: -$0) }
            .first { spec.network.range.contains($0) && !taken.contains($0) && leases?.contains($0) != true }
        guard let address else { return nil }
        let bytes = disk.key.prefix(6)
        let mac = "52:54:00:\(bytes.prefix(2)):\(bytes.dropFirst(2).prefix(2)):\(bytes.suffix(2))"
        return (
            spec.network.name,
            .init(
                macAddress: mac,
                address: .fixed("\(address)", prefixLength: spec.network.range.prefixLength), mtu: spec.network.mtu),
            "\(spec.network.host)"
        )
    }
}

/// What of a machine its warm disk depends on, beside what all of a cluster's machines have in common.
private struct WarmKind: Hashable {
    var image: MachineSpec.Image
    var role: MachineRole?
    var groups: [String]
    var vars: String

    init(_ machine: MachineSpec) {
        (image, role, groups) = (machine.image, machine.role, machine.groups)
        vars = "\(machine.vars.members.map { "\($0.key)=\($0.value.text)" })"
    }
}
