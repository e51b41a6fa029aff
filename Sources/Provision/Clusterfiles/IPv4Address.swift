/// An IPv4 address such as `192.168.56.11`.
package struct IPv4Address: Hashable, Sendable {
    /// The address as one number, the first octet the most significant.
    package var number: UInt32

    package init(number: UInt32) { self.number = number }

    /// Reads four decimal octets without leading zeros; nil for anything else.
    package init?(_ text: some StringProtocol) {
        let octets = text.split(separator: ".", omittingEmptySubsequences: false)
        guard octets.count == 4 else { return nil }
        var number: UInt32 = 0
        for octet in octets {
            guard octet.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let value = UInt8(octet),
                octet.utf8.count == String(value).utf8.count
            else { return nil }
            number = number << 8 | UInt32(value)
        }
        self.number = number
    }

    /// The address that many after this one, or nil past the end of all addresses.
    package func advanced(by count: Int) -> IPv4Address? {
        UInt32(exactly: Int(number) + count).map(IPv4Address.init(number:))
    }
}

extension IPv4Address: CustomStringConvertible {
    package var description: String {
        [24, 16, 8, 0].map { String(number >> UInt32($0) & 0xFF) }.joined(separator: ".")
    }
}

extension IPv4Address: Comparable {
    package static func < (left: IPv4Address, right: IPv4Address) -> Bool { left.number < right.number }
}
