extension DomainHardware {
    var deviceElements: [XMLElement] {
        var taken: Set<String> = []
        return disks.map { disk in
            let target = disk.device.freeTarget(taken: taken)
            taken.insert(target)
            return disk.element(target: target)
        } + interfaces.map(\.element) + sharedFolders.map(\.element) + pciDevices.map(\.element)
    }
}

extension DomainHardware.Disk.Device {
    /// The first name that no disk of the machine has: vda, …, vdz, vdaa, … for disks, hda, … for CD-ROMs.
    func freeTarget(taken: Set<String>) -> String {
        let prefix = self == .disk ? "vd" : "hd"
        // One more than there are taken: one of them is free.
        return (0...taken.count).lazy.map { prefix + Self.letters($0) }.first { !taken.contains($0) } ?? prefix + "a"
    }

    /// 0 is a, 25 is z, 26 is aa: digits to the base 26 that has no zero.
    private static func letters(_ index: Int) -> String {
        let last = String(UnicodeScalar(UInt8(ascii: "a") + UInt8(index % 26)))
        return index < 26 ? last : letters(index / 26 - 1) + last
    }
}

extension DomainHardware.Disk {
    func element(target: String) -> XMLElement {
        let isWritten = access == .readWrite
        var element = XMLElement(
            "disk", ["type": "file", "device": device.rawValue, "snapshot": isWritten ? nil : "no"],
            [
                XMLElement(
                    "driver",
                    [
                        "name": "qemu", "type": format.rawValue, "cache": cache.rawValue,
                        "discard": isWritten ? "unmap" : nil,
                    ]),
                XMLElement("source", ["file": path]),
                XMLElement("target", ["dev": target, "bus": device == .disk ? "virtio" : "ide"]),
            ])
        if !isWritten { element.children.append(XMLElement("readonly")) }
        if let serial { element.children.append(XMLElement("serial", text: serial)) }
        return element
    }
}

extension DomainHardware.Interface {
    var element: XMLElement {
        let (type, name) =
            switch source {
            case .network(let name): ("network", name)
            case .bridge(let name): ("bridge", name)
            }
        var element = XMLElement(
            "interface", ["type": type],
            [
                XMLElement("mac", ["address": mac]),
                XMLElement("source", [type: name]),
                XMLElement("model", ["type": "virtio"]),
                // Nothing boots from the network: no option ROM to read.
                XMLElement("rom", ["enabled": "no"]),
            ])
        if let mtu { element.children.append(XMLElement("mtu", ["size": "\(mtu)"])) }
        return element
    }
}

extension DomainHardware.SharedFolder {
    var element: XMLElement {
        XMLElement(
            // virtiofs acts as the guest's user; with 9p, QEMU is no root and what it may not give away stays its own.
            "filesystem", ["type": "mount", "accessmode": driver == .virtiofs ? "passthrough" : "squash"],
            [
                XMLElement("driver", ["type": driver.rawValue]),
                XMLElement("source", ["dir": path]),
                XMLElement("target", ["dir": tag]),
            ])
    }
}

extension DomainHardware.PCIAddress {
    /// libvirt takes the device from the host's driver for as long as the guest runs.
    var element: XMLElement {
        let address = XMLElement(
            "address",
            [
                "domain": "0x" + Self.hexadecimal(domain, digits: 4), "bus": "0x" + Self.hexadecimal(bus, digits: 2),
                "slot": "0x" + Self.hexadecimal(slot, digits: 2), "function": "0x\(function)",
            ])
        return XMLElement(
            "hostdev", ["mode": "subsystem", "type": "pci", "managed": "yes"], [XMLElement("source", [address])])
    }
}
