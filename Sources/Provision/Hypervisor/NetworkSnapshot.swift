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
    package var isActive: Bool
    /// IPv4 and IPv6 as defined; an IPv4 netmask counts as its prefix.
    package var addresses: [Address]
    /// Whose it is; nil where it is none of ours.
    package var metadata: ClusterMetadata?
    /// The whole description as libvirt gives it.
    package var xml: String

    package init(
        name: String, uuid: String, bridge: String?, isActive: Bool, addresses: [Address], metadata: ClusterMetadata?,
        xml: String
    ) {
        self.name = name
        self.uuid = uuid
        self.bridge = bridge
        self.isActive = isActive
        self.addresses = addresses
        self.metadata = metadata
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
