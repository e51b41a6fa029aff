internal import JSON
internal import YAML

/// The keys of the whole file.
enum FileKeys {
    static let cluster = Key(
        "cluster", .hostName(example: "kube"), "The cluster's name, by which commands find it from anywhere.",
        isRequired: true)
    static let user = Key(
        "user", .userName, "The ordinary user of every machine, who may use sudo.", fallback: "cluster")
    static let network = Key(
        "network",
        .section(.network, example: "{address: 192.168.56.0/24}", NetworkDraft.init(own:)),
        "The private network that joins the machines; every machine has an address in it.", isRequired: true)
    static let networks = Key(
        "networks",
        .list(
            of: .section(
                .furtherNetwork, example: "{name: storage, address: 10.20.0.0/24}", NetworkDraft.init(further:)),
            wants: "a list of networks, each with a '-' and a name"),
        "Further networks, which machines join with 'interfaces'.")
    static let defaults = Key(
        "defaults", .section(.defaults, example: "{image: debian-12}", MachineDefaults.init),
        """
        What every machine has that does not say otherwise. A machine's own value takes the place of the \
        whole value here.
        """
    )
    static let machines = Key(
        "machines",
        .list(
            of: .section(.machine, example: "{name: kube-node1}", MachineDraft.init),
            wants: "a list of machines, each with a '-' and a name", mayBeEmpty: false),
        "The machines, in the order in which they are shown.", isRequired: true)
    static let playbook = Key(
        "playbook", .hostPath("a playbook", example: "playbooks/cluster.yml"),
        "What each 'up' carries out on all machines, in Ansible's language; relative to the Clusterfile.")
    static let provision = Key(
        "provision", ProvisionStepDraft.list,
        "Steps for every machine, after the playbook and before the machine's own ones.")
    static let hooks = Key(
        "hooks", .section(.hooks, example: "{after_up: ./smoke-test}", HooksDraft.init),
        "Commands on this host, for its /bin/sh, in the Clusterfile's folder; the first that fails ends the command.")
    static let hypervisors = Key(
        "hypervisors",
        .list(
            of: .section(.hypervisor, example: "{name: here, uri: \"qemu:///system\"}", HypervisorDraft.init),
            wants: "a list of hypervisors, each with a '-', a name and a URI"),
        "The libvirts that machines may be on: each machine goes where it fits.", fallback: "this host's libvirt")
    static let groups = Key(
        "groups",
        .names(
            .groupName, to: .section(.group, example: "{hosts: [kube-node1]}", GroupDraft.init),
            wants: "groups' names with their hosts, children and vars"),
        "Groups of the inventory beyond those that roles and machines give.")
    static let vars = Key("vars", .variables, "Variables of the inventory for all machines.")
}

extension Section {
    static let file = Section(
        title: "the Clusterfile",
        keys: [
            FileKeys.cluster, FileKeys.user, FileKeys.network, FileKeys.networks, FileKeys.defaults, FileKeys.machines,
            FileKeys.playbook, FileKeys.provision, FileKeys.hooks, FileKeys.hypervisors, FileKeys.groups, FileKeys.vars,
        ], hasExtensions: true)

    /// Those whose keys are mistaken for another's.
    static let outer = [file, network, defaults, machine]
}

/// The keys of a hypervisor.
enum HypervisorKeys {
    static let name = Key("name", .hostName("a name", example: "here"), "By which machines name it.", isRequired: true)
    static let uri = Key(
        "uri",
        .word(
            "a libvirt URI such as qemu+ssh://root@host/system", pattern: "^[a-z][a-z0-9+.-]*:/",
            examples: ["qemu+ssh://root@host/system", "qemu:///system"]
        ) { text in
            text.split(separator: ":", maxSplits: 1).count == 2 && text.contains(":/")
                && text.utf8.first.map(isLower) == true
        }, "Where libvirt is (https://libvirt.org/uri.html).", isRequired: true)
    static let address = Key(
        "address",
        .word(
            "an IPv4 address or a host's name", pattern: "^[A-Za-z0-9][A-Za-z0-9.-]*$", examples: ["192.0.2.10"]
        ) { text in
            text.utf8.first.map { isLetter($0) || isDigit($0) } == true
                && text.utf8.allSatisfy { isLetter($0) || isDigit($0) || "-.".utf8.contains($0) }
        },
        "At which address the machines on the other hypervisors reach this host, by UDP.",
        fallback: "the host in the URI, or this host's address towards the others")
    static let cpus = Key(
        "cpus", .count(1...4096, example: "8"),
        "How many virtual CPUs all machines there may have together.", fallback: "no limit")
    static let memory = Key(
        "memory", .size, "How much memory all machines there may have together.", fallback: "what the host has")
}

/// The keys of a group.
enum GroupKeys {
    static let hosts = Key(
        "hosts", .list(of: .hostName("a machine's name", example: "kube-node1"), wants: "a list of machines' names"),
        "The machines in it; those that name it in their own 'groups' are in it as well.")
    static let children = Key(
        "children", .list(of: .groupName, wants: "a list of groups' names"), "The groups whose machines are in it.")
    static let vars = Key("vars", .variables, "Variables of the inventory for its machines.")
}

/// The keys of `hooks`.
enum HookKeys {
    private static let commands: Shape = .oneOrMore(
        of: .verbatim("a command", example: "./smoke-test"), wants: "a list of commands")
    static let beforeUp = Key(
        "before_up", commands, "Before 'up' looks at anything; where one fails, nothing is touched.")
    static let afterUp = Key("after_up", commands, "After an 'up' that succeeded.")
    static let beforeDown = Key(
        "before_down", commands, "Before 'down' touches anything; where one fails, it does not.")
    static let afterDown = Key("after_down", commands, "After a 'down' that succeeded.")
}

extension Section {
    static let hypervisor = Section(
        title: "a hypervisor",
        keys: [
            HypervisorKeys.name, HypervisorKeys.uri, HypervisorKeys.address, HypervisorKeys.cpus, HypervisorKeys.memory,
        ])
    static let group = Section(title: "a group", keys: [GroupKeys.hosts, GroupKeys.children, GroupKeys.vars])
    static let hooks = Section(
        title: "hooks", keys: [HookKeys.beforeUp, HookKeys.afterUp, HookKeys.beforeDown, HookKeys.afterDown])
}
