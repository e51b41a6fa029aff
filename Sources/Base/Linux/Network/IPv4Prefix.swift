/// A range of IPv4 addresses in CIDR form; the address part holds no host bits.
package struct IPv4Prefix: Hashable, Sendable, Comparable, CustomStringConvertible {
    package let network: IPv4Address
    /// 0 to 32.
    package let length: Int

    /// The range that holds an address.
    package init(containing address: IPv4Address, length: Int) {
        precondition((0...32).contains(length))
        self.network = IPv4Address(number: address.number & IPv4Prefix.mask(length))
        self.length = length
    }

    /// Reads `10.244.0.0/16`; host bits are an error.
    package init?(_ text: some StringProtocol) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2, let address = IPv4Address(parts[0]), let length = Int(parts[1]),
            (0...32).contains(length), address.number & ~IPv4Prefix.mask(length) == 0
        else { return nil }
        self.init(containing: address, length: length)
    }

    package var description: String { "\(network)/\(length)" }

    /// How many addresses the range has.
    package var count: Int { 1 << (32 - length) }

    package func contains(_ address: IPv4Address) -> Bool {
        address.number & IPv4Prefix.mask(length) == network.number
    }

    package func overlaps(_ other: IPv4Prefix) -> Bool {
        contains(other.network) || other.contains(network)
    }

    /// The address at an offset from the network's own.
    package func address(at offset: Int) -> IPv4Address {
        precondition((0..<count).contains(offset))
        return IPv4Address(number: network.number + UInt32(offset))
    }

    package static func < (left: IPv4Prefix, right: IPv4Prefix) -> Bool {
        (left.network, left.length) < (right.network, right.length)
    }

    private static func mask(_ length: Int) -> UInt32 { length == 0 ? 0 : ~0 << (32 - UInt32(length)) }
}
