import Clusterfiles

@testable import Planning

/// A libvirt that does what steps say, refusing what the real one would refuse.
struct LibvirtModel {
    enum Refusal: Error, Hashable {
        case exists(String)
        case missing(String)
        case inUse(String)
        case wrongState(String)
    }

    var snapshot: ClusterSnapshot
    let spec: ClusterSpec

    mutating func apply(_ action: Action) throws(Refusal) {
        switch action {
        case .uploadImage(_, let volume): try addVolume(ClusterSnapshot.Volume(name: volume, capacity: .gibibytes(3)))
        case .createDisk(let machine, let volume, let base):
            guard has(volume: base) else { throw .missing(base) }
            guard let wanted = spec.machine(named: machine) else { throw .missing(machine) }
            try addVolume(ClusterSnapshot.Volume(name: volume, capacity: wanted.systemDisk.size, backingVolume: base))
        case .createDataDisk(let machine, let volume):
            guard let disk = spec.machine(named: machine)?.disks.first(where: { $0.volume == volume }) else {
                throw .missing(volume)
            }
            try addVolume(ClusterSnapshot.Volume(name: volume, capacity: disk.size))
        case .growDisk(_, let volume, let size):
            guard let at = snapshot.volumes.firstIndex(where: { $0.name == volume }) else { throw .missing(volume) }
            if snapshot.volumes[at].capacity >= size { throw .wrongState(volume) }
            snapshot.volumes[at].capacity = size
        case .createSeed(_, let volume): try addVolume(ClusterSnapshot.Volume(name: volume, capacity: .mebibytes(1)))
        case .deleteVolume(let name): try deleteVolume(name)
        case .createNetwork(let name): try createNetwork(name)
        case .startNetwork(let name): try setNetwork(name, active: true)
        case .updateNetwork(let name):
            guard let wanted = shape(of: name) else { throw .missing(name) }
            try changeNetwork(name) { network in
                network.defined?.names = wanted.names
                network.running?.names = wanted.names
            }
        case .stopNetwork(let name):
            let users = snapshot.machines.filter { $0.belongs(to: spec.uuid) && $0.state != .stopped }
            if users.contains(where: { $0.running?.cards.contains { $0.link == .network(name) } ?? true }) {
                throw .inUse(name)
            }
            try setNetwork(name, active: false)
        case .deleteNetwork(let name):
            guard let network = snapshot.networks.first(where: { $0.name == name }) else { throw .missing(name) }
            if network.isActive { throw .inUse(name) }
            snapshot.networks.removeAll { $0.name == name }
        case .defineMachine(let machine, let domain): try define(machine, domain)
        case .change(_, let domain, let change): try self.change(domain, change)
        case .startMachine(_, let domain):
            try requireVolumesAndNetwork(of: domain)
            try setState(of: domain, from: [.stopped], to: .running)
            try changeMachine(domain) { $0.running = $0.defined }
        case .resumeMachine(_, let domain): try setState(of: domain, from: [.paused, .suspended], to: .running)
        case .suspendMachine(_, let domain): try setState(of: domain, from: [.running], to: .paused)
        case .stopMachine(_, let domain, _):
            try setState(of: domain, from: [.running, .paused, .suspended], to: .stopped)
            try changeMachine(domain) { $0.running = nil }
        case .undefineMachine(_, let domain):
            guard let machine = snapshot.machines.first(where: { $0.domainName == domain }) else {
                throw .missing(domain)
            }
            if machine.state != .stopped { throw .inUse(domain) }
            snapshot.machines.removeAll { $0.domainName == domain }
        }
    }

    private func has(volume: String) -> Bool { snapshot.volumes.contains { $0.name == volume && $0.isComplete } }

    private mutating func addVolume(_ volume: ClusterSnapshot.Volume) throws(Refusal) {
        if snapshot.volumes.contains(where: { $0.name == volume.name }) { throw .exists(volume.name) }
        snapshot.volumes.append(volume)
    }

    private mutating func deleteVolume(_ name: String) throws(Refusal) {
        guard snapshot.volumes.contains(where: { $0.name == name }) else { throw .missing(name) }
        for machine in snapshot.machines where machine.state != .stopped {
            guard let cluster = machine.owner, machine.belongs(to: cluster) else { continue }
            guard cluster.owner(ofVolume: name)?.machine == machine.machine else { continue }
            if name.hasSuffix(".seed") || machine.running?.disks.contains(where: { $0.volume == name }) ?? true {
                throw .inUse(name)
            }
        }
        snapshot.volumes.removeAll { $0.name == name }
    }

    private func shape(of name: String) -> NetworkShape? {
        spec.madeNetworks.first { $0.name == name }.map { NetworkShape(of: $0, in: spec) }
    }

    private mutating func createNetwork(_ name: String) throws(Refusal) {
        guard let shape = shape(of: name) else { throw .missing(name) }
        if snapshot.networks.contains(where: { $0.name == name }) {
            return try changeNetwork(name) { $0.defined = shape }
        }
        snapshot.networks.append(
            ClusterSnapshot.Network(
                name: name, owner: spec.uuid, bridge: shape.bridge, isActive: false, defined: shape))
    }

    private mutating func changeNetwork(
        _ name: String, _ body: (inout ClusterSnapshot.Network) -> Void
    ) throws(Refusal) {
        guard let at = snapshot.networks.firstIndex(where: { $0.name == name }) else { throw .missing(name) }
        body(&snapshot.networks[at])
    }

