/// A range of addresses in CIDR notation such as `192.168.56.0/24`; its address has no host bits.
package struct IPv4Network: Hashable, Sendable, Comparable, CustomStringConvertible {
    package let address: IPv4Address
    package let prefixLength: Int

    /// The range of that prefix length (0 to 32) that contains an address.
    package init(containing address: IPv4Address, prefixLength: Int) {
        precondition((0...32).contains(prefixLength), "a prefix length is 0 to 32")
        self.prefixLength = prefixLength
        self.address = IPv4Address(number: address.number & Self.mask(prefixLength))
    }

    /// Reads `192.168.56.0/24`; nil where the text is no network or has host bits.
    package init?(_ text: some StringProtocol) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2, let address = IPv4Address(parts[0]), parts[1].utf8.count <= 2,
            let prefix = UInt8(parts[1]), prefix <= 32
        else { return nil }
        self.init(containing: address, prefixLength: Int(prefix))
        guard self.address == address else { return nil }
    }

    package var description: String { "\(address)/\(prefixLength)" }

    /// How many addresses the range has.
    package var count: Int { 1 << (32 - prefixLength) }
    /// The mask as an address, for example `255.255.255.0`.
    package var netmask: IPv4Address { IPv4Address(number: Self.mask(prefixLength)) }
    /// The last address, to which all listen.
    package var broadcast: IPv4Address { IPv4Address(number: address.number | ~Self.mask(prefixLength)) }
    /// The first usable address, which the host takes on its bridge.
    package var host: IPv4Address { IPv4Address(number: address.number | 1) }

    package func contains(_ other: IPv4Address) -> Bool { other.number & Self.mask(prefixLength) == address.number }

    /// Whether the two share an address; of two networks that do, one contains the other.
    package func overlaps(_ other: IPv4Network) -> Bool { contains(other.address) || other.contains(address) }

    /// The address at an offset from the network's own.
    package func address(at offset: Int) -> IPv4Address {
        precondition((0..<count).contains(offset), "an offset within the range")
        return IPv4Address(number: address.number + UInt32(offset))
    }

    package static func < (left: IPv4Network, right: IPv4Network) -> Bool {
        (left.address, left.prefixLength) < (right.address, right.prefixLength)
    }

    private static func mask(_ prefixLength: Int) -> UInt32 {
        prefixLength == 0 ? 0 : ~UInt32(0) << UInt32(32 - prefixLength)
    }
}
