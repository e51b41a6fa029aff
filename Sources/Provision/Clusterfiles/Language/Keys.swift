internal import YAML

/// A key of the Clusterfile, and how its value is read.
struct Key<Value: Sendable>: Sendable {
    let name: String
    let shape: Shape<Value>
    /// One sentence for the reference.
    let summary: String

    init(_ name: String, _ shape: Shape<Value>, _ summary: String) {
        self.name = name
        self.shape = shape
        self.summary = summary
    }
}

/// A key without its type, for tables.
protocol AnyKey: Sendable {
    var name: String { get }
    var summary: String { get }
}

extension Key: AnyKey {}

/// A place where keys can be: the whole file, `network`, `defaults`, a machine.
struct Section: Sendable {
    /// How messages call it: "a machine".
    let title: String
    let keys: [any AnyKey]

    var names: [String] { keys.map(\.name) }
}

extension Section {
    static let file = Section(
        title: "the Clusterfile",
        keys: [
            FileKeys.cluster, FileKeys.user, FileKeys.network, FileKeys.defaults, FileKeys.machines, FileKeys.playbook,
            FileKeys.vars,
        ])
    static let network = Section(title: "network", keys: [NetworkKeys.address])
    static let defaults = Section(
        title: "defaults", keys: [MachineKeys.image, MachineKeys.cpus, MachineKeys.memory, MachineKeys.disk])
    static let machine = Section(
        title: "a machine",
        keys: [
            MachineKeys.name, MachineKeys.count, MachineKeys.address, MachineKeys.role, MachineKeys.image,
            MachineKeys.cpus,
            MachineKeys.memory, MachineKeys.disk, MachineKeys.groups, MachineKeys.vars,
        ])

    static let all = [file, network, defaults, machine]
}

enum FileKeys {
    static let cluster = Key("cluster", .hostName(example: "kube"), "The cluster's name.")
    static let user = Key(
        "user", .userName, "The ordinary user of every machine, who may use sudo; 'cluster' if not given.")
    static let network = Key(
        "network", .section(example: "{address: 192.168.56.0/24}"), "The private network that joins the machines.")
    static let defaults = Key(
        "defaults", .section(example: "{image: debian-12}"), "What every machine has that does not say otherwise.")
    static let machines = Key("machines", .sections, "The machines, in the order in which they are shown.")
    static let playbook = Key(
        "playbook", .text("the path of a playbook", example: "playbooks/cluster.yml"),
        "What 'up' carries out on the machines, relative to the Clusterfile.")
    static let vars = Key("vars", .variables, "Variables of the inventory for all machines.")
}

enum NetworkKeys {
    static let address = Key(
        "address", .network, "The range of addresses; the host has the first one, and NAT leads to the outside.")
}

enum MachineKeys {
    static let name = Key(
        "name", .hostName(example: "kube-node"), "The machine's name, with 'count' the names' beginning.")
    static let count = Key(
        "count", .count("a whole number", 1...250), "How many such machines; their names end in 1, 2, 3 and so on.")
    static let address = Key(
        "address", .address, "The machine's address, with 'count' the first one's: the next ones count up.")
    static let role = Key(
        "role", .role, "'master' runs the API server, 'node' runs pods; without a role it is a machine and no more.")
    static let image = Key("image", .text("an image's name", example: "debian-12"), "The image of the machine's disk.")
    static let cpus = Key("cpus", .count("a whole number", 1...255), "How many virtual CPUs; 1 if not given.")
    static let memory = Key("memory", .size, "How much memory; 1GiB if not given.")
    static let disk = Key("disk", .size, "How large the disk is, which takes only what is written; 10GiB if not given.")
    static let groups = Key("groups", .groups, "Groups of the inventory beyond those of the role.")
    static let vars = Key("vars", .variables, "Variables of the inventory for this machine.")
}
