/// One 512-byte header block.
struct TarHeader {
    let type: Character
    let size: Int
    private let block: [UInt8]

    /// nil where the checksum or a number is wrong.
    init?(_ bytes: ArraySlice<UInt8>) {
        let block = Array(bytes)
        guard block.count == 512, let checksum = TarHeader.number(block[148..<156]),
            let size = TarHeader.number(block[124..<136]),
            size >= 0
        else { return nil }
        let sum = block.indices.reduce(0) { $0 + ((148..<156).contains($1) ? 32 : Int(block[$1])) }
        guard sum == checksum else { return nil }
        self.block = block
        type = block[156] == 0 ? "0" : Character(UnicodeScalar(block[156]))
        // Links and folders have no content, whatever the field says.
        self.size = "123456".contains(type) ? 0 : size
    }

    /// The entry as this header alone describes it; nil for a type that is none.
    var entry: TarEntry? {
        let kinds: [Character: TarEntry.Kind] = [
            "0": .file, "7": .file, "1": .hardLink, "2": .symbolicLink, "3": .characterDevice, "4": .blockDevice,
            "5": .folder, "6": .pipe,
        ]
        guard var kind = kinds[type] else { return nil }
        var path = text(0..<100)
        if text(257..<262) == "ustar", block[262] == 0 {
            let prefix = text(345..<500)
            if !prefix.isEmpty { path = prefix + "/" + path }
        }
        // From before there was a type for folders.
        if kind == .file, path.hasSuffix("/") { kind = .folder }
        return TarEntry(
            path: path, kind: kind, mode: UInt32(truncatingIfNeeded: number(100..<108)),
            user: UInt32(truncatingIfNeeded: number(108..<116)), group: UInt32(truncatingIfNeeded: number(116..<124)),
            size: size, modifiedAt: Int64(number(136..<148)), linkTarget: text(157..<257),
            deviceMajor: UInt32(truncatingIfNeeded: number(329..<337)),
            deviceMinor: UInt32(truncatingIfNeeded: number(337..<345)), extendedAttributes: [:])
    }

    private func text(_ range: Range<Int>) -> String {
        String(decoding: block[range].prefix { $0 != 0 }, as: UTF8.self)
    }

    private func number(_ range: Range<Int>) -> Int { TarHeader.number(block[range]) ?? 0 }

    /// Octal digits, or with the top bit set a big-endian two's complement number (GNU tar).
    private static func number(_ field: ArraySlice<UInt8>) -> Int? {
        guard let first = field.first else { return nil }
        if first & 0x80 != 0 {
            let start = first & 0x40 != 0 ? -1 : Int(first & 0x3f)
            var value = start
            for byte in field.dropFirst() {
                guard value.magnitude < 1 << 54 else { return nil }
                value = value << 8 | Int(byte)
            }
            return value
        }
        var value = 0
        for byte in field.drop(while: { $0 == 32 }) {
            if byte == 0 || byte == 32 { break }
            guard (48...55).contains(byte), value < 1 << 59 else { return nil }
            value = value << 3 | Int(byte - 48)
        }
        return value
    }
}

/// What extension headers say about the entry after them.
struct TarOverrides {
    var path: String?
    var linkTarget: String?
    private var size: Int?
    private var user: UInt32?
    private var group: UInt32?
    private var modifiedAt: Int64?
    private var extendedAttributes: [String: [UInt8]] = [:]

    /// Reads records of the form `LENGTH KEY=VALUE\n`; the length counts the whole record.
    mutating func readPax(_ bytes: [UInt8], _ malformed: (String) -> ImageError) throws(ImageError) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let digits = rest.prefix { (48...57).contains($0) }
            guard let length = Int(String(decoding: digits, as: UTF8.self)), length > digits.count + 1,
                length <= rest.count, rest[digits.endIndex] == 32
            else { throw malformed("a pax header is damaged") }
            let record = rest[rest.startIndex + digits.count + 1..<rest.startIndex + length - 1]
            guard let equals = record.firstIndex(of: 61) else { throw malformed("a pax header is damaged") }
            set(String(decoding: record[..<equals], as: UTF8.self), Array(record[(equals + 1)...]))
            rest = rest[(rest.startIndex + length)...]
        }
    }

    private mutating func set(_ key: String, _ value: [UInt8]) {
        let text = String(decoding: value, as: UTF8.self)
        switch key {
        case "path": path = text
        case "linkpath": linkTarget = text
        case "size": size = Int(text)
        case "uid": user = UInt32(text)
        case "gid": group = UInt32(text)
        case "mtime": modifiedAt = Int64(text.prefix { $0 != "." })
        case _ where key.hasPrefix("SCHILY.xattr."):
            extendedAttributes[String(key.dropFirst("SCHILY.xattr.".count))] = value
        default: break
        }
    }

    func apply(to entry: inout TarEntry) {
        if let path { entry.path = path }
        if let linkTarget { entry.linkTarget = linkTarget }
        if let size, entry.kind == .file { entry.size = size }
        if let user { entry.user = user }
        if let group { entry.group = group }
        if let modifiedAt { entry.modifiedAt = modifiedAt }
        entry.extendedAttributes = extendedAttributes
    }
}
