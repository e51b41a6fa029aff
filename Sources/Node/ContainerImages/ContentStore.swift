import Crypto
import Glibc
import Linux

/// Content by its digest, each in a file that is there whole and verified, or not at all.
struct ContentStore {
    let folder: String

    func path(of digest: String) -> String { folder + "/" + digest.dropFirst("sha256:".count) }

    func has(_ digest: String) -> Bool { FileSystem.exists(path(of: digest)) }

    /// Content that is known to be small, such as a document.
    func read(_ digest: String, for owner: String) throws -> [UInt8] {
        guard has(digest) else { throw ImageError.missingBlob(digest: digest, of: owner) }
        return try FileSystem.read(path(of: digest))
    }

    /// Keeps what a closure delivers piece by piece, up to an empty one, if it has the digest it is said to have.
    func write(_ digest: String, _ next: () throws -> [UInt8]) throws {
        let temporary = "\(folder)/.incoming.\(getpid()).\(UInt32.random(in: 0 ... .max))"
        do {
            var hash = SHA256()
            let file = try Descriptor(opening: temporary, O_WRONLY | O_CREAT | O_EXCL, mode: 0o644)
            while true {
                let piece = try next()
                if piece.isEmpty { break }
                piece.withUnsafeBytes { hash.update(bufferPointer: $0) }
                try file.write(piece, subject: temporary)
            }
            let found = digestText(hash.finalize())
            guard found == digest else { throw ImageError.digestMismatch(expected: digest, found: found) }
            if fsync(file.raw) < 0 { throw LinuxError.last("fsync", temporary) }
            try FileSystem.rename(temporary, to: path(of: digest))
        } catch {
            unlink(temporary)
            throw error
        }
    }
}
