internal import Addresses
internal import Diagnostics

/// The networks' names, ranges and kinds.
func checkNetworks(own: NetworkDraft?, _ networks: [NetworkDraft], into mistakes: Mistakes) {
    var lines: [String: Int] = [:]
    var ranges: [(range: IPv4Network, whose: String)] = [
        (ClusterSpec.podRange, "pods"), (ClusterSpec.serviceRange, "services"),
    ]
    for network in [own].compactMap(\.self) + networks {
        if let name = network.name {
            if let first = lines.updateValue(name.location.line, forKey: name.value) {
                mistakes.add(NetworkMistake.sameName(name.value, firstLine: first, name.location))
            }
            checkKind(of: network, name.value, into: mistakes)
        }
        guard let address = network.address else { continue }
        if let other = ranges.first(where: { $0.range.overlaps(address.value) }) {
            mistakes.add(NetworkMistake.overlaps(address.value, other.range, whose: other.whose, address.location))
        }
        ranges.append((address.value, network.name.map { "the machines of '\($0.value)'" } ?? "the machines"))
        if let leases = network.leases, network.isMade {
            let (first, last) = (leases.value.lowerBound, leases.value.upperBound)
            if first <= address.value.host || last >= address.value.broadcast {
                mistakes.add(NetworkMistake.leasesOutside(leases.value, address.value, leases.location))
            }
        }
    }
}

private func checkKind(of network: NetworkDraft, _ name: String, into mistakes: Mistakes) {
    if network.bridge != nil, let existing = network.existing {
        mistakes.add(NetworkMistake.bothBridgeAndExisting(network: name, existing.location))
    }
    if network.isMade {
        if network.address == nil, !network.isFlawed {
            mistakes.add(NetworkMistake.noRange(network: name, network.location))
        }
        return
    }
    for key in network.ownKeys { mistakes.add(NetworkMistake.notOurs(key: key.value, network: name, key.location)) }
}

/// The machines' cards beyond the first: their networks are there and none is there twice.
func checkCards(_ machines: [DraftedMachine], _ networks: [NetworkDraft], into mistakes: Mistakes) {
    let known = networks.compactMap { $0.name?.value }
    for machine in machines {
        var taken: Set<String> = []
        for card in machine.interfaces.map(\.value) {
            let name = card.network.value
            guard let network = networks.first(where: { $0.name?.value == name }) else {
                mistakes.add(NetworkMistake.unknown(name, known: known.sorted(), card.network.location))
                continue
            }
            if !taken.insert(name).inserted {
                mistakes.add(NetworkMistake.twoCards(machine: machine.name, network: name, card.network.location))
            }
            if let address = card.address, case .fixed = address.value, network.address == nil, !network.isFlawed {
                mistakes.add(NetworkMistake.fixedWithoutRange(network: name, address.location))
            }
            if let mtu = card.mtu, network.isMade, mtu.value > network.mtu ?? 1500 {
                mistakes.add(
                    NetworkMistake.mtuBeyondNetwork(mtu.value, network: name, network.mtu ?? 1500, mtu.location))
            }
        }
    }
}

/// The names that DNS is to know beyond the machines' own.
func checkDNS(_ machines: [DraftedMachine], _ networks: [NetworkDraft], into mistakes: Mistakes) {
    let known = Set(machines.map(\.name))
    for named in networks.flatMap({ $0.dns?.names ?? [] }) {
        if known.contains(named.name.value) {
            mistakes.add(
                NetworkMistake.nameOfMachine(named.name.value, machine: named.name.value, named.name.location))
        }
        if case .machine(let name) = named.value.value, !known.contains(name) {
            mistakes.add(NetworkMistake.unknownTarget(name, known: machines.map(\.name), named.value.location))
        }
    }
    for machine in machines {
        for name in machine.draft.dns + machine.interfaces.flatMap(\.value.dns) where known.contains(name.value) {
            mistakes.add(NetworkMistake.nameOfMachine(name.value, machine: name.value, name.location))
        }
    }
}
