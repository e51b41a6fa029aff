import Crypto
import FoundationEssentials

/// One file of an image, with what its manifest says of it.
package struct ImageFile: Hashable, Sendable {
    package var path: String
    /// 64 lower-case hexadecimal digits.
    package var sha256: String
    package var bytes: Int

    package init(path: String, sha256: String, bytes: Int) {
        self.path = path
        self.sha256 = sha256
        self.bytes = bytes
    }

    /// Compares the file with its checksum, reading it once.
    package func verify() throws(ImageError) {
        let found = try Self.digest(ofFile: path)
        guard found == sha256 else { throw ImageError.damaged(file: path, expected: sha256, found: found) }
    }

    /// The SHA-256 of a file's content.
    package static func digest(ofFile path: String) throws(ImageError) -> String {
        do {
            let data = try Data(contentsOf: URL(filePath: path), options: .mappedIfSafe)
            return SHA256.hash(data: data).map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
        } catch {
            throw ImageError.unreadable(path: path, reason: "\(error)")
        }
    }
}
