import Addresses
import Clusterfiles
import Diagnostics
import FoundationEssentials
import Hypervisor
import MachineImages
import Planning
import Plays

extension ClusterLifecycle {
    /// The warm disk that each machine could be made of which gets a disk by this plan, there or not.
    func warmDisks(for plan: Plan, _ spec: ClusterSpec, _ images: [String: MachineImage], _ clusterfile: String) throws
        -> [String: WarmDisk]
    {
        guard usesWarmDisks, let playbook = spec.playbook else { return [:] }
        let names = Set(plan.steps.compactMap { if case .createDisk(let name, _, _) = $0.action { name } else { nil } })
        if names.isEmpty { return [:] }
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

    /// The volumes of those that are there, by machine.
    func warmVolumes(_ disks: [String: WarmDisk]) async throws -> [String: String] {
        var volumes: [String: String] = [:]
        for (machine, disk) in disks where try await hypervisor.volume(disk.marker, pool: pool) != nil {
            volumes[machine] = disk.volume
        }
        return volumes
    }

    /// Prepares those that are not there, for the next time. What fails here costs that time only, and is told.
    func prepare(_ disks: [String: WarmDisk], _ spec: ClusterSpec, _ actions: LibvirtActions) async throws {
        guard let agentVolume = actions.agentVolume else { return }
        let there = try await warmVolumes(disks)
        let missing = Set(disks.filter { there[$0.key] == nil }.values).sorted { $0.key < $1.key }
        guard !missing.isEmpty else { return }
        do {
            try await ClusterLock.hold(.warm, purpose: "the preparation of warm disks") {
                try await withThrowingTaskGroup(of: Void.self) { group in
                    for (number, disk) in missing.enumerated() {
                        let builder = WarmDiskBuilder(
                            hypervisor: hypervisor, pool: pool, virtualization: actions.virtualization,
                            consoleFolder: actions.consoleFolder, agentVolume: agentVolume,
                            runner: try RunnerProgram(folder: programsFolder),
                            network: warmNetwork(spec, number, disk), deadline: .now + bootTimeout)
                        group.addTask {
                            try await progress.step(
                                machine: nil, "prepare a warm disk, as of \(disk.machine.name), for the next time"
                            ) { try await builder.ensure(disk) }
                        }
                    }
                    try await group.waitForAll()
                }
            }
        } catch let error as CancellationError {
            throw error
        } catch {
            for diagnosis in Diagnoses(of: error).all {
                progress.report(.warning("no warm disk was prepared: \(diagnosis.rendered)"))
            }
        }
    }

    /// A place in the cluster's network, for tasks that fetch packages: an address from the end, which no machine has.
    private func warmNetwork(
        _ spec: ClusterSpec, _ number: Int, _ disk: WarmDisk
    ) -> (name: String, card: FirstBoot.Card, gateway: String)? {
        guard spec.network.mode != .isolated else { return nil }
        let taken = Set(spec.machines.map(\.address) + [spec.network.host, spec.network.range.broadcast])
        let leases = spec.network.leases
        let free = (1..<250).lazy.compactMap { spec.network.range.broadcast.advanced(by: -$0) }
            .filter { spec.network.range.contains($0) && !taken.contains($0) && leases?.contains($0) != true }
        guard let address = free.dropFirst(number).first else { return nil }
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
