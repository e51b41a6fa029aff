/// One thing to do to libvirt; machines, domains, networks and volumes are given by name.
package enum Action: Hashable, Sendable {
    case uploadImage(image: String, volume: String)
    case createNetwork(String)
    case startNetwork(String)
    case stopNetwork(String)
    case deleteNetwork(String)
    case createDisk(machine: String, volume: String, base: String)
    case createSeed(machine: String, volume: String)
    case deleteVolume(String)
    case defineMachine(String, domain: String)
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
        case .createDisk(let machine, _, _), .createSeed(let machine, _), .defineMachine(let machine, _),
            .startMachine(let machine, _), .resumeMachine(let machine, _), .suspendMachine(let machine, _),
            .stopMachine(let machine, _, _),
            .undefineMachine(let machine, _):
            machine
        case .uploadImage, .createNetwork, .startNetwork, .stopNetwork, .deleteNetwork, .deleteVolume: nil
        }
    }

    /// What takes this back, or nil where nothing can or nothing needs to (images are shared by all clusters).
    package var undo: Action? {
        switch self {
        case .createNetwork(let name): .deleteNetwork(name)
        case .startNetwork(let name): .stopNetwork(name)
        case .stopNetwork(let name): .startNetwork(name)
        case .createDisk(_, let volume, _), .createSeed(_, let volume): .deleteVolume(volume)
        case .defineMachine(let machine, let domain): .undefineMachine(machine, domain: domain)
        case .startMachine(let machine, let domain): .stopMachine(machine, domain: domain, gently: false)
        case .stopMachine(let machine, let domain, _): .startMachine(machine, domain: domain)
        case .suspendMachine(let machine, let domain): .resumeMachine(machine, domain: domain)
        case .uploadImage, .deleteNetwork, .deleteVolume, .resumeMachine, .undefineMachine: nil
        }
    }

    /// The step's identity in a plan and in the journal: `verb subject`.
    package var id: String { "\(verb) \(subject)" }

    /// The step in words: "create the disk of kube-node1".
    package var words: String {
        switch self {
        case .uploadImage(let image, _): "upload the image \(image)"
        case .createNetwork(let name): "create the network \(name)"
        case .startNetwork(let name): "start the network \(name)"
        case .stopNetwork(let name): "stop the network \(name)"
        case .deleteNetwork(let name): "delete the network \(name)"
        case .createDisk(let machine, _, _): "create the disk of \(machine)"
        case .createSeed(let machine, _): "write the keys of \(machine)"
        case .deleteVolume(let name): "delete the volume \(name)"
        case .defineMachine(let machine, _): "define the machine \(machine)"
        case .startMachine(let machine, _): "start the machine \(machine)"
        case .resumeMachine(let machine, _): "resume the machine \(machine)"
        case .suspendMachine(let machine, _): "pause the machine \(machine)"
        case .stopMachine(let machine, _, let gently): "\(gently ? "shut down" : "stop") the machine \(machine)"
        case .undefineMachine(let machine, _): "remove the machine \(machine)"
        }
    }

    /// The verb as journals and scripts see it: `create-disk`.
    package var verb: String {
        switch self {
        case .uploadImage: "upload-image"
        case .createNetwork: "create-network"
        case .startNetwork: "start-network"
        case .stopNetwork: "stop-network"
        case .deleteNetwork: "delete-network"
        case .createDisk: "create-disk"
        case .createSeed: "create-seed"
        case .deleteVolume: "delete-volume"
        case .defineMachine: "define-machine"
        case .startMachine: "start-machine"
        case .resumeMachine: "resume-machine"
        case .suspendMachine: "suspend-machine"
        case .stopMachine: "stop-machine"
        case .undefineMachine: "undefine-machine"
        }
    }

    /// What it is done to, by its name in libvirt.
    package var subject: String {
        switch self {
        case .uploadImage(_, let volume), .createDisk(_, let volume, _), .createSeed(_, let volume),
            .deleteVolume(let volume):
            volume
        case .createNetwork(let name), .startNetwork(let name), .stopNetwork(let name), .deleteNetwork(let name): name
        case .defineMachine(_, let domain), .startMachine(_, let domain), .resumeMachine(_, let domain),
            .suspendMachine(_, let domain), .stopMachine(_, let domain, _), .undefineMachine(_, let domain):
            domain
        }
    }
}
