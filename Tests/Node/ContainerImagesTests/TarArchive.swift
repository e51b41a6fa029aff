/// Writes tar archives for tests, header by header.
struct TarArchive {
    private(set) var bytes: [UInt8] = []

    mutating func add(
        _ path: String, type: Character = "0", content: [UInt8] = [], mode: Int = 0o644, link: String = "",
        user: Int = 0,
        size: [UInt8]? = nil, prefix: String = ""
    ) {
        var header = [UInt8](repeating: 0, count: 512)
        func put(_ offset: Int, _ text: some Sequence<UInt8>) {
            for (index, byte) in text.enumerated() { header[offset + index] = byte }
        }
        func octal(_ offset: Int, _ width: Int, _ value: Int) {
            let digits = String(value, radix: 8)
            put(offset, (String(repeating: "0", count: width - 1 - digits.count) + digits).utf8)
        }
        put(0, path.utf8.prefix(100))
        octal(100, 8, mode)
        octal(108, 8, user)
        octal(116, 8, user)
        octal(124, 12, content.count)
        if let size { put(124, size) }
        octal(136, 12, 1_700_000_000)
        put(148, "        ".utf8)
        header[156] = type.asciiValue ?? 48
        put(157, link.utf8.prefix(100))
        put(257, "ustar\0".utf8)
        put(263, "00".utf8)
        put(345, prefix.utf8)
        octal(148, 7, header.reduce(0) { $0 + Int($1) })
        bytes += header + content + [UInt8](repeating: 0, count: (512 - content.count % 512) % 512)
    }

    /// A pax header for the entry that is added next.
    mutating func addPax(_ records: [(String, String)]) {
        var body = ""
        for (key, value) in records {
            let rest = " \(key)=\(value)\n"
            var length = rest.utf8.count + 1
            while "\(length)".utf8.count + rest.utf8.count != length {
                length = "\(length)".utf8.count + rest.utf8.count
            }
            body += "\(length)" + rest
        }
        add("pax", type: "x", content: Array(body.utf8))
    }

    /// With the two blocks of zeros that end an archive.
    var closed: [UInt8] { bytes + [UInt8](repeating: 0, count: 1024) }
}
