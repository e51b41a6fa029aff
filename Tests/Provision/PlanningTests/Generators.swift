import Addresses
import Diagnostics

@testable import Clusterfiles
@testable import Planning

/// A small generator of repeatable randomness (SplitMix64).
struct Dice: RandomNumberGenerator {
    private var state: UInt64

    init(seed: Int) { state = UInt64(bitPattern: Int64(seed)) &* 0x9e37_79b9_7f4a_7c15 }

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var bits = state
        bits = (bits ^ (bits >> 30)) &* 0xbf58_476d_1ce4_e5b9
        bits = (bits ^ (bits >> 27)) &* 0x94d0_49bb_1331_11eb
        return bits ^ (bits >> 31)
    }
}

func identifier(_ text: String) -> ClusterUUID {
    guard let uuid = ClusterUUID(text) else { preconditionFailure("a UUID") }
    return uuid
}

let ours = identifier("2ed6657d-e927-568b-95e1-2665a8aea6a2")
let theirs = identifier("2ed6657d-e927-568b-95e1-2665a8aea6a3")
let baseVolumes = ["debian-12": "image.debian-12.0011", "other": "image.other.0022"]

func parse(_ text: String, uuid: ClusterUUID = ours) throws(Diagnoses) -> ClusterSpec {
    let surroundings = Surroundings(
        images: [.init(name: "debian-12"), .init(name: "other")], fileExists: { _ in true }, clusterUUID: { _ in uuid })
    return try Clusterfile.parse(text, file: "Clusterfile", in: surroundings)
}

/// A spec of some machines out of m0 … m5, each with one of few settings, so that two specs often share some.
func randomSpec(_ dice: inout Dice) throws -> ClusterSpec {
    let network = Int.random(in: 0..<5, using: &dice) == 0 ? "10.0.0.0/20" : "10.0.0.0/24"
    var lines = ["cluster: c", "network: {address: \(network)}", "machines:"]
    for number in 0..<6 where number == 0 || Bool.random(using: &dice) {
        let image = Int.random(in: 0..<4, using: &dice) == 0 ? "other" : "debian-12"
        let (cpus, disk) = (Int.random(in: 1...2, using: &dice), Int.random(in: 10...11, using: &dice))
        lines.append(
            "  - {name: m\(number), address: 10.0.0.1\(number), image: \(image), cpus: \(cpus), disk: \(disk)GiB}")
    }
    return try varied(try parse(lines.joined(separator: "\n")), &dice)
}

/// The same cluster with other hardware here and there, and perhaps with networks beyond its own.
private func varied(_ spec: ClusterSpec, _ dice: inout Dice) throws -> ClusterSpec {
    var networks: [ClusterSpec.FurtherNetwork] = []
    for name in ["storage", "backup"] where Bool.random(using: &dice) {
        // Two names take turns at one range, so that one goes when the other comes.
        let number = networks.isEmpty ? UInt32.random(in: 0..<2, using: &dice) : 2
        let address = IPv4Address(number: 0x0A05_0000 + number << 8)
        let range = IPv4Network(containing: address, prefixLength: 24)
        let network = ClusterSpec.Network(
            range: Located(range, at: .init(file: "Clusterfile", line: 1, column: 1)),
            mode: Bool.random(using: &dice) ? .isolated : .nat, cluster: spec.name, uuid: spec.uuid, furtherName: name)
        networks.append(.init(name: name, kind: .made(network), location: network.location))
    }
    let machines = spec.machines.map { machine in
        var machine = machine
        machine.processor.maximum = machine.processor.count + Int.random(in: 0...1, using: &dice)
        machine.memory.maximum = .gibibytes(Int.random(in: 1...2, using: &dice))
        machine.memory.size = Bool.random(using: &dice) ? .gibibytes(1) : machine.memory.maximum
        for name in ["data", "log"] where Bool.random(using: &dice) {
            machine.disks.append(
                .init(
                    name: name, size: .gibibytes(Int.random(in: 1...2, using: &dice)), fileSystem: .ext4,
                    mountPath: "/srv/\(name)", cache: Int.random(in: 0..<4, using: &dice) == 0 ? .none : .automatic,
                    volume: spec.uuid.volumeName(machine: machine.name, disk: name)))
        }
        for network in spec.uuid == ours ? networks : [] where Bool.random(using: &dice) {
            guard case .made(let made) = network.kind else { continue }
            machine.interfaces.append(
                .init(
                    network: network.name, link: .network(made.name), address: .leased,
                    macAddress: MACAddress(
                        cluster: spec.uuid, machine: machine.name, network: network.name, attempt: 0),
                    mtu: nil, dnsNames: []))
        }
        return machine
    }
    return spec.with(networks: networks, machines: machines)
}

