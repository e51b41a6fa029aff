/// A network of libvirt's as it was found.
package struct NetworkSnapshot: Hashable, Sendable {
    /// An address of the host in the network.
    package struct Address: Hashable, Sendable {
        package var address: String
        package var prefixLength: Int

        package init(address: String, prefixLength: Int) {
            self.address = address
            self.prefixLength = prefixLength
        }
    }

    package var name: String
    package var uuid: String
    package var bridge: String?
    /// The bridge's six bytes; nil where libvirt has chosen none.
    package var hardwareAddress: [UInt8]?
    package var isActive: Bool
    /// IPv4 and IPv6 as defined; an IPv4 netmask counts as its prefix.
    package var addresses: [Address]
    /// Whose it is, as it is defined; nil where it is none of ours.
    package var metadata: ClusterMetadata?
    package var startsWithHost: Bool
    /// How it is made from its next start on; nil for what no `NetworkSpec` makes, and for a network that is none of ours.
    package var defined: NetworkConfiguration?
    /// How it is made now, while it is active; nil as for `defined`.
    package var running: NetworkConfiguration?
    /// The definition is what this program made of it, and nobody changed anything since; nil where that was not recorded.
    package var isAsRecorded: Bool?
    /// The whole description as libvirt gives it.
    package var xml: String

    package init(
        name: String, uuid: String, bridge: String?, hardwareAddress: [UInt8]? = nil, isActive: Bool,
        addresses: [Address], metadata: ClusterMetadata?, startsWithHost: Bool = false,
        defined: NetworkConfiguration? = nil, running: NetworkConfiguration? = nil,
        isAsRecorded: Bool? = nil, xml: String
    ) {
        self.name = name
        self.uuid = uuid
        self.bridge = bridge
        self.hardwareAddress = hardwareAddress
        self.isActive = isActive
        self.addresses = addresses
        self.metadata = metadata
        self.startsWithHost = startsWithHost
        self.defined = defined
        self.running = running
        self.isAsRecorded = isAsRecorded
        self.xml = xml
    }
}

extension NetworkSnapshot.Address {
    /// An `<ip>` of a network's description; it has a prefix, an IPv4 netmask, or neither, which means the whole class.
    init?(_ element: XMLElement) {
        guard let address = element["address"] else { return nil }
        let isIPv6 = element["family"] == "ipv6"
        if let prefix = element["prefix"].flatMap(Int.init) {
            self.init(address: address, prefixLength: prefix)
        } else if let mask = element["netmask"] {
            let bits = mask.split(separator: ".").compactMap { UInt8($0) }.reduce(0) { $0 + $1.nonzeroBitCount }
            self.init(address: address, prefixLength: bits)
        } else {
            self.init(address: address, prefixLength: isIPv6 ? 64 : 24)
        }
    }
}
