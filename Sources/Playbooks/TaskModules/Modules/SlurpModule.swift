internal import Glibc
internal import JSON

/// `slurp`: a file's content, in base 64.
enum SlurpModule {
    static func propose(_ context: ModuleContext) throws -> Proposal {
        let path = try context.requiredPath("src")
        guard let status = try SystemCalls.status(path) else { throw TaskFailure.said("file not found: \(path)") }
        guard status.kind != S_IFDIR else {
            throw TaskFailure.said("source is a directory and must be a file: \(path)")
        }
        return Proposal([
            "content": .string(Base64.encode(try SystemCalls.read(path))), "source": .string(path),
            "encoding": "base64",
        ])
    }
}

/// Base 64 (RFC 4648).
enum Base64 {
    private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

    static func encode(_ bytes: some Collection<UInt8>) -> String {
        var text: [UInt8] = []
        text.reserveCapacity((bytes.count + 2) / 3 * 4)
        var rest = Array(bytes)[...]
        while !rest.isEmpty {
            let group = Array(rest.prefix(3))
            rest = rest.dropFirst(3)
            let bits = group.reduce(0) { $0 << 8 | Int($1) } << (8 * (3 - group.count))
            for place in 0..<4 {
                text.append(place > group.count ? UInt8(ascii: "=") : alphabet[bits >> (18 - 6 * place) & 63])
            }
        }
        return String(decoding: text, as: UTF8.self)
    }

    /// Nil for what is no base 64; white space is passed over.
    static func decode(_ text: some StringProtocol) -> [UInt8]? {
        var (bytes, bits, count) = ([UInt8](), 0, 0)
        for byte in text.utf8 where byte != UInt8(ascii: "=") && byte > 0x20 {
            guard let value = alphabet.firstIndex(of: byte) else { return nil }
            bits = (bits << 6 | value) & 0xFFFFFF
            count += 6
            if count >= 8 {
                count -= 8
                bytes.append(UInt8(truncatingIfNeeded: bits >> count))
            }
        }
        return bytes
    }
}
