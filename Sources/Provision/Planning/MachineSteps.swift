internal import Clusterfiles

extension PlanBuilder {
    /// Stops a machine that is made anew, restarted, or has lost its link, and takes from one that goes on what it is not to
    /// have; gives the ids to wait for.
    mutating func release(_ decision: MachineDecision) -> [String] {
        let name = decision.machine.name
        switch decision.fate {
        case .create: return []
        case .replace(let domain, let reason):
            let volumes = [decision.disk, decision.seed].compactMap(\.self)
            return remove(
                domain, volumes: volumes + (domain.keepsDataDisks ? [] : decision.data.all), reason,
                .replace(machine: name))
        case .keep(let domain, let changes):
            guard let reason = decision.restartReason else {
                return change(name, domain.domainName, changes.live.filter { $0.change.isRemoval }, after: [])
            }
            return [
                add(
                    .stopMachine(name, domain: domain.domainName, gently: domain.state == .running), reason,
                    .restart(machine: name))
            ]
        }
    }

    /// Makes a machine that is released where it had to be into the wanted, running one.
    mutating func build(
        _ decision: MachineDecision, after released: [String], uploads: [String: String], network: [String]
    ) {
        let machine = decision.machine
        let upload = [uploads[decision.base]].compactMap(\.self)
        switch decision.fate {
        case .create:
            let reason = "there is no domain of that name"
            let parts = createDisk(decision, after: upload) + createSeed(decision) + dataVolumes(decision, after: [])
            define(machine, reason, .create, after: parts + released + upload, network: network)
        case .replace(let domain, let reason):
            let effect = Step.Effect.replace(machine: machine.name)
            let disk = add(
                .createDisk(machine: machine.name, volume: machine.diskVolume, base: decision.base), reason, effect,
                after: upload + released)
            let seed = add(
                .createSeed(machine: machine.name, volume: machine.seedVolume), reason, effect, after: released)
            let data =
                domain.keepsDataDisks
                ? dataVolumes(decision, after: released)
                : machine.disks.map {
                    add(.createDataDisk(machine: machine.name, volume: $0.volume), reason, effect, after: released)
                }
            define(machine, reason, effect, after: [disk, seed] + data, network: network)
        case .keep(let snapshot, let changes):
            var ready = released + upload + growSystem(decision, after: released)
            ready += dataVolumes(decision, after: released)
            if decision.seed == nil { ready += createSeed(decision) }
            if let reason = changes.redefining {
                let effect = decision.restartReason == nil ? Step.Effect.inPlace : .restart(machine: machine.name)
                ready.append(
                    add(.defineMachine(machine.name, domain: machine.domainName), reason, effect, after: ready))
            }
            if decision.restartReason == nil {
                _ = change(
                    machine.name, machine.domainName, changes.live.filter { !$0.change.isRemoval },
                    after: ready + network)
            }
            wake(snapshot, decision, after: ready, network: network)
        }
    }

    /// Changes a machine that runs, one after the other: each finds the names that the one before has left free. Gives the ids.
    private mutating func change(
        _ machine: String, _ domain: String, _ changes: [MachineChanges.LiveChange], after ready: [String]
    ) -> [String] {
        var done: [String] = []
        for difference in changes {
            done.append(
                add(
                    .change(machine: machine, domain: domain, difference.change), difference.reason, .inPlace,
                    after: ready + done.suffix(1)))
        }
        return done
    }

    /// Starts or resumes a machine that does not run, or was halted.
    private mutating func wake(
        _ snapshot: MachineSnapshot, _ decision: MachineDecision, after ready: [String], network: [String]
    ) {
        let (name, domain) = (decision.machine.name, decision.machine.domainName)
        if let reason = decision.restartReason {
            add(.startMachine(name, domain: domain), reason, .restart(machine: name), after: ready + network)
            return
        }
        switch snapshot.state {
        case .running: return
        case .stopped: add(.startMachine(name, domain: domain), "it does not run", .inPlace, after: ready + network)
        case .paused, .suspended:
            add(.resumeMachine(name, domain: domain), snapshot.standstill, .inPlace, after: ready)
        }
    }

