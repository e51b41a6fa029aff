/// An amount of memory or disk in bytes, written with a binary unit: `3GiB`, `512MiB`.
package struct ByteCount: Hashable, Sendable {
    package var bytes: Int

    package init(bytes: Int) { self.bytes = bytes }

    package static func mebibytes(_ count: Int) -> ByteCount { ByteCount(bytes: count << 20) }
    package static func gibibytes(_ count: Int) -> ByteCount { ByteCount(bytes: count << 30) }

    /// Whole mebibytes, rounded down.
    package var mebibytes: Int { bytes >> 20 }
}

extension ByteCount {
    private static let units = [("TiB", 40), ("GiB", 30), ("MiB", 20), ("KiB", 10)]

    /// Reads `3GiB`, `1.5 GiB`, `512MiB`; nil where the text is no whole number of MiB or has another unit.
    package init?(_ text: String) {
        guard let (unit, shift) = Self.units.first(where: { text.hasSuffix($0.0) }), unit != "KiB" else { return nil }
        let digits = String(text.dropLast(unit.count)).trimmingSpaces
        guard digits.utf8.allSatisfy({ (0x30...0x39).contains($0) || $0 == 0x2E }), let count = Double(digits),
            let bytes = Int(exactly: count * Double(1 << shift)), bytes < 1 << 53, bytes % (1 << 20) == 0
        else { return nil }
        self.bytes = bytes
    }
}

extension ByteCount: CustomStringConvertible {
    /// The largest unit that gives a whole number: `3GiB`, `1536MiB`.
    package var description: String {
        guard bytes > 0, let (unit, shift) = Self.units.first(where: { bytes % (1 << $0.1) == 0 }) else {
            return "\(bytes)B"
        }
        return "\(bytes >> shift)\(unit)"
    }
}

extension ByteCount: Comparable {
    package static func < (left: ByteCount, right: ByteCount) -> Bool { left.bytes < right.bytes }
}

extension String {
    /// This text without the spaces at its end.
    fileprivate var trimmingSpaces: String {
        var rest = self[...]
        while rest.last == " " { rest.removeLast() }
        return String(rest)
    }
}
