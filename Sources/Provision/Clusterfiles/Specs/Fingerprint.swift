/// A stable 128-bit digest of bytes: FNV-1a (draft-eastlake-fnv), mixed once more so that every bit depends on all input.
///
/// It tells specs apart and makes names; it is no protection against someone who looks for collisions.
struct Fingerprint: Hashable, Sendable {
    let value: UInt128

    init(of bytes: some Sequence<UInt8>) {
        var hash: UInt128 = 0x6c62_272e_07bb_0142_62b8_2175_6295_c58d
        for byte in bytes {
            hash ^= UInt128(byte)
            hash = hash &* 0x0000_0000_0100_0000_0000_0000_0000_013b
        }
        let high = Self.mix(UInt64(truncatingIfNeeded: hash >> 64) ^ Self.mix(UInt64(truncatingIfNeeded: hash)))
        let low = Self.mix(UInt64(truncatingIfNeeded: hash) &+ high)
        value = UInt128(high) << 64 | UInt128(low)
    }

    init(of texts: String...) {
        self.init(of: texts.joined(separator: "\0").utf8)
    }

    /// The first 64 bits as 16 hexadecimal digits.
    var shortText: String { Self.hexadecimal(UInt64(truncatingIfNeeded: value >> 64)) }

    /// As a UUID of version 8 (RFC 9562, section 5.8).
    var uuidText: String {
        var bits = value & ~(0xF000 << 64) | 0x8000 << 64
        bits = bits & ~(0xC000_0000_0000_0000) | 0x8000_0000_0000_0000
        let digits =
            Self.hexadecimal(UInt64(truncatingIfNeeded: bits >> 64))
            + Self.hexadecimal(UInt64(truncatingIfNeeded: bits))
        var groups: [Substring] = []
        var rest = digits[...]
        for length in [8, 4, 4, 4, 12] {
            groups.append(rest.prefix(length))
            rest = rest.dropFirst(length)
        }
        return groups.joined(separator: "-")
    }

    /// The finalizer of SplitMix64.
    private static func mix(_ input: UInt64) -> UInt64 {
        var bits = input
        bits = (bits ^ (bits >> 30)) &* 0xbf58_476d_1ce4_e5b9
        bits = (bits ^ (bits >> 27)) &* 0x94d0_49bb_1331_11eb
        return bits ^ (bits >> 31)
    }

    private static func hexadecimal(_ number: UInt64) -> String {
        let digits = String(number, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }
}
