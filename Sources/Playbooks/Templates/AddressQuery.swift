internal import JSON

/// What the filter `ipaddr` answers of an address or network.
struct AddressQuery {
    /// The value and what it was written as: an address, or a network with a prefix.
    struct Subject {
        var network: IPNetwork
        var isNetwork: Bool
        var value: JSON
    }

    /// The value as an address or network; nil where it is neither, or not of the version.
    static func subject(_ value: JSON, version: Int? = nil) -> Subject? {
        if let number = value.whole, value.bool == nil { return subject(number: UInt128(exactly: number), version) }
        guard case .string(let text) = value, !text.isEmpty else { return nil }
        if text.allSatisfy({ $0.isASCII && $0.isNumber }) { return subject(number: UInt128(text), version) }
        guard let network = IPNetwork(text), version == nil || version == network.version else { return nil }
        return Subject(network: network, isNetwork: text.contains("/"), value: value)
    }

    private static func subject(number: UInt128?, _ version: Int?) -> Subject? {
        guard let number else { return nil }
        let isV4 = version != 6 && number <= 0xFFFF_FFFF
        let network = IPNetwork(version: isV4 ? 4 : 6, address: number, prefix: isV4 ? 32 : 128)
        guard version == nil || version == network.version else { return nil }
        return Subject(network: network, isNetwork: false, value: .string(network.text))
    }

    /// The filter: lists keep what answers; what is no address is false.
    static func answer(_ value: JSON, _ query: JSON, version: Int? = nil, filter: String) throws -> JSON {
        if case .array(let elements) = value {
            return .array(
                try elements.map { try answer($0, query, version: version, filter: filter) }.filter(\.isTruthy))
        }
        guard let subject = subject(value, version: version) else { return false }
        let name = query.pythonText
        if let found = queries[name] { return try found(subject) }
        if let number = Int(name) { return nth(number, of: subject) }
        // A network: whether the value is in it.
        if let network = IPNetwork(name) { return network.contains(subject.network) ? subject.value : .null }
        throw TemplateProblemThrown.bad(filter, "it has no answer '\(name)'")
    }

    static func number(_ value: UInt128?) -> JSON {
        guard let value else { return "340282366920938463463374607431768211456" }
        return Int64(exactly: value).map { .integer($0) } ?? .string(String(value))
    }

    /// The address at an index of a network, from its end where that is negative.
    static func nth(_ index: Int, of network: IPNetwork) -> UInt128? {
        let distance = UInt128(index.magnitude)
        if index < 0 { return distance - 1 <= network.hostBits ? network.last - (distance - 1) : nil }
        return distance <= network.hostBits ? network.network + distance : nil
    }

    private static func nth(_ index: Int, of subject: Subject) -> JSON {
        let network = subject.network
        if network.isSingle { return .string(subject.isNetwork ? network.text : network.addressText) }
        return nth(index, of: network).map { .string("\(network.text($0))/\(network.prefix)") } ?? false
    }

    typealias Query = @Sendable (Subject) throws -> JSON

    private static func ofNetworks(_ body: @escaping @Sendable (IPNetwork) throws -> UInt128?) -> Query {
        { subject in
            guard subject.isNetwork else { throw TemplateProblemThrown.bad("ipaddr", "this is no network address") }
            return try body(subject.network).map { .string(subject.network.text($0)) } ?? .null
        }
    }

    private static func kept(_ holds: @escaping @Sendable (IPNetwork) -> Bool) -> Query {
        { holds($0.network) ? $0.value : .null }
    }

    private static func isUsable(_ address: UInt128, of network: IPNetwork) -> Bool {
        network.usable.map { ($0.first...$0.last).contains(address) } ?? false
    }

    private static let address: Query = { subject in
        let network = subject.network
        let stands =
            network.isSingle || network.address != network.network || network.broadcast ?? 0 == 0
            || network.version == 6
        return stands ? .string(network.addressText) : .null
    }

    private static let addressWithPrefix: Query = { subject in
        let network = subject.network
        let isEdge = network.address == network.network || network.address == network.broadcast
        return network.hostBits > 1 && isEdge ? false : .string(network.text)
    }

