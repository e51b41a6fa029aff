internal import Clusterfiles

/// What becomes of one wanted machine.
struct MachineDecision: Hashable, Sendable {
    enum Fate: Hashable, Sendable {
        /// There is no domain: whatever volumes there are belong to a run that was cut short.
        case create
        /// Its system disk has to be made anew.
        case replace(MachineSnapshot, reason: String)
        /// It goes on with its disk, changed where something is wanted otherwise.
        case keep(MachineSnapshot, MachineChanges)
    }

    let machine: MachineSpec
    /// The volume of its image.
    let base: String
    let fate: Fate
    /// Its volumes as they were found.
    let disk: ClusterSnapshot.Volume?
    let seed: ClusterSnapshot.Volume?
    let data: DataVolumes
    /// Whether it runs and has lost a link because the network was down.
    let lostLink: Bool

    init(
        _ machine: MachineSpec, owner: ClusterUUID, base: String, folder: String, downNetworks: Set<String>,
        observed: ClusterSnapshot
    ) {
        self.machine = machine
        self.base = base
        disk = observed.volumes.first { $0.name == machine.diskVolume }
        seed = observed.volumes.first { $0.name == machine.seedVolume }
        data = DataVolumes(of: machine, owner: owner, observed: observed)
        let domain = observed.machines.first { $0.belongs(to: owner) && $0.machine == machine.name }
        guard let domain else {
            (fate, lostLink) = (.create, false)
            return
        }
        let links = domain.running.map { $0.cards.map(\.link) } ?? machine.interfaces.map(\.link)
        lostLink =
            domain.state != .stopped
            && links.contains { if case .network(let name) = $0 { downNetworks.contains(name) } else { false } }
        if let reason = Self.replacementReason(machine, domain, disk: disk, base: base, observed: observed) {
            let leaves =
                domain.snapshots.isEmpty
                ? "" : "; it leaves the snapshots \(domain.snapshots.sorted().joined(separator: ", "))"
            fate = .replace(domain, reason: reason + leaves)
        } else {
            fate = .keep(domain, MachineChanges(of: domain, to: machine, folder: folder, data: data))
        }
    }

    /// Why the system disk has to be made anew, or nil.
    private static func replacementReason(
        _ machine: MachineSpec, _ domain: MachineSnapshot, disk: ClusterSnapshot.Volume?, base: String,
        observed: ClusterSnapshot
    ) -> String? {
        guard let disk else { return "its disk is gone" }
        if let backing = disk.backingVolume, backing != base,
            !observed.volumes.contains(where: { $0.name == backing && $0.isComplete })
        {
            return "the image that its disk is an overlay of is gone"
        }
        if domain.specHash?.system != machine.specHash.system { return systemReason(machine, domain.origin) }
        if disk.capacity > machine.systemDisk.size {
            return "the Clusterfile wants a disk of \(machine.systemDisk.size) for it, its disk has \(disk.capacity),"
                + " and a disk does not shrink"
        }
        return nil
    }

    /// What of the system is wanted otherwise: by what is known of it, or else what it may be.
    private static func systemReason(_ machine: MachineSpec, _ origin: MachineSnapshot.Origin) -> String {
        let parts: [(what: String, wanted: String, had: String?)] = [
            ("image", "\(machine.image)", origin.image), ("address", "\(machine.address)", origin.address),
        ]
        if let part = parts.first(where: { $0.had != nil && $0.had != $0.wanted }), let had = part.had {
            return "the Clusterfile wants the \(part.what) \(part.wanted) for it, and it was made with \(had)"
        }
        return "the Clusterfile wants another user, network range or first boot for it"
    }

    /// Whether a disk without a domain is what this machine would get, so that it can be used as it is.
    var diskFits: Bool {
        guard let disk else { return false }
        return disk.isComplete && disk.capacity == machine.systemDisk.size && (disk.backingVolume ?? base) == base
    }

    /// Whether the image's volume has to be there.
    var needsBase: Bool {
        switch fate {
        case .replace, .create: true
        case .keep: (disk?.backingVolume ?? "") == base
        }
    }
}

/// The volumes of a machine's disks beyond the system's.
struct DataVolumes: Hashable, Sendable {
    /// Wanted and not there, or there and to be made anew.
    var missing: [MachineSpec.DataDisk] = []
    var tooSmall: [MachineSpec.DataDisk] = []
    /// Larger than wanted: they are made anew, which destroys what is on them.
    var tooLarge: [ClusterSnapshot.Volume] = []
    /// The Clusterfile has no such disk for the machine.
    var unwanted: [ClusterSnapshot.Volume] = []
    var all: [ClusterSnapshot.Volume] = []

    init(of machine: MachineSpec, owner: ClusterUUID, observed: ClusterSnapshot) {
        all = observed.volumes.filter { volume in
            owner.owner(ofVolume: volume.name)?.machine == machine.name && volume.name != machine.diskVolume
                && volume.name != machine.seedVolume
        }.sorted { $0.name < $1.name }
        for disk in machine.disks {
            guard let volume = all.first(where: { $0.name == disk.volume }) else {
                missing.append(disk)
                continue
            }
            if volume.capacity < disk.size { tooSmall.append(disk) }
            if volume.capacity > disk.size {
                tooLarge.append(volume)
                missing.append(disk)
            }
        }
        unwanted = all.filter { volume in !machine.disks.contains { $0.volume == volume.name } }
    }
}
