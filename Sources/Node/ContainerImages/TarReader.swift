/// Reads a tar archive from a stream: ustar, GNU long names, pax headers, base-256 numbers (pax(1), GNU tar's manual).
struct TarReader {
    private let source: any ByteSource
    private let name: String
    private var buffer: [UInt8] = []
    private var offset = 0
    /// Content and padding of the present entry that were not read yet.
    private var remaining = 0
    private var padding = 0

    /// The name is the one in errors.
    init(_ source: any ByteSource, name: String) {
        self.source = source
        self.name = name
    }

    /// Skips what is left of the former entry and reads the next one; nil at the archive's end.
    mutating func next() throws -> TarEntry? {
        var pending = TarOverrides()
        while true {
            try skip(remaining + padding)
            remaining = 0
            padding = 0
            guard let block = try header() else { return nil }
            guard let header = TarHeader(block) else { throw malformed("a header is damaged") }
            remaining = header.size
            padding = (512 - header.size % 512) % 512
            switch header.type {
            case "x": try pending.readPax(try content(of: header), malformed)
            case "g": break
            case "L": pending.path = text(try content(of: header))
            case "K": pending.linkTarget = text(try content(of: header))
            default:
                guard var entry = header.entry else {
                    throw malformed("an entry of type '\(header.type)' is not supported")
                }
                pending.apply(to: &entry)
                remaining = entry.kind == .file ? entry.size : header.size
                padding = (512 - remaining % 512) % 512
                return entry
            }
        }
    }

    /// The next piece of the present entry's content; empty at its end.
    mutating func nextPiece() throws -> ArraySlice<UInt8> {
        guard remaining > 0 else { return [] }
        try fill()
        let count = min(remaining, buffer.count - offset)
        defer {
            offset += count
            remaining -= count
        }
        return buffer[offset..<offset + count]
    }

    /// The whole content of the present entry, for small ones.
    mutating func wholeContent(limit: Int) throws -> [UInt8] {
        guard remaining <= limit else { throw malformed("an entry is larger than \(limit) bytes") }
        var content: [UInt8] = []
        while remaining > 0 { content += try nextPiece() }
        return content
    }

    private mutating func content(of header: TarHeader) throws -> [UInt8] {
        try wholeContent(limit: 1 << 20)
    }

    private mutating func header() throws -> ArraySlice<UInt8>? {
        guard let block = try block() else { return nil }
        // Two blocks of zeros end an archive; one is enough to know.
        return block.allSatisfy { $0 == 0 } ? nil : block
    }

    private mutating func block() throws -> ArraySlice<UInt8>? {
        while buffer.count - offset < 512 {
            let piece = try source.next()
            if piece.isEmpty {
                if buffer.count == offset { return nil }
                throw malformed("it ends early")
            }
            buffer = buffer[offset...] + piece
            offset = 0
        }
        defer { offset += 512 }
        return buffer[offset..<offset + 512]
    }

    private mutating func fill() throws {
        if offset < buffer.count { return }
        buffer = try source.next()
        offset = 0
        if buffer.isEmpty { throw malformed("it ends early") }
    }

    private mutating func skip(_ count: Int) throws {
        var left = count
        while left > 0 {
            try fill()
            let step = min(left, buffer.count - offset)
            offset += step
            left -= step
        }
    }

    private func text(_ bytes: [UInt8]) -> String { String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self) }

    private func malformed(_ reason: String) -> ImageError { .malformedArchive(path: name, reason: reason) }
}
