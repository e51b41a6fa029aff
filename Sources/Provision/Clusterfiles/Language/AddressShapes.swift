internal import Addresses
internal import YAML

extension Shape<IPv4Address> {
    static func address(example: String = "192.168.56.11") -> Shape {
        .parsed(
            "an IPv4 address such as \(example)", pattern: "^[0-9]{1,3}([.][0-9]{1,3}){3}$", examples: [example]
        ) { IPv4Address($0) }
    }
}

extension Shape<IPv4Network> {
    static let network = Shape(
        wants: "a range such as 192.168.56.0/24", example: "192.168.56.0/24",
        form: .text(
            pattern: "^[0-9]{1,3}([.][0-9]{1,3}){3}/[0-9]{1,2}$", examples: ["192.168.56.0/24", "10.20.0.0/16"])
    ) { node, _ throws(Complaint) in
        let text = try node.words()
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard let address = parts.first.flatMap({ IPv4Address($0) }) else {
            throw .wrongValue(why: "this is '\(text)'", instead: nil)
        }
        if parts.count == 1 {
            let network = IPv4Network(containing: address, prefixLength: 24)
            throw .wrongValue(why: "'\(text)' does not say how long its prefix is", instead: "\(network)")
        }
        guard parts.count == 2, let prefix = Int(parts[1]), (8...29).contains(prefix) else {
            throw .wrongValue(why: "the prefix of '\(text)' is not from 8 to 29", instead: nil)
        }
        let network = IPv4Network(containing: address, prefixLength: prefix)
        guard network.address == address else {
            throw .wrongValue(why: "\(address) is an address within that range, not its first", instead: "\(network)")
        }
        return network
    }
}

extension Shape<ClosedRange<IPv4Address>> {
    static let leases: Shape = .parsed(
        "the first and the last address such as 10.20.0.128-10.20.0.254",
        pattern: "^[0-9]{1,3}([.][0-9]{1,3}){3}-[0-9]{1,3}([.][0-9]{1,3}){3}$",
        examples: ["10.20.0.128-10.20.0.254"]
    ) { text in
        let parts = text.split(separator: "-", omittingEmptySubsequences: false).map { IPv4Address($0) }
        guard parts.count == 2, let first = parts[0], let last = parts[1], first <= last else { return nil }
        return first...last
    }
}

/// The address of a card as the file has it.
enum AddressChoice: Hashable, Sendable {
    case fixed(IPv4Address)
    case leased
}

extension Shape<AddressChoice> {
    static let addressChoice: Shape = .parsed(
        "an IPv4 address such as 10.20.0.11, or 'leased'", pattern: "^[0-9]{1,3}([.][0-9]{1,3}){3}$|^leased$",
        examples: ["10.20.0.11", "leased"]
    ) { $0 == "leased" ? .leased : IPv4Address($0).map { .fixed($0) } }
}

/// The address of a DNS name as the file has it.
enum DNSTarget: Hashable, Sendable {
    case address(IPv4Address)
    case machine(String)
}

extension Shape<DNSTarget> {
    static let dnsTarget: Shape = .parsed(
        "an IPv4 address, or a machine's name", pattern: "^[a-z0-9.-]+$", examples: ["192.168.56.11", "kube-master1"]
    ) { text in
        if let address = IPv4Address(text) { return .address(address) }
        return text.utf8.allSatisfy { isLower($0) || isDigit($0) || $0 == UInt8(ascii: "-") } && !text.isEmpty
            ? .machine(text) : nil
    }
}

extension Shape<MACAddress> {
    static let macAddress = Shape(
        wants: "a card's address such as 52:54:00:12:34:56", example: "52:54:00:12:34:56",
        form: .text(pattern: "^[0-9a-fA-F]{2}(:[0-9a-fA-F]{2}){5}$", examples: ["52:54:00:12:34:56"])
    ) { node, _ throws(Complaint) in
        let text = try node.words()
        guard let address = MACAddress(text) else { throw .wrongValue(why: "this is '\(text)'", instead: nil) }
        guard !address.isMulticast else {
            throw .wrongValue(why: "'\(text)' is the address of a group (its first number is odd)", instead: nil)
        }
        return address
    }
}
