internal import Addresses
internal import Diagnostics

/// What can be wrong with networks and the cards in them.
enum NetworkMistake: Error {
    case overlaps(IPv4Network, IPv4Network, whose: String, SourceLocation)
    case sameName(String, firstLine: Int, SourceLocation)
    case bothBridgeAndExisting(network: String, SourceLocation)
    case noRange(network: String, SourceLocation)
    case notOurs(key: String, network: String, SourceLocation)
    case leasesOutside(ClosedRange<IPv4Address>, IPv4Network, SourceLocation)
    case unknown(String, known: [String], SourceLocation)
    case twoCards(machine: String, network: String, SourceLocation)
    case fixedWithoutRange(network: String, SourceLocation)
    case mtuBeyondNetwork(Int, network: String, Int, SourceLocation)
    case unknownTarget(String, known: [String], SourceLocation)
    case nameOfMachine(String, machine: String, SourceLocation)
}

extension NetworkMistake: Diagnosable {
    var diagnosis: Diagnosis {
        switch self {
        case .overlaps(let network, let other, let whose, let place):
            Diagnosis(
                "the network \(network) overlaps \(other)", why: "\(whose) have addresses there",
                fix: "choose another range, such as 192.168.56.0/24", at: place)
        case .sameName(let name, let firstLine, let place):
            Diagnosis(
                "two networks are called '\(name)'", why: "line \(firstLine) has the other one",
                fix: "rename one of them", at: place)
        case .bothBridgeAndExisting(let network, let place):
            Diagnosis(
                "the network '\(network)' is a bridge and one of libvirt's", why: "it can be only one of the two",
                fix: "keep 'bridge' or 'existing'", at: place)
        case .noRange(let network, let place):
            Diagnosis(
                "the network '\(network)' has no range of addresses",
                why: "the cluster makes it, since neither 'bridge' nor 'existing' names one that is there",
                fix: "add 'address: 10.20.0.0/24', for example", at: place)
        case .notOurs(let key, let network, let place):
            Diagnosis(
                "'\(key)' cannot be said of the network '\(network)'", why: "it is there without the cluster",
                fix: "remove '\(key)', or let the cluster make the network", at: place)
        case .leasesOutside(let leases, let network, let place):
            Diagnosis(
                "DHCP cannot give \(leases.lowerBound) to \(leases.upperBound)",
                why: "not all of them are addresses for machines in \(network)",
                fix:
                    "stay between \(network.host.advanced(by: 1) ?? network.host) and \(network.broadcast.advanced(by: -1) ?? network.host)",
                at: place)
        case .unknown(let name, let known, let place):
            Diagnosis(
                "there is no network '\(name)'",
                why: known.isEmpty ? "'networks' is not there" : "'networks' has \(known.joined(separator: ", "))",
                fix: nearestName(to: name, among: known).map { "did you mean '\($0)'?" } ?? "add it to 'networks'",
                at: place)
        case .twoCards(let machine, let network, let place):
            Diagnosis(
                "machine '\(machine)' has two cards in the network '\(network)'", why: "one is what it can use",
                fix: "remove one of them", at: place)
        case .fixedWithoutRange(let network, let place):
            Diagnosis(
                "an address in the network '\(network)' cannot be set up",
                why: "the prefix's length is not known", fix: "add 'address: RANGE' to the network, or write 'leased'",
                at: place)
        case .mtuBeyondNetwork(let mtu, let network, let limit, let place):
            Diagnosis(
                "a card's packets of \(mtu) bytes are too large", why: "the network '\(network)' carries \(limit)",
                fix: "set the network's 'mtu' to \(mtu), or lower this one", at: place)
        case .unknownTarget(let name, let known, let place):
            Diagnosis(
                "there is no machine '\(name)'", why: "the machines are \(known.joined(separator: ", "))",
                fix: nearestName(to: name, among: known).map { "did you mean '\($0)'?" }
                    ?? "name one of them, or an address", at: place)
        case .nameOfMachine(let name, let machine, let place):
            Diagnosis(
                "the DNS name '\(name)' is a machine's", why: "'\(machine)' is called so itself",
                fix: "choose another name", at: place)
        }
    }
}
