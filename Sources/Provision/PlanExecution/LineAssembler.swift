/// Cuts a stream of bytes into whole lines.
package struct LineAssembler: Hashable, Sendable {
    private var rest: [UInt8] = []
    /// A line that does not end is handed out in pieces of this size.
    private let maximumBytes: Int

    package init(maximumBytes: Int = 65_536) { self.maximumBytes = maximumBytes }

    /// Takes bytes and gives the lines that are whole now, without their ends.
    package mutating func take(_ bytes: some Sequence<UInt8>) -> [[UInt8]] {
        var lines: [[UInt8]] = []
        for byte in bytes {
            if byte == 0x0A {
                lines.append(rest)
                rest = []
            } else {
                rest.append(byte)
                if rest.count >= maximumBytes { lines += finish() }
            }
        }
        return lines
    }

    /// The last line, where it had no end.
    package mutating func finish() -> [[UInt8]] {
        defer { rest = [] }
        return rest.isEmpty ? [] : [rest]
    }
}
