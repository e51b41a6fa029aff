/// Writes the data types of RFC 4251, section 5.
struct SSHWriter {
    private(set) var bytes: [UInt8]

    init(_ start: [UInt8] = []) { bytes = start }

    mutating func number(_ value: UInt32) {
        bytes += [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: value >> UInt32($0)) }
    }

    mutating func string(_ content: [UInt8]) {
        number(UInt32(content.count))
        bytes += content
    }

    /// Fills up with 1, 2, 3 and so on.
    mutating func pad(toMultipleOf size: Int) {
        var next: UInt8 = 1
        while !bytes.count.isMultiple(of: size) {
            bytes.append(next)
            next += 1
        }
    }
}

/// Reads what `SSHWriter` writes; nil where the bytes end too early.
struct SSHReader {
    private var rest: ArraySlice<UInt8>

    init(_ bytes: [UInt8]) { rest = bytes[...] }

    mutating func take(_ count: Int) -> [UInt8]? {
        guard count <= rest.count else { return nil }
        defer { rest = rest.dropFirst(count) }
        return Array(rest.prefix(count))
    }

    mutating func number() -> UInt32? {
        take(4).map { $0.reduce(UInt32(0)) { $0 << 8 | UInt32($1) } }
    }

    mutating func string() -> [UInt8]? {
        number().flatMap { take(Int($0)) }
    }
}