    private static let queries: [String: Query] = {
        let asNetwork: Query = { .string($0.network.text($0.network.network)) }
        let v4: Query = { subject in
            subject.network.version == 4 ? subject.value : subject.network.inIPv4.map { .string($0.text) } ?? false
        }
        let v6: Query = { subject in
            subject.network.version == 6 ? subject.value : .string(subject.network.inIPv6.text)
        }
        let mask: Query = { .string($0.network.text($0.network.hostBits)) }
        let loopback = kept { IPNetwork(version: $0.version, address: $0.address, prefix: $0.width).isLoopback }
        var all: [String: Query] = [
            "": { .string($0.isNetwork ? $0.network.text : $0.network.addressText) },
            "bool": { _ in true },
            "address": address, "ip": address,
            "broadcast": { $0.network.hostBits > 1 ? .string($0.network.text($0.network.last)) : .null },
            "cidr": { .string($0.network.text) },
            "hostmask": mask, "wildcard": mask,
            "int": { subject in
                let number = number(subject.network.address)
                return subject.isNetwork ? .string("\(number.pythonText)/\(subject.network.prefix)") : number
            },
            "ipv4": v4, "v4": v4, "ipv6": v6, "v6": v6,
            "netmask": { .string($0.network.text($0.network.netmask)) },
            "network": asNetwork, "network_id": asNetwork,
            "network/prefix": { .string($0.network.subnet.text) },
            "subnet": { .string($0.network.subnet.text) },
            "network_netmask": {
                .string($0.network.text($0.network.network) + " " + $0.network.text($0.network.netmask))
            },
            "network_wildcard": {
                .string($0.network.text($0.network.network) + " " + $0.network.text($0.network.hostBits))
            },
            "prefix": { JSON($0.network.prefix) },
            "revdns": { .string($0.network.reverseName) },
            "size": { number($0.network.size) },
            "size_usable": { subject in
                let network = subject.network
                return network.isSingle ? 0 : network.hostBits == 1 ? 2 : number(network.hostBits - 1)
            },
            "type": { $0.network.isSingle || $0.network.address != $0.network.network ? "address" : "network" },
            "version": { JSON($0.network.version) },
            "link-local": kept {
                IPNetwork(version: $0.version, address: $0.address, prefix: $0.width).isLinkLocal
            },
            "lo": loopback, "loopback": loopback,
            "multicast": kept(\.isMulticast),
            "unicast": kept { !$0.isMulticast },
            "private": kept(\.isPrivate),
            "public": kept {
                let single = IPNetwork(version: $0.version, address: $0.address, prefix: $0.width)
                return !single.isMulticast && !single.isPrivate && !single.isLoopback && !single.isMask
            },
            "wrap": { subject in
                guard subject.network.version == 6 else { return subject.value }
                let prefix = subject.isNetwork ? "/\(subject.network.prefix)" : ""
                return .string("[\(subject.network.addressText)]\(prefix)")
            },
        ]
        all.merge(ranges) { first, _ in first }
        all.merge(hosts) { first, _ in first }
        return all
    }()

    private static let hosts: [String: Query] = {
        var all: [String: Query] = [
            "host": { subject in
                let network = subject.network
                if network.isSingle { return .string(network.text) }
                return network.address != network.network || network.broadcast ?? 0 == 0 ? .string(network.text) : .null
            },
            "ip/prefix": { subject in
                let network = subject.network
                let stands = network.hostBits == 1 || (!network.isSingle && network.address != network.network)
                return stands ? .string(network.text) : .null
            },
            "ip_netmask": { subject in
                let network = subject.network
                let stands = network.hostBits == 1 || (!network.isSingle && network.address != network.network)
                return stands ? .string(network.addressText + " " + network.text(network.netmask)) : .null
            },
            "net": { subject in
                let network = subject.network
                return !network.isSingle && network.address == network.network ? .string(network.text) : .null
            },
            "6to4": { subject in
                guard subject.network.version == 4 else {
                    return IPNetwork("2002::/16")?.contains(subject.network) == true ? subject.value : false
                }
                let digits = String(subject.network.address, radix: 16)
                let padded = String(repeating: "0", count: 8 - digits.count) + digits
                return .string("2002:\(padded.prefix(4)):\(padded.suffix(4))::1/48")
            },
        ]
        for name in ["address/prefix", "gateway", "gw", "host/prefix", "hostnet", "router"] {
            all[name] = addressWithPrefix
        }
        return all
    }()

    private static let ranges: [String: Query] = [
        "first_usable": ofNetworks { $0.usable?.first },
        "last_usable": ofNetworks { $0.usable?.last },
        "next_usable": ofNetworks { isUsable($0.address &+ 1, of: $0) ? $0.address + 1 : nil },
        "previous_usable": ofNetworks { isUsable($0.address &- 1, of: $0) ? $0.address - 1 : nil },
        "range_usable": { subject in
            guard subject.isNetwork else { throw TemplateProblemThrown.bad("ipaddr", "this is no network address") }
            return subject.network.usable.map {
                .string("\(subject.network.text($0.first))-\(subject.network.text($0.last))")
            } ?? .null
        },
        "peer": ofNetworks { network in
            switch network.hostBits {
            case 1: return network.address ^ 1
            case 3 where network.address % 4 == 1 || network.address % 4 == 2: return network.address ^ 3
            default: throw TemplateProblemThrown.bad("ipaddr", "\(network.text) is no end of a point-to-point network")
            }
        },
    ]
}
