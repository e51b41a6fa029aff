internal import JSON

extension FilterTable {
    static let addressFilters: [String: Filter] = [
        "ipaddr": plain { value, arguments in
            try AddressQuery.answer(value, try arguments.json(0, "query") ?? "", filter: "ipaddr")
        },
        "ipv4": plain { value, arguments in
            try AddressQuery.answer(value, try arguments.json(0, "query") ?? "", version: 4, filter: "ipv4")
        },
        "ipv6": plain { value, arguments in
            try AddressQuery.answer(value, try arguments.json(0, "query") ?? "", version: 6, filter: "ipv6")
        },
        "ipwrap": plain { value, _ in
            func wrapped(_ value: JSON) throws -> JSON {
                guard AddressQuery.subject(value) != nil else { return value }
                return try AddressQuery.answer(value, "wrap", filter: "ipwrap")
            }
            return try value.array.map { .array(try $0.map(wrapped)) } ?? wrapped(value)
        },
        "ipsubnet": plain { value, arguments in
            try Subnets.answer(value, try arguments.text(0, "query") ?? "", index: try arguments.json(1, "index"))
        },
        "nthhost": plain { value, arguments in
            guard let network = Subnets.network(value),
                let index = try arguments.json(0, "query").flatMap({ Conversions.integer($0) }),
                let address = AddressQuery.nth(Int(clamping: index), of: network)
            else { return false }
            return .string(network.text(address))
        },
        "network_in_usable": plain { value, arguments in
            let (network, other) = try Subnets.pair(value, arguments, "network_in_usable")
            guard let network, let other, network.version == other.version else { return false }
            let usable = network.usable ?? (network.address, network.address)
            return .bool(usable.first <= other.network && other.last <= usable.last)
        },
        "network_in_network": plain { value, arguments in
            let (network, other) = try Subnets.pair(value, arguments, "network_in_network")
            guard let network, let other else { return false }
            return .bool(network.contains(other))
        },
        "reduce_on_network": plain { value, arguments in
            let network = Subnets.network(try arguments.required(0, "network", of: "reduce_on_network"))
            return .array(
                try value.elements().filter { element in
                    network.flatMap { network in Subnets.network(element).map(network.contains) } ?? false
                })
        },
        "next_nth_usable": plain { value, arguments in try Subnets.usable(value, arguments, sign: 1) },
        "previous_nth_usable": plain { value, arguments in try Subnets.usable(value, arguments, sign: -1) },
        "ipmath": plain { value, arguments in
            guard let network = IPNetwork(value.pythonText) else {
                throw TemplateProblemThrown.bad("ipmath", "'\(value.pythonText)' is no address")
            }
            guard let amount = try arguments.integer(0, "amount") else {
                throw TemplateProblemThrown.bad("ipmath", "it needs an integer")
            }
            let (sum, overflow) =
                amount < 0
                ? network.address.subtractingReportingOverflow(UInt128(amount.magnitude))
                : network.address.addingReportingOverflow(UInt128(amount))
            guard !overflow, network.version == 6 || sum <= 0xFFFF_FFFF else {
                throw TemplateProblemThrown.bad("ipmath", "there is no such address")
            }
            return .string(network.text(sum))
        },
        "ip4_hex": text { value, arguments in
            let delimiter = try arguments.text(0, "delimiter") ?? ""
            let parts = value.split(separator: ".").compactMap { UInt8($0) }
            guard parts.count == 4 else { throw TemplateProblemThrown.bad("ip4_hex", "'\(value)' is no IPv4 address") }
            return parts.map { Digests.hexadecimal([$0]) }.joined(separator: delimiter)
        },
        "usable_range": plain { value, _ in
            guard let network = IPNetwork(value.pythonText), network.address == network.network else {
                throw TemplateProblemThrown.bad("usable_range", "'\(value.pythonText)' is no network")
            }
            guard network.hostBits < 1 << 20 else {
                throw TemplateProblemThrown.bad("usable_range", "more than a million addresses")
            }
            let addresses = (0...Int(network.hostBits)).map { network.text(network.address + UInt128($0)) }
            return ["usable_ips": JSON(addresses), "number_of_ips": JSON(addresses.count)]
        },
        "cidr_merge": plain { value, arguments in
            let networks = try value.elements().map { element in
                guard let network = IPNetwork(element.pythonText) else {
                    throw TemplateProblemThrown.bad("cidr_merge", "'\(element.pythonText)' is no network")
                }
                return network
            }
            switch try arguments.text(0, "action") ?? "merge" {
            case "merge": return JSON(Subnets.merged(networks).map(\.text))
            case "span":
                guard networks.count > 1 else { return networks.first.map { .string($0.text) } ?? .null }
                return .string(try Subnets.span(networks).text)
            case let action: throw TemplateProblemThrown.bad("cidr_merge", "it merges or spans, not '\(action)'")
            }
        },
        "hwaddr": plain { value, arguments in
            try HardwareAddress.answer(value, try arguments.text(0, "query") ?? "", filter: "hwaddr")
        },
        "macaddr": plain { value, arguments in
            try HardwareAddress.answer(value, try arguments.text(0, "query") ?? "", filter: "macaddr")
        },
        "slaac": plain { value, arguments in
            guard let network = Subnets.network(value), network.version == 6,
                let hardware = HardwareAddress(try arguments.text(0, "query") ?? "")
            else { return false }
            return .string(network.text(network.network | UInt128(hardware.interfaceIdentifier)))
        },
    ]
}

