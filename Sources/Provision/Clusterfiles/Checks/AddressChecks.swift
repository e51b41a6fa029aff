internal import Addresses
internal import Diagnostics

/// An address that a machine is to have in a network: counted up from the first one of its entry.
private struct AddressUse {
    let machine: String
    let first: Located<IPv4Address>
    let offset: Int
    var address: IPv4Address? { first.value.advanced(by: offset) }
}

/// Addresses are there, unique, in their network, and nobody else's; of each entry the first that is not is reported.
func checkAddresses(
    _ machines: [DraftedMachine], own: NetworkDraft?, _ networks: [NetworkDraft], into mistakes: Mistakes
) {
    let uses = machines.compactMap { machine in
        machine.draft.address.map { AddressUse(machine: machine.name, first: $0, offset: machine.offset) }
    }
    var reported: Set<SourceLocation> = []
    for machine in machines where machine.draft.address == nil && !machine.draft.isFlawed {
        guard reported.insert(machine.draft.location).inserted else { continue }
        let free = own?.address.flatMap { firstFreeAddress(in: $0.value, beside: uses) }
        mistakes.add(MachineMistake.noAddress(machine: machine.name, free: free, machine.draft.name.location))
    }
    check(uses, in: own, into: mistakes)
    for network in networks {
        check(
            machines.flatMap { machine in
                machine.interfaces.compactMap { card -> AddressUse? in
                    guard card.value.network.value == network.name?.value, let address = card.value.address,
                        case .fixed(let first) = address.value
                    else { return nil }
                    return AddressUse(
                        machine: machine.name, first: Located(first, at: address.location), offset: machine.offset)
                }
            }, in: network, into: mistakes)
    }
}

private func check(_ uses: [AddressUse], in network: NetworkDraft?, into mistakes: Mistakes) {
    var takers: [IPv4Address: AddressUse] = [:]
    var reported: Set<SourceLocation> = []
    for use in uses where !reported.contains(use.first.location) {
        if let mistake = mistake(of: use, in: network, takers, uses) {
            mistakes.add(mistake)
            reported.insert(use.first.location)
        } else if let address = use.address {
            takers[address] = use
        }
    }
}

private func mistake(
    of use: AddressUse, in network: NetworkDraft?, _ takers: [IPv4Address: AddressUse], _ all: [AddressUse]
) -> MachineMistake? {
    let (machine, place) = (use.machine, use.first.location)
    guard let address = use.address else {
        return .countedPastTheEnd(first: use.first.value, machine: machine, place)
    }
    let range = network?.address?.value
    var free: IPv4Address? { range.flatMap { firstFreeAddress(in: $0, beside: all) } }
    if let network, let range {
        if !range.contains(address) { return .outsideNetwork(address, machine: machine, range, place) }
        var reserved = [
            (range.address...range.address, "the network's own"),
            (range.broadcast...range.broadcast, "the network's broadcast address"),
        ]
        if network.isMade { reserved.append((range.host...range.host, "the host's in this network")) }
        if let leases = network.leases { reserved.append((leases.value, "one of those that DHCP gives")) }
        if let (_, whose) = reserved.first(where: { $0.0.contains(address) }) {
            return .reservedAddress(address, machine: machine, whose: whose, free: free, place)
        }
    }
    return takers[address].map { other in
        .sameAddress(
            address, machine: machine, other: other.machine, firstLine: other.first.location.line, free: free, place)
    }
}

/// The first address from `.11` on that no machine has.
private func firstFreeAddress(in network: IPv4Network, beside uses: [AddressUse]) -> IPv4Address? {
    let taken = Set(uses.compactMap(\.address))
    let start = network.prefixLength <= 27 ? 11 : 2
    return (start..<(start + 300)).lazy.compactMap { network.address.advanced(by: $0) }
        .first { network.contains($0) && $0 != network.broadcast && !taken.contains($0) }
}

/// Cards' addresses that the file gives are unique.
func checkMACAddresses(_ machines: [DraftedMachine], into mistakes: Mistakes) {
    var takers: [MACAddress: String] = [:]
    for machine in machines {
        let cards = [machine.draft.mac] + machine.interfaces.map(\.value.mac)
        for card in cards.compactMap(\.self) {
            guard let mac = card.value.advanced(by: machine.offset) else {
                mistakes.add(MachineMistake.macPastTheEnd(card.value, machine: machine.name, card.location))
                continue
            }
            if let other = takers.updateValue(machine.name, forKey: mac) {
                mistakes.add(MachineMistake.sameMAC(mac, machine: machine.name, other: other, card.location))
            }
        }
    }
}
