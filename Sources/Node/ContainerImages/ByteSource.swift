import Crypto
import Linux

/// Bytes in pieces, from first to last.
protocol ByteSource: AnyObject {
    /// The next piece; empty at the end, and only there.
    func next() throws -> [UInt8]
}

/// A file's bytes.
final class FileBytes: ByteSource {
    private let descriptor: Descriptor
    private let path: String

    init(_ path: String) throws(LinuxError) {
        self.path = path
        descriptor = try Descriptor(opening: path, 0)
    }

    func next() throws -> [UInt8] { try descriptor.read(upTo: 128 << 10, subject: path) }
}

/// Another source's bytes, digested while they pass.
final class DigestingBytes: ByteSource {
    private let source: any ByteSource
    private var hash = SHA256()

    init(_ source: any ByteSource) {
        self.source = source
    }

    func next() throws -> [UInt8] {
        let piece = try source.next()
        piece.withUnsafeBytes { hash.update(bufferPointer: $0) }
        return piece
    }

    /// Reads what is left, and answers the digest of everything.
    func digest() throws -> String {
        while try !next().isEmpty {}
        return digestText(hash.finalize())
    }
}

/// A digest in OCI's form: `sha256:` and 64 hexadecimal digits.
func digestText(_ digest: SHA256.Digest) -> String {
    let digits = Array("0123456789abcdef".utf8)
    return String(
        decoding: digest.reduce(into: Array("sha256:".utf8)) { $0 += [digits[Int($1 >> 4)], digits[Int($1 & 15)]] },
        as: UTF8.self)
}