    private mutating func setNetwork(_ name: String, active: Bool) throws(Refusal) {
        guard let network = snapshot.networks.first(where: { $0.name == name }) else { throw .missing(name) }
        if network.isActive == active { throw .wrongState(name) }
        if active, let range = network.defined?.range {
            // A second bridge with an overlapping range does not start.
            let others = snapshot.networks.filter { $0.isActive && $0.running?.range.overlaps(range) ?? false }
            if let other = others.first { throw .inUse(other.name) }
        }
        try changeNetwork(name) {
            $0.isActive = active
            $0.running = active ? $0.defined : nil
        }
    }

    private mutating func changeMachine(_ domain: String, _ body: (inout MachineSnapshot) -> Void) throws(Refusal) {
        guard let at = snapshot.machines.firstIndex(where: { $0.domainName == domain }) else { throw .missing(domain) }
        body(&snapshot.machines[at])
    }

    /// Changes a running machine as libvirt would: what is there is not attached, what is not there is not detached.
    private mutating func change(_ domain: String, _ change: HardwareChange) throws(Refusal) {
        guard let machine = snapshot.machines.first(where: { $0.domainName == domain }) else { throw .missing(domain) }
        guard var hardware = machine.running, machine.state != .stopped else { throw .wrongState(domain) }
        guard
            let wanted = spec.machines.first(where: { $0.domainName == domain }).map({
                MachineHardware(of: $0, folder: "")
            })
        else { throw .missing(domain) }
        switch change {
        case .processors(let count):
            guard hardware.processors < count, count <= hardware.maximumProcessors else { throw .wrongState(domain) }
            hardware.processors = count
        case .pinning: hardware.pinning = wanted.pinning
        case .memory(let size):
            guard hardware.memory < hardware.maximumMemory, size <= hardware.maximumMemory else {
                throw .wrongState(domain)
            }
            hardware.memory = size
        case .attachDisk(let volume):
            guard has(volume: volume), let disk = wanted.disks.first(where: { $0.volume == volume }) else {
                throw .missing(volume)
            }
            if hardware.disks.contains(where: { $0.volume == volume }) { throw .exists(volume) }
            hardware.disks.insert(disk)
        case .detachDisk(let volume):
            guard let disk = hardware.disks.first(where: { $0.volume == volume }) else { throw .missing(volume) }
            hardware.disks.remove(disk)
        case .attachCard(let address):
            guard let card = wanted.cards.first(where: { $0.macAddress == address }) else { throw .missing(address) }
            if hardware.cards.contains(where: { $0.macAddress == address }) { throw .exists(address) }
            try requireActive(card.link)
            hardware.cards.insert(card)
        case .detachCard(let address):
            guard let card = hardware.cards.first(where: { $0.macAddress == address }) else { throw .missing(address) }
            hardware.cards.remove(card)
        }
        try changeMachine(domain) { $0.running = hardware }
    }

    private func requireActive(_ link: MachineSpec.Interface.Link) throws(Refusal) {
        guard case .network(let name) = link else { return }
        guard snapshot.networks.contains(where: { $0.name == name && $0.isActive }) else { throw .missing(name) }
    }

    private mutating func define(_ machine: String, _ domain: String) throws(Refusal) {
        guard let wanted = spec.machine(named: machine) else { throw .missing(machine) }
        let hardware = MachineHardware(of: wanted, folder: "")
        for disk in hardware.disks where !has(volume: disk.volume) { throw .missing(disk.volume) }
        if let known = snapshot.machines.first(where: { $0.domainName == domain }) {
            if known.domainUUID != wanted.domainUUID { throw .exists(domain) }
            try changeMachine(domain) {
                $0.specHash = wanted.specHash
                $0.defined = hardware
                $0.isAltered = false
            }
            return
        }
        snapshot.machines.append(
            MachineSnapshot(
                domainName: domain, domainUUID: wanted.domainUUID, owner: spec.uuid, machine: machine,
                specHash: wanted.specHash, state: .stopped,
                origin: .init(image: "\(wanted.image)", address: "\(wanted.address)"), defined: hardware))
    }

    private func requireVolumesAndNetwork(of domain: String) throws(Refusal) {
        guard let machine = spec.machines.first(where: { $0.domainName == domain }),
            let hardware = snapshot.machines.first(where: { $0.domainName == domain })?.defined
        else { throw .missing(domain) }
        for volume in hardware.disks.map(\.volume) + [machine.seedVolume] where !has(volume: volume) {
            throw .missing(volume)
        }
        guard let backing = snapshot.volumes.first(where: { $0.name == machine.diskVolume })?.backingVolume,
            has(volume: backing)
        else { throw .missing("base of \(machine.diskVolume)") }
        for card in hardware.cards { try requireActive(card.link) }
    }

    private mutating func setState(
        of domain: String, from: Set<MachineSnapshot.State>, to state: MachineSnapshot.State
    ) throws(Refusal) {
        guard let at = snapshot.machines.firstIndex(where: { $0.domainName == domain }) else { throw .missing(domain) }
        guard from.contains(snapshot.machines[at].state) else { throw .wrongState(domain) }
        snapshot.machines[at].state = state
    }
}
