package import Clusterfiles

/// One thing to do to libvirt; machines, domains, networks and volumes are given by name.
package enum Action: Hashable, Sendable {
    case uploadImage(image: String, volume: String)
    /// Also changes the definition of one that is there, which an active network takes when it is started again.
    case createNetwork(String)
    case startNetwork(String)
    /// Brings what an active network's DNS and DHCP know up to date.
    case updateNetwork(String)
    case stopNetwork(String)
    case deleteNetwork(String)
    case createDisk(machine: String, volume: String, base: String)
    /// An empty disk beyond the system's.
    case createDataDisk(machine: String, volume: String)
    /// Makes a disk larger, whether its machine runs or not.
    case growDisk(machine: String, volume: String, to: ByteCount)
    case createSeed(machine: String, volume: String)
    case deleteVolume(String)
    /// Also changes the definition of one that is there, which a running machine takes when it is started again.
    case defineMachine(String, domain: String)
    /// Changes hardware of a machine that runs.
    case change(machine: String, domain: String, HardwareChange)
    case startMachine(String, domain: String)
    case resumeMachine(String, domain: String)
    /// Its processors stand still and its memory stays.
    case suspendMachine(String, domain: String)
    /// `gently` asks the guest to shut down and waits a while; otherwise its power is cut.
    case stopMachine(String, domain: String, gently: Bool)
    /// Also forgets the domain's snapshots.
    case undefineMachine(String, domain: String)
}

extension Action {
    /// The machine that this is done to, or nil.
    package var machine: String? {
        switch self {
        case .createDisk(let machine, _, _), .createDataDisk(let machine, _), .growDisk(let machine, _, _),
            .createSeed(let machine, _), .defineMachine(let machine, _), .change(let machine, _, _),
            .startMachine(let machine, _), .resumeMachine(let machine, _), .suspendMachine(let machine, _),
            .stopMachine(let machine, _, _),
            .undefineMachine(let machine, _):
            machine
        case .uploadImage, .createNetwork, .startNetwork, .updateNetwork, .stopNetwork, .deleteNetwork, .deleteVolume:
            nil
        }
    }

    /// What takes this back where the plan began with nothing, or nil where nothing can or nothing needs to (images are
    /// shared by all clusters).
    package var undo: Action? {
        switch self {
        case .createNetwork(let name): .deleteNetwork(name)
        case .startNetwork(let name): .stopNetwork(name)
        case .stopNetwork(let name): .startNetwork(name)
        case .createDisk(_, let volume, _), .createDataDisk(_, let volume), .createSeed(_, let volume):
            .deleteVolume(volume)
        case .defineMachine(let machine, let domain): .undefineMachine(machine, domain: domain)
        case .startMachine(let machine, let domain): .stopMachine(machine, domain: domain, gently: false)
        case .stopMachine(let machine, let domain, _): .startMachine(machine, domain: domain)
        case .suspendMachine(let machine, let domain): .resumeMachine(machine, domain: domain)
        case .uploadImage, .updateNetwork, .deleteNetwork, .growDisk, .deleteVolume, .change, .resumeMachine,
            .undefineMachine:
            nil
        }
    }

    /// The step's identity in a plan and in the journal: `verb subject`.
    package var id: String { "\(verb) \(subject)" }

    /// What it is done to, by its name in libvirt; for a part of a machine, the domain and the part.
    package var subject: String {
        switch self {
        case .uploadImage(_, let volume), .createDisk(_, let volume, _), .createDataDisk(_, let volume),
            .growDisk(_, let volume, _), .createSeed(_, let volume), .deleteVolume(let volume):
            volume
        case .createNetwork(let name), .startNetwork(let name), .updateNetwork(let name), .stopNetwork(let name),
            .deleteNetwork(let name):
            name
        case .defineMachine(_, let domain), .startMachine(_, let domain), .resumeMachine(_, let domain),
            .suspendMachine(_, let domain), .stopMachine(_, let domain, _), .undefineMachine(_, let domain):
            domain
        case .change(_, let domain, let change): change.part.map { "\(domain) \($0)" } ?? domain
        }
    }
}

extension HardwareChange {
    /// The part of the machine that changes where there are several such parts: a volume, or a card's address.
    fileprivate var part: String? {
        switch self {
        case .processors, .pinning, .memory: nil
        case .attachDisk(let volume), .detachDisk(let volume): volume
        case .attachCard(let address), .detachCard(let address): address
        }
    }
}
