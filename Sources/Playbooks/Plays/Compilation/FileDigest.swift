internal import Crypto
internal import FoundationEssentials
internal import Glibc
internal import Synchronization

/// The SHA-256 of files of this host, each read once as long as it stays as it is: programs of tens of megabytes are asked about
/// by several parts of one run.
package enum FileDigest {
    /// What changes when a file does.
    private struct Identity: Hashable {
        var device: UInt
        var node: UInt
        var bytes: Int
        var seconds: Int
        var nanoseconds: Int

        init?(_ path: String) {
            var status = stat()
            guard stat(path, &status) == 0 else { return nil }
            (device, node, bytes) = (status.st_dev, status.st_ino, status.st_size)
            (seconds, nanoseconds) = (status.st_mtim.tv_sec, status.st_mtim.tv_nsec)
        }
    }

    private static let known = Mutex<[Identity: String]>([:])

    /// 64 hexadecimal digits.
    package static func sha256(ofFile path: String) throws -> String {
        let identity = Identity(path)
        if let identity, let digest = known.withLock({ $0[identity] }) { return digest }
        let digest = ControllerFiles.hexadecimal(
            SHA256.hash(data: try Data(contentsOf: URL(filePath: path), options: .mappedIfSafe)))
        if let identity { known.withLock { $0[identity] = digest } }
        return digest
    }
}
