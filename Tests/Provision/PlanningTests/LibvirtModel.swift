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
        case .createSeed(_, let volume): try addVolume(ClusterSnapshot.Volume(name: volume, capacity: .mebibytes(1)))
        case .deleteVolume(let name): try deleteVolume(name)
        case .createNetwork(let name): try createNetwork(name)
        case .startNetwork(let name): try setNetwork(name, active: true)
        case .stopNetwork(let name):
            if snapshot.machines.contains(where: { $0.belongs(to: spec.uuid) && $0.state != .stopped }) {
                throw .inUse(name)
            }
            try setNetwork(name, active: false)
        case .deleteNetwork(let name):
            guard let network = snapshot.networks.first(where: { $0.name == name }) else { throw .missing(name) }
            if network.isActive { throw .inUse(name) }
            snapshot.networks.removeAll { $0.name == name }
        case .defineMachine(let machine, let domain): try define(machine, domain)
        case .startMachine(_, let domain):
            try requireVolumesAndNetwork(of: domain)
            try setState(of: domain, from: [.stopped], to: .running)
        case .resumeMachine(_, let domain): try setState(of: domain, from: [.paused, .suspended], to: .running)
        case .suspendMachine(_, let domain): try setState(of: domain, from: [.running], to: .paused)
        case .stopMachine(_, let domain, _):
            try setState(of: domain, from: [.running, .paused, .suspended], to: .stopped)
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
            if cluster.owner(ofVolume: name)?.machine == machine.machine { throw .inUse(name) }
        }
        snapshot.volumes.removeAll { $0.name == name }
    }

    private mutating func createNetwork(_ name: String) throws(Refusal) {
        if snapshot.networks.contains(where: { $0.name == name }) { throw .exists(name) }
        snapshot.networks.append(
            ClusterSnapshot.Network(
                name: name, owner: spec.uuid, specHash: spec.network.specHash, bridge: spec.network.bridge,
                isActive: false))
    }

    private mutating func setNetwork(_ name: String, active: Bool) throws(Refusal) {
        guard let at = snapshot.networks.firstIndex(where: { $0.name == name }) else { throw .missing(name) }
        if snapshot.networks[at].isActive == active { throw .wrongState(name) }
        snapshot.networks[at].isActive = active
    }

    private mutating func define(_ machine: String, _ domain: String) throws(Refusal) {
        guard let wanted = spec.machine(named: machine) else { throw .missing(machine) }
        if let at = snapshot.machines.firstIndex(where: { $0.domainName == domain }) {
            if snapshot.machines[at].domainUUID != wanted.domainUUID { throw .exists(domain) }
            snapshot.machines[at].specHash = wanted.specHash
            return
        }
        snapshot.machines.append(
            MachineSnapshot(
                domainName: domain, domainUUID: wanted.domainUUID, owner: spec.uuid, machine: machine,
                specHash: wanted.specHash, state: .stopped))
    }

    private func requireVolumesAndNetwork(of domain: String) throws(Refusal) {
        guard let machine = spec.machines.first(where: { $0.domainName == domain }) else { throw .missing(domain) }
        for volume in [machine.diskVolume, machine.seedVolume] where !has(volume: volume) { throw .missing(volume) }
        guard let backing = snapshot.volumes.first(where: { $0.name == machine.diskVolume })?.backingVolume,
            has(volume: backing)
        else { throw .missing("base of \(machine.diskVolume)") }
        guard snapshot.networks.contains(where: { $0.name == spec.network.name && $0.isActive }) else {
            throw .missing(spec.network.name)
        }
    }

    private mutating func setState(
        of domain: String, from: Set<MachineSnapshot.State>, to state: MachineSnapshot.State
    ) throws(Refusal) {
        guard let at = snapshot.machines.firstIndex(where: { $0.domainName == domain }) else { throw .missing(domain) }
        guard from.contains(snapshot.machines[at].state) else { throw .wrongState(domain) }
        snapshot.machines[at].state = state
    }
}
