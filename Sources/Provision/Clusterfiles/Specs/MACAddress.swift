/// The hardware address of a machine's network card: `52:54:00:ab:cd:ef`.
package struct MACAddress: Hashable, Sendable {
    /// The lower 48 bits.
    private let number: UInt64

    private init(number: UInt64) { self.number = number }

    /// Reads six pairs of hexadecimal digits with colons; nil for anything else.
    init?(_ text: String) {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 6 else { return nil }
        var number: UInt64 = 0
        for part in parts {
            guard part.utf8.count == 2, part.allSatisfy({ $0.isASCII && $0.isHexDigit }),
                let octet = UInt8(part, radix: 16)
            else { return nil }
            number = number << 8 | UInt64(octet)
        }
        self.init(number: number)
    }

    /// The address that a machine's card has on every run, in QEMU's range; `attempt` gives others where two fell on the same.
    init(cluster: ClusterUUID, machine: String, network: String?, attempt: Int) {
        let parts = ["mac", cluster.text, machine, String(attempt)] + (network.map { [$0] } ?? [])
        let bits = UInt64(truncatingIfNeeded: Fingerprint(of: parts.joined(separator: "\0")).value)
        self.init(number: 0x5254_0000_0000 | bits & 0xFF_FFFF)
    }

    /// Whether it is of a group of cards, which one card cannot have.
    var isMulticast: Bool { number >> 40 & 1 == 1 }

    /// The address that many after this one, of the same maker; nil past the end.
    func advanced(by count: Int) -> MACAddress? {
        let low = (number & 0xFF_FFFF) + UInt64(count)
        return low > 0xFF_FFFF ? nil : MACAddress(number: number & ~0xFF_FFFF | low)
    }
}

extension MACAddress: CustomStringConvertible {
    package var description: String {
        (0..<6).reversed().map { index in
            let octet = number >> (8 * UInt64(index)) & 0xFF
            return (octet < 16 ? "0" : "") + String(octet, radix: 16)
        }.joined(separator: ":")
    }
}
