extension DomainSpec {
    /// The domain in libvirt's format (https://libvirt.org/formatdomain.html).
    package var xml: String { element.rendered() }

    private var element: XMLElement {
        XMLElement(
            "domain", ["type": virtualization == .kvm ? "kvm" : "qemu"],
            [
                XMLElement("name", text: name),
                XMLElement("uuid", text: uuid),
                metadata.element(of: .machine),
                XMLElement("memory", ["unit": "b"], text: "\(memoryBytes)"),
                XMLElement("vcpu", text: "\(virtualCPUs)"),
                XMLElement(
                    "os",
                    [
                        XMLElement("type", ["arch": "x86_64", "machine": "pc"], text: "hvm"),
                        XMLElement("kernel", text: boot.kernelPath),
                        XMLElement("initrd", text: boot.initrdPath),
                        XMLElement("cmdline", text: boot.arguments),
                    ]),
                XMLElement("features", [XMLElement("acpi")]),
                processor,
                XMLElement("clock", ["offset": "utc"], [XMLElement("timer", ["name": "hpet", "present": "no"])]),
                XMLElement("on_poweroff", text: "destroy"),
                XMLElement("on_reboot", text: "restart"),
                // A crashed machine is kept as it is: evidence.
                XMLElement("on_crash", text: "preserve"),
                XMLElement("devices", devices),
            ])
    }

    /// What costs QEMU's translator more than it gives the guest.
    private static let slowFeatures = ["la57", "smap", "smep", "svm", "avx", "avx2", "erms"]

    /// The host's own processor under KVM. The guest's randomness comes from it too: no device for that.
    private var processor: XMLElement {
        switch virtualization {
        case .kvm: XMLElement("cpu", ["mode": "host-passthrough"])
        case .emulated:
            XMLElement(
                "cpu", ["mode": "maximum"],
                Self.slowFeatures.map { XMLElement("feature", ["policy": "disable", "name": $0]) })
        }
    }

    private var devices: [XMLElement] {
        disks.enumerated().map { Self.element(of: $1, at: $0) }
            + interfaces.map(Self.element(of:))
            + [
                XMLElement("controller", ["type": "usb", "model": "none"]),
                XMLElement(
                    "serial", ["type": "pty"],
                    [
                        XMLElement("log", ["file": consoleLogPath, "append": "off"]),
                        XMLElement("target", ["type": "isa-serial", "port": "0"]),
                    ]),
                XMLElement("console", ["type": "pty"], [XMLElement("target", ["type": "serial", "port": "0"])]),
                XMLElement(
                    "channel", ["type": "unix"], [XMLElement("target", ["type": "virtio", "name": readyChannel])]),
                XMLElement("memballoon", ["model": "none"]),
            ]
    }

    private static func element(of disk: Disk, at index: Int) -> XMLElement {
        let letter = Character(Unicode.Scalar(UInt8(ascii: "a") + UInt8(index)))
        let isWritten = disk.access == .readWrite
        var element = XMLElement(
            "disk", ["type": "file", "device": "disk", "snapshot": isWritten ? nil : "no"],
            [
                // What a cluster of virtual machines writes may wait in the host's page cache: a guest's flush costs nothing.
                XMLElement(
                    "driver",
                    [
                        "name": "qemu", "type": disk.format.rawValue, "cache": "unsafe",
                        "discard": isWritten ? "unmap" : nil,
                    ]),
                XMLElement("source", ["file": disk.path]),
                XMLElement("target", ["dev": "vd\(letter)", "bus": "virtio"]),
            ])
        if !isWritten { element.children.append(XMLElement("readonly")) }
        if let serial = disk.serial { element.children.append(XMLElement("serial", text: serial)) }
        return element
    }

    private static func element(of interface: Interface) -> XMLElement {
        XMLElement(
            "interface", ["type": "network"],
            [
                XMLElement("mac", ["address": interface.mac]),
                XMLElement("source", ["network": interface.network]),
                XMLElement("model", ["type": "virtio"]),
                // Direct kernel boot: no option ROM to read for booting from the network.
                XMLElement("rom", ["enabled": "no"]),
            ])
    }
}
