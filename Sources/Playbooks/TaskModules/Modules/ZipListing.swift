internal import Glibc
internal import JSON

/// What `zipinfo` and `unzip` tell of a zip file, and how it compares with a folder.
struct ZipListing {
    struct Entry: Hashable {
        var path: String
        var kind: Character
        /// Nil where the file was made on a system without Unix's permissions.
        var permissions: Int?
        var size: Int
        var seconds: time_t
        var checksum: UInt32
    }

    let entries: [Entry]
    private let archive: Archive

    init(_ archive: Archive) throws {
        self.archive = archive
        let context = archive.context
        let selection = archive.includes + (archive.excludes.isEmpty ? [] : ["-x"] + archive.excludes)
        let listed = try context.run(["unzip", "-Z", "-T", "-s", archive.path] + selection)
        // 11: no file matched the selection.
        guard listed.status == 0 || listed.status == 11 else {
            throw TaskFailure.said("Failed to find handler for \"\(archive.path)\": \(listed.errorText)")
        }
        let detailed = try context.run(["unzip", "-v", archive.path]).outputText
        var checksums: [String: UInt32] = [:]
        for line in detailed.lineTexts {
            let fields = line.split(separator: " ", maxSplits: 7).map(String.init)
            // Two spaces stand before the name.
            guard fields.count == 8, let sum = UInt32(fields[6], radix: 16) else { continue }
            checksums[String(fields[7].dropFirst())] = sum
        }
        entries = listed.outputText.lineTexts.compactMap { line in
            let fields = line.split(separator: " ", maxSplits: 7).map(String.init)
            guard fields.count == 8, [7, 10].contains(fields[0].count), fields[6].utf8.count == 15,
                let kind = fields[0].first, "dl-?".contains(kind), let size = Int(fields[3])
            else { return nil }
            return Entry(
                path: fields[7], kind: fields[7].hasSuffix("/") ? "d" : kind, permissions: Self.bits(fields[0]),
                size: size, seconds: Self.seconds(fields[6]), checksum: checksums[fields[7]] ?? 0)
        }
    }

    /// `-rwxr-xr-x` as bits; nil for the shorter form of FAT.
    private static func bits(_ text: String) -> Int? {
        guard text.count == 10 else { return nil }
        var bits = 0
        for (index, letter) in text.dropFirst().enumerated() {
            let bit = 0o400 >> index
            if "rwxst".contains(letter) { bits |= bit }
            if "sS".contains(letter) { bits |= index == 2 ? 0o4000 : 0o2000 }
            if "tT".contains(letter) { bits |= 0o1000 }
        }
        return bits
    }

    /// `20240131.235959` in local time.
    private static func seconds(_ text: String) -> time_t {
        func part(_ range: Range<Int>) -> Int32 { Int32(String(Array(text)[range])) ?? 0 }
        var parts = tm()
        (parts.tm_year, parts.tm_mon, parts.tm_mday) = (part(0..<4) - 1900, part(4..<6) - 1, part(6..<8))
        (parts.tm_hour, parts.tm_min, parts.tm_sec) = (part(9..<11), part(11..<13), part(13..<15))
        parts.tm_isdst = -1
        return mktime(&parts)
    }

    /// A line for each file that is missing or other than in the archive.
    func difference(_ attributes: FileAttributes) throws -> String {
        var lines = ""
        for entry in entries {
            let path = archive.destination + "/" + entry.path
            guard let status = try SystemCalls.linkStatus(path.hasSuffix("/") ? String(path.dropLast()) : path) else {
                lines += ">\(entry.kind)++++++.?? \(entry.path)\n"
                continue
            }
            if try differs(entry, path, status, attributes) { lines += "c \(entry.path)\n" }
        }
        return lines
    }

    private func differs(_ entry: Entry, _ path: String, _ status: stat, _ attributes: FileAttributes) throws -> Bool {
        let kind: mode_t = entry.kind == "d" ? S_IFDIR : entry.kind == "l" ? S_IFLNK : S_IFREG
        guard status.kind == kind else { return true }
        if kind == S_IFREG {
            if archive.context.flag("keep_newer"), entry.seconds < status.st_mtim.tv_sec { return false }
            guard entry.seconds == status.st_mtim.tv_sec, entry.size == Int(status.st_size),
                try Self.checksum(path) == entry.checksum
            else { return true }
        }
        if kind != S_IFLNK {
            let wanted =
                attributes.mode?.bits(of: status.permissions, isDirectory: kind == S_IFDIR)
                ?? entry.permissions ?? (kind == S_IFDIR ? 0o755 : 0o644)
            if wanted != status.permissions { return true }
        }
        return (attributes.owner ?? geteuid()) != status.st_uid || (attributes.group ?? getegid()) != status.st_gid
    }

    private static let table: [UInt32] = (0..<256).map { byte in
        (0..<8).reduce(UInt32(byte)) { value, _ in value & 1 == 1 ? 0xEDB8_8320 ^ (value >> 1) : value >> 1 }
    }

    /// CRC-32 of a file, as zip files keep it.
    static func checksum(_ path: String) throws -> UInt32 {
        let file = try SystemCalls.check("open", path) { open(path, O_RDONLY | O_CLOEXEC) }
        defer { close(file) }
        var value = UInt32.max
        try SystemCalls.readPieces(file, path) { piece in
            for byte in piece { value = table[Int((value ^ UInt32(byte)) & 0xFF)] ^ (value >> 8) }
        }
        return ~value
    }
}
