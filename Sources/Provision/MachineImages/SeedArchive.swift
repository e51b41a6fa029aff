/// The raw contents of a machine's seed disk: a ustar archive (POSIX.1-1988) that the image's initrd lays over the root.
///
/// The archive is deterministic: entries keep their order and carry no times.
package struct SeedArchive: Sendable {
    /// The archive's bytes, a whole number of 512-byte blocks, padded so that a disk of this size can be made of it.
    package private(set) var bytes: [UInt8] = []

    private static let blockSize = 512

    /// Archives entries in their order; a folder must come before what lies in it.
    package init(_ entries: [SeedEntry]) {
        for entry in entries { append(entry) }
        bytes.append(contentsOf: repeatElement(0, count: 2 * Self.blockSize))
        let remainder = bytes.count % FirstBoot.diskStep
        if remainder > 0 { bytes.append(contentsOf: repeatElement(0, count: FirstBoot.diskStep - remainder)) }
    }

    private mutating func append(_ entry: SeedEntry) {
        let content: [UInt8]
        let type: UInt8
        switch entry.content {
        case .folder: (content, type) = ([], UInt8(ascii: "5"))
        case .file(let data): (content, type) = (data, UInt8(ascii: "0"))
        }
        var header = [UInt8](repeating: 0, count: Self.blockSize)
        let path = entry.path.utf8
        // Every path is one of the project's own, see FirstBoot.
        precondition(path.count <= 100, "a seed path is at most 100 bytes long")
        header.replaceSubrange(0..<path.count, with: path)
        Self.write(octal: Int(entry.mode), digits: 7, at: 100, into: &header)
        Self.write(octal: entry.owner.user, digits: 7, at: 108, into: &header)
        Self.write(octal: entry.owner.group, digits: 7, at: 116, into: &header)
        Self.write(octal: content.count, digits: 11, at: 124, into: &header)
        Self.write(octal: 0, digits: 11, at: 136, into: &header)
        header.replaceSubrange(148..<156, with: repeatElement(0x20, count: 8))
        header[156] = type
        header.replaceSubrange(257..<265, with: "ustar\u{0}00".utf8)
        Self.write(octal: header.reduce(0) { $0 + Int($1) }, digits: 6, at: 148, into: &header)
        header[154] = 0
        bytes += header
        bytes += content
        let remainder = content.count % Self.blockSize
        if remainder > 0 { bytes.append(contentsOf: repeatElement(0, count: Self.blockSize - remainder)) }
    }

    private static func write(octal value: Int, digits: Int, at offset: Int, into header: inout [UInt8]) {
        let text = String(value, radix: 8)
        let padded = String(repeating: "0", count: max(0, digits - text.utf8.count)) + text
        header.replaceSubrange(offset..<offset + digits, with: padded.utf8)
    }
}

/// One file or folder of a seed.
package struct SeedEntry: Hashable, Sendable {
    /// Who owns an entry in the machine, by number: the host's names mean nothing there.
    package struct Owner: Hashable, Sendable {
        package var user: Int
        package var group: Int

        package static let root = Owner(user: 0, group: 0)
        /// The machine's ordinary user, the first one of Debian's range.
        package static let ordinaryUser = Owner(user: 1000, group: 1000)
    }

    package enum Content: Hashable, Sendable {
        case folder
        case file([UInt8])
    }

    /// The path below the root, without a leading slash.
    package var path: String
    package var mode: UInt16
    package var owner: Owner
    package var content: Content

    package static func folder(_ path: String, mode: UInt16 = 0o755, owner: Owner = .root) -> SeedEntry {
        SeedEntry(path: path, mode: mode, owner: owner, content: .folder)
    }

    package static func file(_ path: String, _ text: String, mode: UInt16 = 0o644, owner: Owner = .root) -> SeedEntry {
        SeedEntry(path: path, mode: mode, owner: owner, content: .file(Array(text.utf8)))
    }
}
