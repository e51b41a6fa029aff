internal import Diagnostics

/// Processors, memory, disks, and what is mounted where.
func checkHardware(_ machines: [DraftedMachine], into mistakes: Mistakes) {
    for machine in machines {
        let (cpus, memory) = (machine.cpus, machine.memory)
        if let maximum = cpus.maximum, maximum.value < cpus.count {
            mistakes.add(
                SettingMistake.maximumBelow(
                    "virtual CPUs", maximum: "\(maximum.value)", start: "\(cpus.count)", maximum.location))
        }
        let most = max(cpus.count, cpus.maximum?.value ?? 0)
        if cpus.pinning.count > most {
            mistakes.add(SettingMistake.tooManyPins(cpus.pinning.count, maximum: most, cpus.pinning[most].location))
        }
        if let maximum = memory.maximum, maximum.value < memory.size.value {
            mistakes.add(
                SettingMistake.maximumBelow(
                    "memory", maximum: "\(maximum.value)", start: "\(memory.size.value)", maximum.location))
        }
        checkDisks(of: machine, into: mistakes)
        checkMounts(of: machine, into: mistakes)
    }
}

private func checkDisks(of machine: DraftedMachine, into mistakes: Mistakes) {
    var names: Set<String> = []
    for disk in machine.disks.map(\.value) {
        let name = disk.name
        if ["system", "seed"].contains(name.value) {
            mistakes.add(SettingMistake.reservedDisk(name.value, name.location))
        } else if !names.insert(name.value).inserted {
            mistakes.add(SettingMistake.sameDisk(name.value, machine: machine.name, name.location))
        }
        if disk.fileSystem == nil, let mount = disk.mount {
            mistakes.add(SettingMistake.mountWithoutFileSystem(disk: name.value, mount.location))
        }
    }
}

private let systemFolders: Set<String> = [
    "/", "/bin", "/boot", "/dev", "/etc", "/lib", "/lib64", "/proc", "/root", "/run", "/sbin", "/sys", "/usr",
]

private func checkMounts(of machine: DraftedMachine, into mistakes: Mistakes) {
    var lines: [String: Int] = [:]
    for mount in machine.disks.compactMap(\.value.mount) + machine.shares.map(\.value.mount) {
        if systemFolders.contains(mount.value) || mount.value.hasPrefix("/proc/") || mount.value.hasPrefix("/sys/") {
            mistakes.add(SettingMistake.systemMount(mount.value, mount.location))
        } else if let first = lines.updateValue(mount.location.line, forKey: mount.value) {
            mistakes.add(
                SettingMistake.sameMount(mount.value, machine: machine.name, firstLine: first, mount.location))
        }
    }
}

/// Ports of the host and devices belong to one machine each.
func checkHostResources(_ machines: [DraftedMachine], into mistakes: Mistakes) {
    var ports: [String: [(forward: MachineSpec.PortForward, machine: String)]] = [:]
    var devices: [PCIAddress: String] = [:]
    for machine in machines {
        for (forward, place, hostPort) in machine.ports {
            guard hostPort != nil else {
                mistakes.add(
                    SettingMistake.portPastTheEnd(
                        first: forward.hostPort - machine.offset, machine: machine.name, place))
                continue
            }
            let port = "\(forward.hostPort)/\(forward.transport.rawValue)"
            if let other = ports[port]?.first(where: { $0.forward.meets(forward) }) {
                mistakes.add(SettingMistake.samePort(port, machine: machine.name, other: other.machine, place))
            }
            ports[port, default: []].append((forward, machine.name))
        }
        for device in machine.draft.passthrough {
            if let other = devices[device.value] {
                mistakes.add(
                    SettingMistake.sameDevice(device.value, machine: machine.name, other: other, device.location))
            } else {
                devices[device.value] = machine.name
            }
        }
    }
}

extension MachineSpec.PortForward {
    /// Whether both listen on one address, given that their ports are the same.
    fileprivate func meets(_ other: Self) -> Bool {
        hostAddress == other.hostAddress || hostAddress.number == 0 || other.hostAddress.number == 0
    }
}
