extension DomainSpec {
    /// The domain in libvirt's format (https://libvirt.org/formatdomain.html).
    package var xml: String { element.rendered() }

    /// What a domain of this spec shows when it is read back: `hardware`, as the overlays change it.
    package var expectedHardware: DomainHardware { DomainHardware(in: element) }

    var element: XMLElement {
        let element = XMLElement(
            "domain", ["type": hardware.virtualization == .kvm ? "kvm" : "qemu"],
            [
                XMLElement("name", text: name), XMLElement("uuid", text: uuid),
                metadata.element(of: .machine),
            ] + hardware.memoryElements + hardware.processorElements + [
                hardware.boot.element,
                XMLElement("features", [XMLElement("acpi")]),
                hardware.processorModel,
                XMLElement("clock", ["offset": "utc"], [XMLElement("timer", ["name": "hpet", "present": "no"])]),
                XMLElement("on_poweroff", text: "destroy"),
                XMLElement("on_reboot", text: "restart"),
                // A crashed machine is kept as it is: evidence.
                XMLElement("on_crash", text: "preserve"),
                XMLElement("devices", hardware.deviceElements + ownDevices),
            ])
        return overlays.reduce(element) { $1.merged(over: $0) }
    }

    /// The devices that every machine has.
    private var ownDevices: [XMLElement] {
        [
            XMLElement("controller", ["type": "usb", "model": "none"]),
            XMLElement(
                "serial", ["type": "pty"],
                [
                    XMLElement("log", ["file": consoleLogPath, "append": "off"]),
                    XMLElement("target", ["type": "isa-serial", "port": "0"]),
                ]),
            XMLElement("console", ["type": "pty"], [XMLElement("target", ["type": "serial", "port": "0"])]),
            XMLElement("channel", ["type": "unix"], [XMLElement("target", ["type": "virtio", "name": readyChannel])]),
            XMLElement("memballoon", ["model": hardware.memory.hasBalloon ? "virtio" : "none"]),
        ]
    }
}

extension DomainHardware.Boot {
    fileprivate var element: XMLElement {
        let type = XMLElement("type", ["arch": "x86_64", "machine": "pc"], text: "hvm")
        switch self {
        case .kernel(let boot):
            return XMLElement(
                "os",
                [
                    type, XMLElement("kernel", text: boot.kernelPath), XMLElement("initrd", text: boot.initrdPath),
                    XMLElement("cmdline", text: boot.arguments),
                ])
        case .disk: return XMLElement("os", [type, XMLElement("boot", ["dev": "hd"])])
        }
    }
}

extension DomainHardware {
    /// The guest starts with the maximum, of which the balloon then takes what is more than the current size. Folders by
    /// virtiofs need memory that a second process of the host can map.
    fileprivate var memoryElements: [XMLElement] {
        var elements = [XMLElement("memory", ["unit": "b"], text: "\(memory.maximumBytes)")]
        if memory.hasBalloon {
            elements.append(XMLElement("currentMemory", ["unit": "b"], text: "\(memory.bytes)"))
        }
        if sharedFolders.contains(where: { $0.driver == .virtiofs }) {
            elements.append(
                XMLElement(
                    "memoryBacking",
                    [XMLElement("source", ["type": "memfd"]), XMLElement("access", ["mode": "shared"])]))
        }
        return elements
    }

    fileprivate var processorElements: [XMLElement] {
        let current = processors.count < processors.maximum ? "\(processors.count)" : nil
        var elements = [XMLElement("vcpu", ["current": current], text: "\(processors.maximum)")]
        if !processors.pinning.isEmpty {
            elements.append(XMLElement("cputune", Self.pins(processors.pinning)))
        }
        return elements
    }

    static func pins(_ pinning: [Int: Set<Int>]) -> [XMLElement] {
        pinning.sorted { $0.key < $1.key }.map {
            XMLElement("vcpupin", ["vcpu": "\($0)", "cpuset": ProcessorSet.text($1)])
        }
    }

    /// What costs QEMU's translator more than it gives the guest.
    private static let slowFeatures = ["la57", "smap", "smep", "svm", "avx", "avx2", "erms"]

    /// The guest's randomness comes from the processor too: no device for that.
    fileprivate var processorModel: XMLElement {
        switch (processors.model, virtualization) {
        case (.maximum, .emulated):
            let disabled = Self.slowFeatures.filter { $0 != "svm" || !processors.nested }
            return Self.cpu(
                "maximum",
                features: disabled.map { ("disable", $0) } + (processors.nested ? [("require", "svm")] : []))
        case (.maximum, .kvm): return Self.cpu("maximum", features: nesting)
        case (.hostPassthrough, _): return Self.cpu("host-passthrough", features: nesting)
        case (.hostModel, _): return Self.cpu("host-model", features: nesting)
        case (.named(let name), _):
            var cpu = Self.cpu("custom", features: nesting)
            cpu.attributes.append(.init(name: "match", value: "exact"))
            cpu.children.insert(XMLElement("model", ["fallback": "forbid"], text: name), at: 0)
            return cpu
        }
    }

    /// Intel's and AMD's extension: a host has at most one.
    private var nesting: [(policy: String, name: String)] {
        processors.nested ? [("optional", "vmx"), ("optional", "svm")] : []
    }

    private static func cpu(_ mode: String, features: [(policy: String, name: String)]) -> XMLElement {
        XMLElement(
            "cpu", ["mode": mode],
            features.map { XMLElement("feature", ["policy": $0.policy, "name": $0.name]) })
    }
}