extension ClusterSpec {
    fileprivate func with(networks: [FurtherNetwork], machines: [MachineSpec]) -> ClusterSpec {
        ClusterSpec(
            name: name, uuid: uuid, user: user, network: network, networks: networks, machines: machines,
            playbook: playbook, provision: provision, hooks: hooks, hypervisors: hypervisors, groups: groups, vars: vars
        )
    }

    /// The same with machines changed.
    func changing(_ body: (inout MachineSpec) -> Void) -> ClusterSpec {
        var changed = machines
        for at in changed.indices { body(&changed[at]) }
        return with(networks: networks, machines: changed)
    }
}

/// Domains, networks and volumes of other people, with names that look like ours.
let decoys = ClusterSnapshot(
    networks: [
        ClusterSnapshot.Network(name: "default", owner: nil, bridge: "virbr0", isActive: true),
        ClusterSnapshot.Network(name: "clusterfile_c2", owner: theirs, bridge: "cf0", isActive: true),
        ClusterSnapshot.Network(name: "c", owner: nil, bridge: nil, isActive: false),
    ],
    machines: [
        MachineSnapshot(
            domainName: "m0", domainUUID: "0", owner: nil, machine: nil, specHash: nil, state: .running),
        MachineSnapshot(
            domainName: "c_m0-clone", domainUUID: "1", owner: ours, machine: "m0", specHash: nil, state: .running),
        MachineSnapshot(
            domainName: "c2_m0", domainUUID: theirs.domainUUID(ofMachine: "m0"), owner: theirs, machine: "m0",
            specHash: nil,
            state: .paused),
    ],
    volumes: [
        ClusterSnapshot.Volume(name: "m0.system", capacity: .gibibytes(10)),
        ClusterSnapshot.Volume(name: "\(theirs).m0.system", capacity: .gibibytes(10)),
        ClusterSnapshot.Volume(name: "\(ours).m0.system.bak", capacity: .gibibytes(10)),
        ClusterSnapshot.Volume(name: "x\(ours).m0.system", capacity: .gibibytes(10)),
        ClusterSnapshot.Volume(name: "\(ours)", capacity: .gibibytes(10)),
    ],
    hostInterfaces: [
        ClusterSnapshot.HostInterface(
            name: "eth0", range: IPv4Network(containing: IPv4Address(number: 0xC0A8_0105), prefixLength: 24))
    ])

extension ClusterSnapshot {
    /// Whether everything of the decoys is there, as it was.
    func keeps(_ decoys: ClusterSnapshot) -> Bool {
        decoys.networks.allSatisfy(networks.contains) && decoys.machines.allSatisfy(machines.contains)
            && decoys.volumes.allSatisfy(volumes.contains)
    }

    /// The same without what stands in another order.
    var sorted: ClusterSnapshot {
        ClusterSnapshot(
            networks: networks.sorted { $0.name < $1.name },
            machines: machines.sorted { $0.domainName < $1.domainName },
            volumes: volumes.sorted { $0.name < $1.name }, hostInterfaces: hostInterfaces)
    }
}

/// Carries a plan out in an order drawn among those that its edges allow, `limit` steps of it at most.
func carryOut(
    _ plan: Plan, on model: inout LibvirtModel, limit: Int = .max, _ dice: inout Dice
) throws {
    var done: Set<String> = []
    while done.count < min(limit, plan.steps.count) {
        guard let step = plan.ready(done: done).randomElement(using: &dice) else { throw Stuck(plan: plan, done: done) }
        try model.apply(step.action)
        done.insert(step.id)
    }
}

struct Stuck: Error {
    var plan: Plan
    var done: Set<String>
}