/// Networks within networks.
enum Subnets {
    /// What a value stands for among networks: an address alone, or the network without host bits.
    static func network(_ value: JSON) -> IPNetwork? {
        guard let subject = AddressQuery.subject(value) else { return nil }
        return subject.network.isSingle ? subject.network : subject.network.subnet
    }

    static func pair(
        _ value: JSON, _ arguments: CallArguments, _ filter: String
    ) throws -> (IPNetwork?, IPNetwork?) {
        (network(value), network(try arguments.required(0, "test", of: filter)))
    }

    /// The usable address so many further or before.
    static func usable(_ value: JSON, _ arguments: CallArguments, sign: Int) throws -> JSON {
        guard let subject = AddressQuery.subject(value) else { return false }
        guard let offset = try arguments.integer(0, "offset"), offset != .min else {
            throw TemplateProblemThrown.bad("next_nth_usable", "it needs an integer")
        }
        // A written network stands for its first address, an address in one for itself.
        let network = subject.network
        let distance = sign * offset
        let target =
            distance < 0 ? network.address &- UInt128(distance.magnitude) : network.address &+ UInt128(distance)
        guard let usable = network.usable, (usable.first...usable.last).contains(target) else { return .null }
        return .string(network.text(target))
    }

    static func answer(_ value: JSON, _ query: String, index: JSON?) throws -> JSON {
        guard let subject = AddressQuery.subject(value) else { return false }
        let isAddress = subject.network.isSingle || subject.network.address != subject.network.network
        let network = isAddress && !subject.isNetwork ? subject.network : subject.network.subnet
        if query.isEmpty { return .string(network.text) }
        guard let size = Int(query) else { return try rank(of: network, in: query) }
        guard (0...network.width).contains(size) else { return false }
        let shift = UInt128(network.width - size)
        if network.isSingle {
            let position = index.flatMap { Conversions.integer($0) } ?? 0
            let wide = IPNetwork(version: network.version, address: network.address, prefix: size)
            let found = position == 0 ? size : size + Int(clamping: position)
            guard found <= network.width, found >= size else { return false }
            return .string(IPNetwork(version: wide.version, address: wide.address, prefix: found).subnet.text)
        }
        guard size >= network.prefix else {
            throw TemplateProblemThrown.bad("ipsubnet", "\(network.text) holds no network of \(size) bits")
        }
        let count = UInt128(1) << UInt128(min(127, size - network.prefix))
        guard let index, !index.isNull else { return .string(String(count)) }
        guard let position = Conversions.integer(index) else { return false }
        let magnitude = UInt128(position.magnitude)
        guard position < 0 ? magnitude <= count : magnitude < count else { return false }
        let number = position < 0 ? count - magnitude : magnitude
        return .string(
            IPNetwork(version: network.version, address: network.network + number << shift, prefix: size).text)
    }

