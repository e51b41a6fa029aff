internal import Addresses
internal import Diagnostics

/// A network as the file has it.
struct NetworkDraft: Sendable {
    /// Nil for the cluster's own.
    let name: Located<String>?
    let address: Located<IPv4Network>?
    let bridge: Located<String>?
    let existing: Located<String>?
    let mode: Located<ClusterSpec.Network.Mode>?
    let mtu: Int?
    let dns: DNSDraft?
    private(set) var leases: Located<ClosedRange<IPv4Address>>?
    /// The keys that only a network that the cluster makes can have, with their places.
    let ownKeys: [Located<String>]
    let isFlawed: Bool
    let location: SourceLocation

    /// `network`.
    init?(own reader: SectionReader) {
        self.init(reader, name: nil, address: reader.value(NetworkKeys.ownAddress))
    }

    /// One of `networks`.
    init?(further reader: SectionReader) {
        guard let name = reader.value(NetworkKeys.name) else { return nil }
        self.init(reader, name: name, address: reader.value(NetworkKeys.address))
    }

    private init(_ reader: SectionReader, name: Located<String>?, address: Located<IPv4Network>?) {
        (self.name, self.address) = (name, address)
        let isFurther = name != nil
        bridge = isFurther ? reader.value(NetworkKeys.bridge) : nil
        existing = isFurther ? reader.value(NetworkKeys.existing) : nil
        leases = isFurther ? reader.value(NetworkKeys.leases) : nil
        mode = reader.value(NetworkKeys.mode)
        mtu = reader.value(NetworkKeys.mtu)?.value
        dns = reader.value(NetworkKeys.dns)?.value
        ownKeys = [
            (NetworkKeys.mode.name, reader.place(NetworkKeys.mode)),
            (NetworkKeys.mtu.name, reader.place(NetworkKeys.mtu)),
            (NetworkKeys.dns.name, reader.place(NetworkKeys.dns)),
            (NetworkKeys.leases.name, reader.place(NetworkKeys.leases)),
        ].compactMap { name, place in place.map { Located(name, at: $0) } }
        isFlawed = reader.isFlawed
        location = name?.location ?? reader.location
    }

    /// Whether the cluster makes it.
    var isMade: Bool { bridge == nil && existing == nil }

    /// With addresses for DHCP where a card wants one: the range's upper half, unless the file says which.
    func leasing(wanted: Bool) -> NetworkDraft {
        guard wanted, isMade, leases == nil, let range = address?.value else { return self }
        var copy = self
        let last = range.address(at: range.count - 2)
        copy.leases = Located(range.address(at: range.count / 2)...last, at: location)
        return copy
    }
}

/// What `dns` says.
struct DNSDraft: Sendable {
    let domain: String?
    let names: [Named<DNSTarget>]

    init?(_ reader: SectionReader) {
        domain = reader.value(DNSKeys.domain)?.value
        names = reader.value(DNSKeys.names)?.value ?? []
    }
}
