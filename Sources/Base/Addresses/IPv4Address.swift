/// An IPv4 address; the order is numeric.
package struct IPv4Address: Hashable, Sendable, Comparable, CustomStringConvertible {
    /// In host byte order: 10.0.0.1 is 0x0a000001.
    package var number: UInt32

    package init(number: UInt32) {
        self.number = number
    }

    /// Reads four decimal octets without leading zeros.
    package init?(_ text: some StringProtocol) {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 4 else { return nil }
        var number: UInt32 = 0
        for part in parts {
            guard let octet = UInt8(part), part.utf8.allSatisfy({ (48...57).contains($0) }),
                part == "0" || !part.hasPrefix("0")
            else { return nil }
            number = number << 8 | UInt32(octet)
        }
        self.number = number
    }

    package var description: String {
        "\(number >> 24).\(number >> 16 & 255).\(number >> 8 & 255).\(number & 255)"
    }

    /// In network byte order.
    package var bytes: [UInt8] {
        [UInt8(number >> 24), UInt8(number >> 16 & 255), UInt8(number >> 8 & 255), UInt8(number & 255)]
    }

    /// The address that many after this one, or nil past the end of all addresses.
    package func advanced(by count: Int) -> IPv4Address? {
        UInt32(exactly: Int(number) + count).map(IPv4Address.init(number:))
    }

    package static func < (left: IPv4Address, right: IPv4Address) -> Bool { left.number < right.number }
}
