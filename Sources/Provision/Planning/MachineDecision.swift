internal import Clusterfiles

/// What becomes of one wanted machine.
struct MachineDecision: Hashable, Sendable {
    enum Fate: Hashable, Sendable {
        /// There is no domain: whatever volumes there are belong to a run that was cut short.
        case create
        /// Its disk has to be made anew.
        case replace(MachineSnapshot, reason: String)
        /// Only a restart is needed for what changed.
        case redefine(MachineSnapshot)
        /// It is as wanted, except perhaps that it does not run.
        case keep(MachineSnapshot)
    }

    let machine: MachineSpec
    /// The volume of its image.
    let base: String
    let fate: Fate
    let disk: ClusterSnapshot.Volume?
    let seed: ClusterSnapshot.Volume?
    /// Whether running machines on it have lost their link.
    let networkWasDown: Bool

    init(
        _ machine: MachineSpec, owner: ClusterUUID, base: String, networkWasDown: Bool, observed: ClusterSnapshot
    ) {
        self.machine = machine
        self.base = base
        self.networkWasDown = networkWasDown
        disk = observed.volumes.first { $0.name == machine.diskVolume }
        seed = observed.volumes.first { $0.name == machine.seedVolume }
        let domain = observed.machines.first { $0.belongs(to: owner) && $0.machine == machine.name }
        if let domain {
            fate = Self.fate(of: machine, domain, disk: disk, base: base, observed: observed)
        } else {
            fate = .create
        }
    }

    private static func fate(
        of machine: MachineSpec, _ domain: MachineSnapshot, disk: ClusterSnapshot.Volume?, base: String,
        observed: ClusterSnapshot
    ) -> Fate {
        guard let disk else { return .replace(domain, reason: "its disk is gone") }
        if let backing = disk.backingVolume, backing != base,
            !observed.volumes.contains(where: { $0.name == backing && $0.isComplete })
        {
            return .replace(domain, reason: "the image that its disk is an overlay of is gone")
        }
        if domain.specHash?.system != machine.specHash.system || disk.capacity != machine.systemDisk.size {
            return .replace(domain, reason: replacementReason(machine, domain, disk, base: base))
        }
        return domain.specHash == machine.specHash ? .keep(domain) : .redefine(domain)
    }

    /// What of the system is wanted otherwise: by what can be seen of it, or else what it may be.
    private static func replacementReason(
        _ machine: MachineSpec, _ domain: MachineSnapshot, _ disk: ClusterSnapshot.Volume, base: String
    ) -> String {
        var reason = "the Clusterfile wants another image, address or user for it"
        if disk.capacity != machine.systemDisk.size {
            reason =
                "the Clusterfile wants a disk of \(machine.systemDisk.size) for it, and it has one of \(disk.capacity)"
        }
        if !domain.snapshots.isEmpty {
            reason += "; it leaves the snapshots \(domain.snapshots.sorted().joined(separator: ", "))"
        }
        return reason
    }

    /// Whether a disk without a domain is what this machine would get, so that it can be used as it is.
    var diskFits: Bool {
        guard let disk else { return false }
        return disk.isComplete && disk.capacity == machine.systemDisk.size && (disk.backingVolume ?? base) == base
    }

    /// Whether the image's volume has to be there.
    var needsBase: Bool {
        switch fate {
        case .replace: true
        case .create: true
        case .keep, .redefine: (disk?.backingVolume ?? "") == base
        }
    }
}

extension PlanBuilder {
    /// Stops a machine whose disk, hardware or network changes; gives the ids to wait for.
    mutating func halt(_ decision: MachineDecision) -> [String] {
        let name = decision.machine.name
        switch decision.fate {
        case .create: return []
        case .replace(let domain, let reason):
            let volumes = [decision.disk, decision.seed].compactMap(\.self)
            return remove(domain, volumes: volumes, reason)
        case .redefine(let domain) where domain.state != .stopped:
            let gently = domain.state == .running
            return [add(.stopMachine(name, domain: domain.domainName, gently: gently), Self.otherHardware)]
        case .keep(let domain) where decision.networkWasDown && domain.state != .stopped:
            let gently = domain.state == .running
            return [add(.stopMachine(name, domain: domain.domainName, gently: gently), Self.lostLink)]
        case .redefine, .keep: return []
        }
    }

    /// Makes a machine that is halted where it had to be into the wanted, running one.
    mutating func build(
        _ decision: MachineDecision, after halted: [String], uploads: [String: String], network: [String]
    ) {
        let (machine, domain) = (decision.machine, decision.machine.domainName)
        let upload = [uploads[decision.base]].compactMap(\.self)
        switch decision.fate {
        case .create:
            var parts: [String] = []
            parts += createDisk(decision, after: upload)
            parts += createSeed(decision)
            define(machine, "there is no domain of that name", after: parts + halted + upload, network: network)
        case .replace(_, let reason):
            let disk = add(
                .createDisk(machine: machine.name, volume: machine.diskVolume, base: decision.base), reason,
                after: upload + halted)
            let seed = add(.createSeed(machine: machine.name, volume: machine.seedVolume), reason, after: halted)
            define(machine, reason, after: [disk, seed], network: network)
        case .redefine:
            let seed = decision.seed == nil ? createSeed(decision) : []
            define(machine, Self.otherHardware, after: halted + seed + upload, network: network)
        case .keep(let snapshot):
            let seed = decision.seed == nil ? createSeed(decision) : []
            if decision.networkWasDown && snapshot.state != .stopped {
                add(.startMachine(machine.name, domain: domain), Self.lostLink, after: halted + seed + upload + network)
                return
            }
            switch snapshot.state {
            case .running: return
            case .paused: add(.resumeMachine(machine.name, domain: domain), "it is paused", after: upload)
            case .suspended: add(.resumeMachine(machine.name, domain: domain), "it is asleep", after: upload)
            case .stopped:
                add(
                    .startMachine(machine.name, domain: domain), "it does not run",
                    after: halted + seed + upload + network)
            }
        }
    }

    private static let otherHardware = "the Clusterfile wants other CPUs or memory for it"
    private static let lostLink = "its network was down, so that it lost its link"

    private mutating func createDisk(_ decision: MachineDecision, after upload: [String]) -> [String] {
        if decision.diskFits { return [] }
        let (name, volume) = (decision.machine.name, decision.machine.diskVolume)
        var before = upload
        if decision.disk != nil {
            before.append(add(.deleteVolume(volume), "it does not fit the Clusterfile", destroysData: true))
        }
        return [add(.createDisk(machine: name, volume: volume, base: decision.base), "it has none", after: before)]
    }

    private mutating func createSeed(_ decision: MachineDecision) -> [String] {
        let (name, volume) = (decision.machine.name, decision.machine.seedVolume)
        let deleted = decision.seed.map { _ in
            [add(.deleteVolume(volume), "an earlier run may have left it half written")]
        }
        return [add(.createSeed(machine: name, volume: volume), "it has none", after: deleted ?? [])]
    }

    private mutating func define(_ machine: MachineSpec, _ reason: String, after: [String], network: [String]) {
        let defined = add(.defineMachine(machine.name, domain: machine.domainName), reason, after: after)
        add(.startMachine(machine.name, domain: machine.domainName), reason, after: [defined] + network)
    }
}
