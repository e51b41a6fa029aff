extension DomainHardware {
    /// The hardware in libvirt's description of a domain; what this project never asks for is left out.
    init(in domain: XMLElement) {
        let devices = domain.child("devices")
        let disks = (devices?.children("disk") ?? []).compactMap { element in
            Disk(element).map { (disk: $0, target: element.child("target")?["dev"] ?? "") }
        }
        // libvirt keeps the order of the names of one bus; a longer name comes later.
        let ordered = disks.sorted {
            ($0.disk.device == .disk ? 0 : 1, $0.target.count, $0.target)
                < ($1.disk.device == .disk ? 0 : 1, $1.target.count, $1.target)
        }
        self.init(
            virtualization: domain["type"] == "kvm" ? .kvm : .emulated, processors: Processors(domain),
            memory: Memory(domain), boot: Boot(domain), disks: ordered.map(\.disk),
            interfaces: devices?.children("interface").compactMap(Interface.init) ?? [],
            sharedFolders: devices?.children("filesystem").compactMap(SharedFolder.init) ?? [],
            pciDevices: devices?.children("hostdev").compactMap(PCIAddress.init) ?? [])
    }
}

extension DomainHardware.Processors {
    fileprivate init(_ domain: XMLElement) {
        let maximum = domain.textOf("vcpu").flatMap { Int($0) } ?? 1
        let cpu = domain.child("cpu")
        let nested = (cpu?.children("feature") ?? []).contains {
            ["svm", "vmx"].contains($0["name"]) && ["force", "require", "optional"].contains($0["policy"])
        }
        let pins = (domain.child("cputune")?.children("vcpupin") ?? []).compactMap { pin -> (Int, Set<Int>)? in
            guard let number = pin["vcpu"].flatMap({ Int($0) }), let set = pin["cpuset"].flatMap(ProcessorSet.numbers)
            else { return nil }
            return (number, set)
        }
        self.init(
            count: domain.child("vcpu")?["current"].flatMap { Int($0) } ?? maximum, maximum: maximum,
            model: Model(cpu), nested: nested, pinning: Dictionary(pins) { $1 })
    }
}

extension DomainHardware.Processors.Model {
    /// A description without any is QEMU's own default model.
    fileprivate init(_ cpu: XMLElement?) {
        switch cpu?["mode"] {
        case "maximum": self = .maximum
        case "host-passthrough": self = .hostPassthrough
        case "host-model": self = .hostModel
        default: self = .named(cpu?.textOf("model") ?? "")
        }
    }
}

extension DomainHardware.Memory {
    fileprivate init(_ domain: XMLElement) {
        let maximum = Self.bytes(domain.child("memory")) ?? 0
        self.init(bytes: Self.bytes(domain.child("currentMemory")) ?? maximum, maximumBytes: maximum)
        hasBalloon = (domain.child("devices")?.child("memballoon")?["model"] ?? "none") != "none"
    }

    /// libvirt answers in KiB; what this project writes is in bytes.
    private static func bytes(_ element: XMLElement?) -> UInt64? {
        guard let element, let number = UInt64(element.text) else { return nil }
        return switch element["unit"] ?? "KiB" {
        case "b", "bytes": number
        case "MiB", "M": number << 20
        case "GiB", "G": number << 30
        default: number << 10
        }
    }
}

extension DomainHardware.Boot {
    fileprivate init(_ domain: XMLElement) {
        guard let os = domain.child("os"), let kernel = os.textOf("kernel") else {
            self = .disk
            return
        }
        self = .kernel(
            .init(
                kernelPath: kernel, initrdPath: os.textOf("initrd") ?? "", arguments: os.textOf("cmdline") ?? ""))
    }
}

extension DomainHardware.Disk {
    /// Nil for a floppy and whatever else is neither disk nor CD-ROM.
    fileprivate init?(_ element: XMLElement) {
        guard let device = Device(rawValue: element["device"] ?? "disk") else { return nil }
        let (driver, source) = (element.child("driver"), element.child("source"))
        self.init(
            path: source?["file"] ?? source?["dev"] ?? source?["name"] ?? "",
            format: driver?["type"].flatMap(VolumeSpec.Format.init) ?? .raw,
            access: element.child("readonly") == nil ? .readWrite : .readOnly, serial: element.textOf("serial"),
            cache: driver?["cache"].flatMap(Cache.init) ?? .unspecified, device: device)
    }
}

extension DomainHardware.Interface {
    /// Nil for what is plugged into neither a network nor a bridge.
    fileprivate init?(_ element: XMLElement) {
        guard let type = element["type"], let name = element.child("source")?[type],
            let mac = element.child("mac")?["address"]
        else { return nil }
        let mtu = element.child("mtu")?["size"].flatMap { Int($0) }
        switch type {
        case "network": self.init(.network(name), mac: mac, mtu: mtu)
        case "bridge": self.init(.bridge(name), mac: mac, mtu: mtu)
        default: return nil
        }
    }
}

extension DomainHardware.SharedFolder {
    fileprivate init?(_ element: XMLElement) {
        guard element["type"] == "mount", let path = element.child("source")?["dir"],
            let tag = element.child("target")?["dir"]
        else { return nil }
        // 9p is what libvirt means where nothing is said.
        self.init(element.child("driver")?["type"].flatMap(Driver.init) ?? .plan9, path: path, tag: tag)
    }
}

extension DomainHardware.PCIAddress {
    fileprivate init?(_ element: XMLElement) {
        guard element["type"] == "pci", let address = element.child("source")?.child("address") else { return nil }
        let numbers = ["domain", "bus", "slot", "function"].compactMap { name in
            address[name].flatMap { Int($0.drop { $0 == "0" }.drop { $0 == "x" }, radix: 16) ?? 0 }
        }
        guard numbers.count == 4 else { return nil }
        self.init(domain: numbers[0], bus: numbers[1], slot: numbers[2], function: numbers[3])
    }
}
