/// The keys of `cpus`.
enum ProcessorKeys {
    static let count = Key("count", .count(1...255), "How many virtual CPUs the machine starts with.", fallback: "1")
    static let maximum = Key(
        "maximum", .count(1...255, example: "4"), "How many it can be given while it runs.",
        fallback: "as many as it starts with")
    static let model = Key(
        "model",
        .word(
            "'default', 'host', or a model of QEMU's", pattern: "^[A-Za-z0-9][A-Za-z0-9_.-]*$",
            examples: ["host", "Skylake-Server"]
        ) {
            $0.utf8.allSatisfy {
                isLetter($0) || isDigit($0) || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: "_")
                    || $0 == UInt8(ascii: ".")
            } && $0.utf8.first.map { isLetter($0) || isDigit($0) } == true
        },
        """
        What the machine takes its processor for: 'host' is the host's own, a name is one of 'virsh \
        cpu-models x86_64'.
        """,
        fallback: "default")
    static let nested = Key(
        "nested", .flag, "Whether the machine can run virtual machines of its own, where the host allows it.",
        fallback: "false")
    static let pinning = Key(
        "pinning", .list(of: .hostCPUs, wants: "a list of sets of the host's CPUs such as [0-1, 2]"),
        "The host's CPUs that each virtual CPU may run on, in order.", fallback: "all")
}

/// The keys of `memory`.
enum MemoryKeys {
    static let size = Key("size", .size, "How much memory the machine starts with.", isRequired: true)
    static let maximum = Key(
        "maximum", .size, "How much it can be given while it runs.", fallback: "as much as it starts with")
}

/// The keys of `disk` and of each of `disks`.
enum DiskKeys {
    static let name = Key(
        "name",
        .word(
            "a disk's name, lower-case letters, digits and '-', 15 at most",
            pattern: "^[a-z0-9]([a-z0-9-]{0,13}[a-z0-9])?$",
            examples: ["data", "logs-1"]
        ) { text in
            (1...15).contains(text.utf8.count) && !text.hasPrefix("-") && !text.hasSuffix("-")
                && text.utf8.allSatisfy { isLower($0) || isDigit($0) || $0 == UInt8(ascii: "-") }
        },
        "The disk's name, under which its contents are kept; the machine finds it as /dev/disk/by-id/virtio-data-NAME.",
        isRequired: true)
    static let size = Key(
        "size", .size, "How large it is; it takes only what is written, and grows in place.", isRequired: true)
    static let fileSystem = Key(
        "filesystem",
        .choice(
            MachineSpec.DataDisk.FileSystem.allCases.map { ($0.rawValue, $0) } + [("none", nil)], example: "xfs"),
        "What an empty disk is formatted with; 'none' leaves it as it is. 'xfs' needs an image with xfsprogs, which ours lack.",
        fallback: "ext4")
    static let mount = Key("mount", .machinePath(example: "/srv/data"), "Where it is mounted.", fallback: "nowhere")
    static let cache = Key(
        "cache", Shape<MachineSpec.DiskCache>.choice(example: "writeback"),
        "How QEMU uses the host's page cache for it; 'unsafe' is fast and loses the disk with the host's power.",
        fallback: "default")
}

/// The keys of a card.
enum InterfaceKeys {
    static let network = Key(
        "network", .networkName, "The name of one of 'networks'.", isRequired: true)
    static let address = Key(
        "address", .addressChoice, "Its address, or 'leased' for one from whoever serves DHCP there.",
        fallback: "leased")
    static let mac = Key(
        "mac", .macAddress, "The card's own address.", fallback: "one that follows from the names")
    static let mtu = Key("mtu", .mtu, "The largest packet in bytes.", fallback: "the network's")
    static let dns = Key(
        "dns", .list(of: .dnsName, wants: "a list of DNS names"),
        "Names of that address, which must be a fixed one; all machines of the cluster know them.")
}

/// The keys of a shared folder.
enum ShareKeys {
    static let host = Key(
        "host", .hostPath("a folder", example: "./src"), "The folder on this host, relative to the Clusterfile.",
        isRequired: true)
    static let mount = Key("mount", .machinePath(example: "/srv/src"), "Where the machine sees it.", isRequired: true)
    static let driver = Key(
        "driver", Shape<MachineSpec.Share.Driver>.choice(example: "virtiofs"),
        "How: 'virtiofs' is the faster one, '9p' needs no daemon on the host but a kernel that has it.",
        fallback: "virtiofs")
    static let readOnly = Key("readonly", .flag, "Whether the machine may only read.", fallback: "false")
}

extension Shape<String> {
    static let networkName: Shape = .hostName("a network's name", example: "storage")
}

extension Section {
    static let processor = Section(
        title: "cpus",
        keys: [
            ProcessorKeys.count, ProcessorKeys.maximum, ProcessorKeys.model, ProcessorKeys.nested,
            ProcessorKeys.pinning,
        ])
    static let memory = Section(title: "memory", keys: [MemoryKeys.size, MemoryKeys.maximum])
    static let systemDisk = Section(title: "disk", keys: [DiskKeys.size, DiskKeys.cache])
    static let dataDisk = Section(
        title: "a data disk", keys: [DiskKeys.name, DiskKeys.size, DiskKeys.fileSystem, DiskKeys.mount, DiskKeys.cache])
    static let interface = Section(
        title: "a card",
        keys: [
            InterfaceKeys.network, InterfaceKeys.address, InterfaceKeys.mac, InterfaceKeys.mtu, InterfaceKeys.dns,
        ])
    static let share = Section(
        title: "a share", keys: [ShareKeys.host, ShareKeys.mount, ShareKeys.driver, ShareKeys.readOnly])
}
