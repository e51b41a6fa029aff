internal import Addresses
internal import JSON

/// The keys of a machine, and of `defaults`.
enum MachineKeys {
    static let name = Key(
        "name", .machineName,
        """
        The machine's name. With 'count' the names end in 1, 2, 3 and so on, or have the number where braces \
        are: "node-{}-a" gives node-1-a, "node-{00}" gives node-01.
        """,
        isRequired: true)
    static let count = Key(
        "count", .count(1...250),
        """
        How many such machines. What must differ counts up from the first one's: addresses, cards' \
        addresses, ports of the host.
        """
    )
    static let address = Key(
        "address", .address(),
        "The machine's address in the cluster's network, which never changes; each machine needs one.")
    static let mac = Key(
        "mac", .macAddress, "The address of its card in the cluster's network.",
        fallback: "one that follows from the names of cluster and machine")
    static let dns = Key(
        "dns", .list(of: .dnsName, wants: "a list of DNS names"),
        "Further names of the machine in the cluster's network; a name may have several machines.")
    static let role = Key(
        "role", Shape<MachineRole>.choice(example: "node"),
        "'master' runs the API server, 'node' runs pods; without a role it is a machine and no more.")
    static let image = Key(
        "image", MachineSpec.Image.shape,
        """
        What its system disk begins as: an image's name in the catalogue, a path (with a '/' in it), or a \
        URL with its checksum. Each machine needs one.
        """
    )
    static let firstBoot = Key(
        "firstboot",
        .choice([("native", FirstBootChoice.native), ("cloud-init", .cloudInit)], example: "cloud-init"),
        """
        How it learns its name, address and keys: 'native' is for images of the project's own recipes, \
        'cloud-init' for those from elsewhere.
        """,
        fallback: "as the catalogue says; cloud-init for a path or a URL")
    static let userData = Key(
        "user_data", .verbatim("user data for cloud-init", example: "\"#cloud-config\\npackages: [nginx]\""),
        "What cloud-init does beyond name, address and keys; begins with '#cloud-config' or '#!'.")
    static let cpus = Key(
        "cpus",
        .either(
            Shape<Int>.count(1...255).located { ProcessorDraft(count: $0.value) },
            .section(.processor, example: "{count: 2}", ProcessorDraft.init)),
        "How many virtual CPUs, and which.", fallback: "1")
    static let memory = Key(
        "memory",
        .either(
            Shape<ByteCount>.size.located(MemoryDraft.init(size:)),
            .section(.memory, example: "{size: 3GiB}", MemoryDraft.init)), "How much memory.",
        fallback: "1GiB")
    static let disk = Key(
        "disk",
        .either(
            Shape<ByteCount>.size.located(SystemDiskDraft.init(size:)),
            .section(.systemDisk, example: "{size: 30GiB}", SystemDiskDraft.init)),
        "How large the system disk is, which takes only what is written. It grows in place.", fallback: "10GiB")
    static let disks = Key(
        "disks",
        .list(
            of: .section(.dataDisk, example: "{name: data, size: 10GiB, mount: /srv/data}", DataDiskDraft.init),
            wants: "a list of disks, each with a '-', a name and a size"), "Disks beyond the system's.")
    static let interfaces = Key(
        "interfaces",
        .list(
            of: .either(
                Shape<String>.networkName.located(InterfaceDraft.init(network:)),
                .section(.interface, example: "{network: storage, address: 10.20.0.11}", InterfaceDraft.init)
            ), wants: "a list of networks' names, or of cards with keys of their own"),
        "Cards in networks beyond the cluster's own; a name alone means a leased address.")
    static let ports = Key(
        "ports", .list(of: MachineSpec.PortForward.shape, wants: "a list of ports such as 8080:80"),
        "Ports of this host that lead into the machine: \"[ADDRESS:]HOST:MACHINE[/udp]\".")
    static let shares = Key(
        "shares", .list(of: ShareDraft.shape, wants: "a list of folders such as ./src:/srv/src"),
        "Folders of this host that the machine sees: \"FOLDER:MOUNT[:ro]\".")
    static let files = Key(
        "files", .list(of: FileDraft.shape, wants: "a list of files such as ./motd:/etc/motd"),
        "Files to be put on the machine: \"SOURCE:DESTINATION\".")
    static let provision = Key(
        "provision", ProvisionStepDraft.list, "Steps for this machine, after the playbook and the cluster's own steps.")
    static let passthrough = Key(
        "passthrough", .list(of: .pciAddress, wants: "a list of devices' addresses"),
        "PCI devices of the host that the machine gets for itself.")
    static let xml = Key(
        "xml",
        .text(
            "XML with the root 'domain'",
            example: "\"<domain><devices><watchdog model='i6300esb'/></devices></domain>\""),
        """
        What no key says: XML of libvirt's that is merged over the machine's own \
        (https://libvirt.org/formatdomain.html).
        """
    )
    static let hypervisor = Key(
        "on", .hostName("a hypervisor's name", example: "here"), "The hypervisor of 'hypervisors' that it must be on.",
        fallback: "wherever it fits")
    static let groups = Key(
        "groups", .list(of: .groupName, wants: "a list of groups' names"),
        "Groups of the inventory beyond those of the role.")
    static let vars = Key("vars", .variables, "Variables of the inventory for this machine.")
}

extension Section {
    static let defaults = Section(title: "defaults", keys: settings)
    static let machine = Section(
        title: "a machine",
        keys: [
            MachineKeys.name, MachineKeys.count, MachineKeys.address, MachineKeys.mac, MachineKeys.dns,
            MachineKeys.role,
        ]
            + settings + [
                MachineKeys.ports, MachineKeys.provision, MachineKeys.passthrough, MachineKeys.hypervisor,
                MachineKeys.groups, MachineKeys.vars,
            ])

    /// What `defaults` can say for all machines.
    private static let settings: [any AnyKey] = [
        MachineKeys.image, MachineKeys.firstBoot, MachineKeys.userData, MachineKeys.cpus, MachineKeys.memory,
        MachineKeys.disk, MachineKeys.disks, MachineKeys.interfaces, MachineKeys.shares, MachineKeys.files,
        MachineKeys.xml,
    ]
}

/// The keys of an image that is no name.
enum ImageKeys {
    static let url = Key(
        "url",
        .word("an http or https URL", pattern: "^https?://", examples: ["https://example.org/disk.qcow2"]) {
            $0.hasPrefix("https://") || $0.hasPrefix("http://")
        }, "Where the disk image is downloaded from.")
    static let path = Key(
        "path", .hostPath("a disk image", example: "images/disk.qcow2"), "Where the disk image is on this host.")
    static let sha256 = Key(
        "sha256",
        .word(
            "a SHA-256 checksum of 64 hexadecimal digits", pattern: "^[0-9a-fA-F]{64}$",
            examples: ["9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"]
        ) { $0.utf8.count == 64 && $0.allSatisfy { $0.isASCII && $0.isHexDigit } },
        "The checksum of the file, as 'sha256sum' prints it; a URL needs it.")
}

extension Section {
    static let image = Section(
        title: "an image", keys: [ImageKeys.url, ImageKeys.path, ImageKeys.sha256], exactlyOne: ["url", "path"],
        companions: [("url", "sha256")])
}
