internal import Addresses

/// The keys of `network` and of each of `networks`.
enum NetworkKeys {
    static let name = Key(
        "name", .hostName("a name", example: "storage"), "By which machines name it in 'interfaces'.", isRequired: true)
    static let address = Key(
        "address", .network, "The range of addresses; the host has the first one of a network that the cluster makes.")
    static let ownAddress = Key(
        "address", .network, "The range of addresses; the host has the first one and resolves names for the machines.",
        isRequired: true)
    static let bridge = Key(
        "bridge",
        .word("a bridge of the host's such as br0", pattern: "^[^/ ]{1,15}$", examples: ["br0"]) {
            (1...15).contains($0.utf8.count) && !$0.contains(where: { $0 == "/" || $0.isWhitespace })
        }, "The host's bridge that it is, in place of one that the cluster makes.")
    static let existing = Key(
        "existing",
        .word("a network of libvirt's such as default", pattern: "^[^/\\n]+$", examples: ["default"]) {
            !$0.isEmpty && !$0.contains(where: { $0 == "/" || $0.isNewline })
        }, "The network that libvirt already has and that it is, by its name there.")
    static let mode =
        Key(
            "mode", .choice(example: "isolated"),
            """
            'nat' leads out behind the host's address, 'isolated' no further than the host, 'routed' under the \
            machines' own addresses.
            """,
            fallback: "nat") as Key<ClusterSpec.Network.Mode>
    static let mtu = Key("mtu", .mtu, "The largest packet in bytes.", fallback: "1500")
    static let dns = Key(
        "dns", .section(.dns, example: "{domain: kube.test}", DNSDraft.init),
        "What the resolver of the machines knows beyond their names.")
    static let leases = Key(
        "leases", .leases, "The addresses that DHCP gives to cards with 'address: leased'.",
        fallback: "the range's upper half, where a card wants one")
}

/// The keys of `dns`.
enum DNSKeys {
    static let domain = Key("domain", .dnsName, "What machines' names end in, beside the short ones.")
    static let names = Key(
        "names", .names(.dnsName, to: .dnsTarget, wants: "DNS names, each with an address or a machine's name"),
        "Further names, each with an address or with the name of the machine that has it.")
}

extension Shape<Int> {
    static let mtu: Shape = .count(576...65535, example: "9000")
}

extension Section {
    static let network = Section(
        title: "network", keys: [NetworkKeys.ownAddress, NetworkKeys.mode, NetworkKeys.mtu, NetworkKeys.dns])
    static let furtherNetwork = Section(
        title: "a further network",
        keys: [
            NetworkKeys.name, NetworkKeys.address, NetworkKeys.bridge, NetworkKeys.existing, NetworkKeys.mode,
            NetworkKeys.mtu, NetworkKeys.dns, NetworkKeys.leases,
        ])
    static let dns = Section(title: "dns", keys: [DNSKeys.domain, DNSKeys.names])
}