    /// The how many-th of its size within another network it is.
    private static func rank(of network: IPNetwork, in query: String) throws -> JSON {
        guard let outer = IPNetwork(query), outer.contains(network) else {
            throw TemplateProblemThrown.bad("ipsubnet", "\(network.text) is not in the network '\(query)'")
        }
        let rank = (network.network - outer.network) >> UInt128(network.width - network.prefix) + 1
        return .string(String(rank))
    }

    /// As few networks as hold the same addresses.
    static func merged(_ networks: [IPNetwork]) -> [IPNetwork] {
        var rest = networks.map(\.subnet).sorted {
            ($0.version, $0.network, $0.prefix) < ($1.version, $1.network, $1.prefix)
        }
        var result: [IPNetwork] = []
        while !rest.isEmpty {
            var next = rest.removeFirst()
            if result.last?.contains(next) == true { continue }
            while let last = result.last, last.version == next.version, last.prefix == next.prefix, last.prefix > 0 {
                let wide = IPNetwork(version: last.version, address: last.address, prefix: last.prefix - 1).subnet
                guard wide.network == last.network, wide.contains(next) else { break }
                result.removeLast()
                next = wide
            }
            result.append(next)
        }
        return result
    }

    /// The smallest network that holds all.
    static func span(_ networks: [IPNetwork]) throws -> IPNetwork {
        guard let first = networks.first, networks.allSatisfy({ $0.version == first.version }) else {
            throw TemplateProblemThrown.bad("cidr_merge", "the networks are of different versions")
        }
        var wide = first.subnet
        while !networks.allSatisfy(wide.contains) {
            wide = IPNetwork(version: wide.version, address: wide.address, prefix: wide.prefix - 1).subnet
        }
        return wide
    }
}

/// A MAC address.
struct HardwareAddress {
    private let bytes: [UInt8]

    init?(_ text: String) {
        let groups = text.split { ":-.".contains($0) }.map(String.init)
        let padding = groups.count == 6 ? 2 : groups.count == 3 ? 4 : groups.count == 2 ? 6 : 12
        guard [1, 2, 3, 6].contains(groups.count), groups.allSatisfy({ $0.count <= padding }) else { return nil }
        let digits = groups.map { String(repeating: "0", count: padding - $0.count) + $0 }.joined()
        guard groups.count > 1 || text.count == 12, digits.count == 12, let value = UInt64(digits, radix: 16) else {
            return nil
        }
        bytes = stride(from: 40, through: 0, by: -8).map { UInt8(truncatingIfNeeded: value >> UInt64($0)) }
    }

    private var hexadecimal: String { Digests.hexadecimal(bytes) }

    private func grouped(_ size: Int, _ separator: String) -> String {
        stride(from: 0, to: 12, by: size).map { String(hexadecimal.dropFirst($0).prefix(size)) }
            .joined(separator: separator)
    }

    /// The lower half of an IPv6 address (RFC 4291, appendix A).
    var interfaceIdentifier: UInt64 {
        ([bytes[0] ^ 2] + bytes[1...2] + [0xFF, 0xFE] + bytes[3...5]).reduce(0) { $0 << 8 | UInt64($1) }
    }

    static func answer(_ value: JSON, _ query: String, filter: String) throws -> JSON {
        guard let address = HardwareAddress(value.pythonText) else {
            if query.isEmpty || query == "bool" { return .null }
            throw TemplateProblemThrown.bad(filter, "'\(value.pythonText)' is no hardware address")
        }
        switch query {
        case "": return value
        case "bool": return true
        case "bare": return .string(address.hexadecimal.uppercased())
        case "cisco": return .string(address.grouped(4, "."))
        case "eui48", "win": return .string(address.grouped(2, "-").uppercased())
        case "int": return UInt64(address.hexadecimal, radix: 16).map { .integer(Int64($0)) } ?? .null
        case "linux": return .string(address.grouped(2, ":"))
        case "pgsql", "postgresql", "psql": return .string(address.grouped(6, ":"))
        case "unix": return .string(address.bytes.map { String($0, radix: 16) }.joined(separator: ":"))
        default: throw TemplateProblemThrown.bad(filter, "it has no answer '\(query)'")
        }
    }
}
