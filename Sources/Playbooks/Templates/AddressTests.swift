internal import JSON

extension TestTable {
    private static func address(_ holds: @escaping @Sendable (IPNetwork) -> Bool) -> Test {
        plain { value, _ in value.string.flatMap { IPNetwork($0) }.map { holds($0) } ?? false }
    }

    /// A single address, without a prefix.
    private static func single(_ version: Int? = nil, _ holds: @escaping @Sendable (IPNetwork) -> Bool) -> Test {
        plain { value, _ in
            guard let text = value.string, !text.contains("/"), let address = IPNetwork(text) else { return false }
            return (version == nil || version == address.version) && holds(address)
        }
    }

    private static func within(_ networks: [String]) -> @Sendable (IPNetwork) -> Bool {
        { address in networks.contains { IPNetwork($0)?.contains(address) == true } }
    }

    private static func relation(_ holds: @escaping @Sendable (IPNetwork, IPNetwork) -> Bool) -> Test {
        plain { value, arguments in
            let other = try arguments.required(0, "network", of: "the test").pythonText
            guard let left = IPNetwork(value.pythonText), let right = IPNetwork(other) else { return false }
            return holds(left, right)
        }
    }

    private static func among(_ holds: @escaping @Sendable (Int) -> Bool) -> Test {
        plain { value, arguments in
            let networks = try arguments.required(0, "networks", of: "the test").elements()
            guard let address = IPNetwork(value.pythonText) else { return false }
            return holds(networks.count { IPNetwork($0.pythonText)?.contains(address) == true })
        }
    }

    static let addresses: [String: Test] = [
        "ip": address { _ in true },
        "ip_address": single { _ in true },
        "ipv4": address { $0.version == 4 },
        "ipv6": address { $0.version == 6 },
        "ipv4_address": single(4) { _ in true },
        "ipv6_address": single(6) { _ in true },
        "ipv4_netmask": single(4) { IPNetwork("0.0.0.0/\($0.addressText)")?.netmask == $0.address },
        "ipv4_hostmask": single(4) { IPNetwork("0.0.0.0/\($0.addressText)")?.hostBits == $0.address },
        "ipv6_ipv4_mapped": single(6) { $0.address >> 32 == 0xFFFF },
        "ipv6_sixtofour": single(6) { $0.address >> 112 == 0x2002 },
        "ipv6_teredo": single(6) { $0.address >> 96 == 0x2001_0000 },
        "in_network": relation { $1.contains($0) },
        "subnet_of": relation { $1.contains($0) },
        "supernet_of": relation { $0.contains($1) },
        "in_any_network": among { $0 > 0 },
        "in_one_network": among { $0 == 1 },
        "loopback": address(\.isLoopback),
        "multicast": address(\.isMulticast),
        "private": address(within(privateNetworks)),
        "public": address { !within(privateNetworks)($0) && !within(["100.64.0.0/10"])($0) },
        "reserved": address(
            within([
                "240.0.0.0/4", "::/8", "100::/8", "200::/7", "400::/6", "800::/5", "1000::/4", "4000::/3", "6000::/3",
                "8000::/3", "a000::/3", "c000::/3", "e000::/4", "f000::/5", "f800::/6", "fe00::/9",
            ])),
        "unspecified": address { $0.address == 0 && $0.isSingle },
        "mac": plain { value, _ in value.string.flatMap { HardwareAddress($0) } != nil },
    ]

    /// What IANA's registries call not globally reachable, as Python's `ipaddress` has it.
    private static let privateNetworks = [
        "0.0.0.0/8", "10.0.0.0/8", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/29",
        "192.0.0.170/31", "192.0.2.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24",
        "240.0.0.0/4", "255.255.255.255/32", "::1/128", "::/128", "::ffff:0:0/96", "100::/64", "2001::/23",
        "2001:2::/48", "2001:db8::/32", "2001:10::/28", "fc00::/7", "fe80::/10",
    ]
}
