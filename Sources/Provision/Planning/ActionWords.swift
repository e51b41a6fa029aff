internal import Clusterfiles

extension Action {
    /// The step in words: "create the disk of kube-node1".
    package var words: String {
        switch self {
        case .uploadImage(let image, _): "upload the image \(image)"
        case .createNetwork(let name): "define the network \(name)"
        case .startNetwork(let name): "start the network \(name)"
        case .updateNetwork(let name): "update the names of the network \(name)"
        case .stopNetwork(let name): "stop the network \(name)"
        case .deleteNetwork(let name): "delete the network \(name)"
        case .createDisk(let machine, _, _): "create the disk of \(machine)"
        case .createDataDisk(let machine, let volume):
            "create the disk \(MachineHardware.diskName(volume)) of \(machine)"
        case .growDisk(let machine, let volume, let size):
            "grow the disk \(MachineHardware.diskName(volume)) of \(machine) to \(size)"
        case .createSeed(let machine, _): "write the keys of \(machine)"
        case .deleteVolume(let name): Self.deletion(ofVolume: name)
        case .defineMachine(let machine, _): "define the machine \(machine)"
        case .change(let machine, _, let change): change.words(machine)
        case .startMachine(let machine, _): "start the machine \(machine)"
        case .resumeMachine(let machine, _): "resume the machine \(machine)"
        case .suspendMachine(let machine, _): "pause the machine \(machine)"
        case .stopMachine(let machine, _, let gently): "\(gently ? "shut down" : "stop") the machine \(machine)"
        case .undefineMachine(let machine, _): "remove the machine \(machine)"
        }
    }

    /// A machine's volume is `UUID.MACHINE.DISK`.
    private static func deletion(ofVolume name: String) -> String {
        let parts = name.split(separator: ".")
        guard parts.count == 3, ClusterUUID(String(parts[0])) != nil else { return "delete the volume \(name)" }
        return parts[2] == "seed" ? "delete the keys of \(parts[1])" : "delete the disk \(parts[2]) of \(parts[1])"
    }

    /// The verb as journals and scripts see it: `create-disk`.
    package var verb: String {
        switch self {
        case .uploadImage: "upload-image"
        case .createNetwork: "create-network"
        case .startNetwork: "start-network"
        case .updateNetwork: "update-network"
        case .stopNetwork: "stop-network"
        case .deleteNetwork: "delete-network"
        case .createDisk: "create-disk"
        case .createDataDisk: "create-data-disk"
        case .growDisk: "grow-disk"
        case .createSeed: "create-seed"
        case .deleteVolume: "delete-volume"
        case .defineMachine: "define-machine"
        case .change(_, _, let change): change.verb
        case .startMachine: "start-machine"
        case .resumeMachine: "resume-machine"
        case .suspendMachine: "suspend-machine"
        case .stopMachine: "stop-machine"
        case .undefineMachine: "undefine-machine"
        }
    }
}

extension HardwareChange {
    fileprivate func words(_ machine: String) -> String {
        switch self {
        case .processors(let count): "give \(machine) \(count) CPUs"
        case .pinning: "pin the CPUs of \(machine)"
        case .memory(let size): "give \(machine) \(size) of memory"
        case .attachDisk(let volume): "attach the disk \(MachineHardware.diskName(volume)) to \(machine)"
        case .detachDisk(let volume): "detach the disk \(MachineHardware.diskName(volume)) from \(machine)"
        case .attachCard(let address): "attach the network card \(address) to \(machine)"
        case .detachCard(let address): "detach the network card \(address) from \(machine)"
        }
    }

    fileprivate var verb: String {
        switch self {
        case .processors: "set-cpus"
        case .pinning: "pin-cpus"
        case .memory: "set-memory"
        case .attachDisk: "attach-disk"
        case .detachDisk: "detach-disk"
        case .attachCard: "attach-card"
        case .detachCard: "detach-card"
        }
    }
}
