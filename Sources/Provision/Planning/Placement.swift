package import Clusterfiles
package import Diagnostics

/// A libvirt that machines may be on, with what it has for them.
package struct HypervisorRoom: Hashable, Sendable {
    package var name: String
    /// How many virtual CPUs all machines there may have; nil sets no limit.
    package var cpus: Int?
    /// How much memory all machines there may have.
    package var memory: ByteCount
    /// What is there now, the cluster's and other people's.
    package var machines: [MachineSnapshot]

    package init(name: String, cpus: Int?, memory: ByteCount, machines: [MachineSnapshot]) {
        self.name = name
        self.cpus = cpus
        self.memory = memory
        self.machines = machines
    }
}

/// The hypervisor of each machine: where it is already, where `on` pins it, else where it fits.
///
/// Masters go first and apart from one another; then the largest machine goes where most memory is left. What other machines
/// have counts, whether they run or not. Gives an error for each machine that fits nowhere.
package func place(_ wanted: ClusterSpec, on rooms: [HypervisorRoom]) throws(Diagnoses) -> [String: String] {
    var places: [String: String] = [:]
    for room in rooms {
        for machine in room.machines where machine.belongs(to: wanted.uuid) {
            if let name = machine.machine, places[name] == nil { places[name] = room.name }
        }
    }
    for machine in wanted.machines { if let pinned = machine.hypervisor { places[machine.name] = pinned } }
    var vacancies = rooms.map { Vacancy($0, of: wanted, places) }
    var problems = vacancies.compactMap { $0.overflow(of: wanted) }
    let waiting = wanted.machines.filter { places[$0.name] == nil }.sorted { one, other in
        if (one.role == .master) != (other.role == .master) { return one.role == .master }
        return one.memory.maximum > other.memory.maximum
    }
    for machine in waiting {
        let fitting = vacancies.indices.filter { vacancies[$0].fits(machine) }
        let best = fitting.min { one, other in
            let (one, other) = (vacancies[one], vacancies[other])
            if machine.role == .master, one.masters != other.masters { return one.masters < other.masters }
            return one.memory > other.memory
        }
        guard let best else {
            problems.append(Vacancy.tooFull(vacancies, for: machine))
            continue
        }
        vacancies[best].take(machine)
        places[machine.name] = vacancies[best].name
    }
    problems += divided(wanted, places)
    guard problems.isEmpty else { throw Diagnoses(problems) }
    let names = Set(wanted.machines.map(\.name))
    return places.filter { names.contains($0.key) }
}

/// Further networks that would have to span hypervisors, which only the cluster's own does.
private func divided(_ wanted: ClusterSpec, _ places: [String: String]) -> [Diagnosis] {
    wanted.networks.compactMap { network in
        guard case .made = network.kind else { return nil }
        let members = wanted.machines.filter { $0.interfaces.contains { $0.network == network.name } }
        let hosts = Set(members.compactMap { places[$0.name] }).sorted()
        guard hosts.count > 1 else { return nil }
        return Diagnosis(
            "the network '\(network.name)' would be divided",
            why: "its machines are on \(hosts.joined(separator: " and ")), and only the cluster's own network spans"
                + " hypervisors",
            fix: "give its machines (\(members.map(\.name).joined(separator: ", "))) the same 'on:'",
            at: network.location)
    }
}

/// What a hypervisor has left while machines are placed.
private struct Vacancy {
    let room: HypervisorRoom
    var cpus: Int?
    /// In bytes; below 0 where more is placed than it has.
    var memory: Int
    var masters: Int

    var name: String { room.name }

    init(_ room: HypervisorRoom, of wanted: ClusterSpec, _ places: [String: String]) {
        self.room = room
        // Of the cluster's own, what is wanted counts, and nothing of those that go.
        let others = room.machines.filter { !$0.belongs(to: wanted.uuid) }.compactMap { $0.running ?? $0.defined }
        let own = wanted.machines.filter { places[$0.name] == room.name }
        cpus = room.cpus.map { limit in
            limit - others.reduce(0) { $0 + $1.maximumProcessors } - own.reduce(0) { $0 + $1.processor.maximum }
        }
        memory =
            room.memory.bytes - others.reduce(0) { $0 + $1.maximumMemory.bytes }
            - own.reduce(0) { $0 + $1.memory.maximum.bytes }
        masters = own.count { $0.role == .master }
    }

    func fits(_ machine: MachineSpec) -> Bool {
        machine.memory.maximum.bytes <= memory && cpus.map { machine.processor.maximum <= $0 } ?? true
    }

    mutating func take(_ machine: MachineSpec) {
        memory -= machine.memory.maximum.bytes
        cpus = cpus.map { $0 - machine.processor.maximum }
        if machine.role == .master { masters += 1 }
    }

    /// What the machines that have to be here have too much, or nil.
    func overflow(of wanted: ClusterSpec) -> Diagnosis? {
        guard memory < 0 || (cpus ?? 0) < 0 else { return nil }
        let what = memory < 0 ? "\(ByteCount(bytes: -memory)) more memory" : "\(cpuText(-(cpus ?? 0))) more"
        return Diagnosis(
            "hypervisor '\(name)' is too small",
            why: "the machines that are there or are to be there by 'on:' need \(what) than \(limits)",
            fix: "make machines smaller, or give some of them another 'on:'; nothing was touched")
    }

    private var limits: String {
        let cpus = room.cpus.map { " and \(cpuText($0))" } ?? ""
        return "its \(room.memory)\(cpus)"
    }

    static func tooFull(_ vacancies: [Vacancy], for machine: MachineSpec) -> Diagnosis {
        let left = vacancies.map { vacancy in
            let cpus = vacancy.cpus.map { " and \(cpuText(max(0, $0)))" } ?? ""
            return "\(vacancy.name) has \(ByteCount(bytes: max(0, vacancy.memory)))\(cpus) left"
        }
        return Diagnosis(
            "machine '\(machine.name)' fits on no hypervisor",
            why:
                "it wants \(machine.memory.maximum) and \(cpuText(machine.processor.maximum)); \(left.joined(separator: ", "))",
            fix: "make it smaller, or add a hypervisor; nothing was touched")
    }
}

private func cpuText(_ count: Int) -> String { count == 1 ? "1 CPU" : "\(count) CPUs" }
