internal import Addresses
internal import Diagnostics

/// Names are unique over the whole file.
func checkNames(_ machines: [DraftedMachine], into mistakes: Mistakes) {
    var lines: [String: Int] = [:]
    for machine in machines {
        let place = machine.draft.name.location
        if let first = lines[machine.name] {
            mistakes.add(.sameName(machine.name, firstLine: first, place))
        } else {
            lines[machine.name] = place.line
        }
    }
}

/// Addresses are there, unique, in the network, and nobody else's; of each entry the first that is not is reported.
func checkAddresses(_ machines: [DraftedMachine], _ network: IPv4Network?, into mistakes: Mistakes) {
    var takers: [IPv4Address: DraftedMachine] = [:]
    var reported: Set<SourceLocation> = []
    for machine in machines where !reported.contains(machine.draft.location) {
        guard let mistake = addressMistake(of: machine, network, takers: takers, all: machines) else {
            if let address = machine.address { takers[address] = machine }
            continue
        }
        mistakes.add(mistake)
        reported.insert(machine.draft.location)
    }
}

private func addressMistake(
    of machine: DraftedMachine, _ network: IPv4Network?, takers: [IPv4Address: DraftedMachine], all: [DraftedMachine]
) -> ClusterfileMistake? {
    let draft = machine.draft
    var free: IPv4Address? { network.flatMap { firstFreeAddress(in: $0, beside: all) } }
    guard let first = draft.address else {
        return draft.isFlawed ? nil : .noAddress(machine: machine.name, free: free, draft.name.location)
    }
    guard let address = machine.address else {
        return network.map { .outsideNetwork(first.value, machine: machine.name, $0, first.location) }
    }
    if let network {
        if !network.contains(address) {
            return .outsideNetwork(address, machine: machine.name, network, first.location)
        }
        let reserved = [
            (network.address, "the network's own"), (network.broadcast, "the network's broadcast address"),
            (network.host, "the host's in this network"),
        ]
        if let (_, whose) = reserved.first(where: { $0.0 == address }) {
            return .reservedAddress(address, machine: machine.name, whose: whose, free: free, first.location)
        }
    }
    return takers[address].map { other in
        .sameAddress(
            address, machine: machine.name, other: other.name,
            firstLine: other.draft.address?.location.line ?? other.draft.location.line, free: free, first.location)
    }
}

/// The first address from `.11` on that no machine has.
private func firstFreeAddress(in network: IPv4Network, beside machines: [DraftedMachine]) -> IPv4Address? {
    let taken = Set(machines.compactMap(\.address))
    let start = network.prefixLength <= 27 ? 11 : 2
    return (start..<(start + 300)).lazy.compactMap { network.address.advanced(by: $0) }
        .first { network.contains($0) && $0 != network.broadcast && !taken.contains($0) }
}

/// Every machine has an image that exists, and is large enough for it.
func checkImages(_ machines: [DraftedMachine], _ images: [Surroundings.Image], into mistakes: Mistakes) {
    let known = images.map(\.name).sorted()
    for machine in machines {
        let draft = machine.draft
        guard let name = draft.image else {
            if !draft.isFlawed { mistakes.add(.noImage(machine: draft.name.value, known: known, draft.name.location)) }
            continue
        }
        guard let image = images.first(where: { $0.name == name.value }) else {
            mistakes.add(.unknownImage(name.value, known: known, name.location))
            continue
        }
        if draft.memory.value < image.minimumMemory {
            mistakes.add(.memoryTooSmall(draft.memory.value, minimum: image.minimumMemory, draft.memory.location))
        }
        if draft.disk.value < image.diskSize {
            mistakes.add(
                .diskTooSmall(draft.disk.value, image: image.name, minimum: image.diskSize, draft.disk.location))
        }
    }
}

/// Nodes have a master, and exactly one.
func checkRoles(_ machines: [DraftedMachine], into mistakes: Mistakes) {
    let masters = machines.filter { $0.draft.role?.value == .master }
    if masters.count > 1, let place = masters.last?.draft.role?.location {
        mistakes.add(.severalMasters(masters.map(\.name), place))
    }
    if masters.isEmpty, !machines.contains(where: { $0.draft.isFlawed }),
        let node = machines.first(where: { $0.draft.role?.value == .node }), let place = node.draft.role?.location
    {
        mistakes.add(.noMaster(node: node.name, place))
    }
}
