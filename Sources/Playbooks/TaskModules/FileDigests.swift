internal import Crypto
internal import Glibc
internal import JSON

/// SHA-256 of files on the machine; those of large files are remembered by what the kernel says of the file.
final class FileDigests {
    private let path: String
    private var known: JSONObject
    private var isChanged = false

    /// Smaller files are read each time: that costs less than a doubt.
    static let threshold = 128 << 10

    init(statePath: String) {
        path = statePath
        // A cache that cannot be read is empty: it is only ever a shortcut.
        known = (try? JSON(parsing: SystemCalls.read(statePath)))?.object ?? JSONObject()
    }

    /// The digest of a regular file in hexadecimal.
    func digest(_ path: String, _ status: stat) throws -> String {
        guard status.st_size >= Self.threshold else { return Self.digest(try SystemCalls.read(path)) }
        let mark = Self.mark(status)
        if let entry = known[path], entry["mark"]?.string == mark, let digest = entry["digest"]?.string {
            return digest
        }
        let file = try SystemCalls.check("open", path) { open(path, O_RDONLY | O_CLOEXEC) }
        defer { close(file) }
        var hash = SHA256()
        try SystemCalls.readPieces(file, path) { hash.update(bufferPointer: $0) }
        let digest = Self.hexadecimal(hash.finalize())
        remember(path, status, digest)
        return digest
    }

    /// Notes the digest of a file that was just written.
    func remember(_ path: String, digest: String) throws {
        guard let status = try SystemCalls.status(path), status.st_size >= Self.threshold else { return }
        remember(path, status, digest)
    }

    private func remember(_ path: String, _ status: stat, _ digest: String) {
        known[path] = ["mark": .string(Self.mark(status)), "digest": .string(digest)]
        isChanged = true
    }

    /// Writes the cache where it changed.
    func save() throws {
        guard isChanged else { return }
        let replacement = try FileReplacement(path)
        try replacement.write(JSON.object(known).bytes)
        try replacement.commit(try FileAttributes(["mode": "0600"]))
        isChanged = false
    }

    /// Any write to a file, its attributes or its place changes one of these.
    private static func mark(_ status: stat) -> String {
        [
            String(status.st_dev), String(status.st_ino), String(status.st_size),
            "\(status.st_mtim.tv_sec).\(status.st_mtim.tv_nsec)",
            "\(status.st_ctim.tv_sec).\(status.st_ctim.tv_nsec)",
        ].joined(separator: " ")
    }

    static func digest(_ bytes: [UInt8]) -> String { hexadecimal(SHA256.hash(data: bytes)) }

    static func hexadecimal(_ digest: some Sequence<UInt8>) -> String {
        let digits = Array("0123456789abcdef".utf8)
        return String(decoding: digest.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }
}

extension FileDigests {
    /// A file's checksum by the algorithm's name.
    static func checksum(_ path: String, _ algorithm: String) throws -> String {
        func hash<H: HashFunction>(_ hash: H) throws -> String {
            var hash = hash
            let file = try SystemCalls.check("open", path) { open(path, O_RDONLY | O_CLOEXEC) }
            defer { close(file) }
            try SystemCalls.readPieces(file, path) { hash.update(bufferPointer: $0) }
            return hexadecimal(hash.finalize())
        }
        switch algorithm {
        case "sha256": return try hash(SHA256())
        case "sha384": return try hash(SHA384())
        case "sha512": return try hash(SHA512())
        case "md5": return try hash(Insecure.MD5())
        default: return try hash(Insecure.SHA1())
        }
    }

    /// The same of bytes.
    static func checksum(_ bytes: [UInt8], _ algorithm: String) -> String {
        switch algorithm {
        case "sha256": hexadecimal(SHA256.hash(data: bytes))
        case "sha384": hexadecimal(SHA384.hash(data: bytes))
        case "sha512": hexadecimal(SHA512.hash(data: bytes))
        case "md5": hexadecimal(Insecure.MD5.hash(data: bytes))
        default: hexadecimal(Insecure.SHA1.hash(data: bytes))
        }
    }
}