    // MARK: Volumes

    private mutating func createDisk(_ decision: MachineDecision, after upload: [String]) -> [String] {
        if decision.diskFits { return [] }
        let (name, volume) = (decision.machine.name, decision.machine.diskVolume)
        var before = upload
        if decision.disk != nil {
            before.append(
                add(.deleteVolume(volume), "it does not fit the Clusterfile", .remove, destroysData: true))
        }
        return [
            add(.createDisk(machine: name, volume: volume, base: decision.base), "it has none", .create, after: before)
        ]
    }

    private mutating func growSystem(_ decision: MachineDecision, after halted: [String]) -> [String] {
        let machine = decision.machine
        guard let disk = decision.disk, disk.capacity < machine.systemDisk.size else { return [] }
        return [grow(machine.name, disk.name, from: disk.capacity, to: machine.systemDisk.size, after: halted)]
    }

    private mutating func grow(
        _ machine: String, _ volume: String, from had: ByteCount, to size: ByteCount, after: [String]
    ) -> String {
        add(
            .growDisk(machine: machine, volume: volume, to: size), "the Clusterfile wants \(size), and it has \(had)",
            .inPlace, after: after)
    }

    /// Brings the volumes beyond the system's to what is wanted; gives the ids of those steps.
    private mutating func dataVolumes(_ decision: MachineDecision, after: [String]) -> [String] {
        let (name, data) = (decision.machine.name, decision.data)
        var done = data.unwanted.map { volume in
            add(
                .deleteVolume(volume.name), "the Clusterfile has no such disk for \(name)", .remove, destroysData: true,
                after: after)
        }
        var deleted: [String: String] = [:]
        for volume in data.tooLarge {
            deleted[volume.name] = add(
                .deleteVolume(volume.name), "the Clusterfile wants it smaller, and a disk does not shrink", .remove,
                destroysData: true, after: after)
        }
        for disk in data.missing {
            done.append(
                add(
                    .createDataDisk(machine: name, volume: disk.volume), "the pool has no such volume", .create,
                    after: after + [deleted[disk.volume]].compactMap(\.self)))
        }
        for disk in data.tooSmall {
            let had = data.all.first { $0.name == disk.volume }?.capacity ?? disk.size
            done.append(grow(name, disk.volume, from: had, to: disk.size, after: after))
        }
        return done
    }

    private mutating func createSeed(_ decision: MachineDecision) -> [String] {
        let (name, volume) = (decision.machine.name, decision.machine.seedVolume)
        let deleted = decision.seed.map { _ in
            [add(.deleteVolume(volume), "an earlier run may have left it half written", .remove)]
        }
        return [add(.createSeed(machine: name, volume: volume), "it has none", .create, after: deleted ?? [])]
    }

    private mutating func define(
        _ machine: MachineSpec, _ reason: String, _ effect: Step.Effect, after: [String], network: [String]
    ) {
        let defined = add(.defineMachine(machine.name, domain: machine.domainName), reason, effect, after: after)
        add(.startMachine(machine.name, domain: machine.domainName), reason, effect, after: [defined] + network)
    }
}

extension MachineSnapshot {
    /// Whether its disks beyond the system's outlive it: those with snapshots hold what belongs to the system's as well.
    fileprivate var keepsDataDisks: Bool { snapshots.isEmpty }
}

extension MachineDecision {
    /// Why a machine that is kept stops and starts again, or nil.
    fileprivate var restartReason: String? {
        guard case .keep(let domain, let changes) = fate, domain.state != .stopped else { return nil }
        return changes.restarting ?? (lostLink ? "its network was down, so that it lost its link" : nil)
    }
}

extension HardwareChange {
    /// Whether something leaves the machine.
    fileprivate var isRemoval: Bool {
        switch self {
        case .detachDisk, .detachCard: true
        case .processors, .pinning, .memory, .attachDisk, .attachCard: false
        }
    }
}
