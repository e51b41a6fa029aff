import Glibc
import Linux

/// The permission bits of a file or folder.
enum FileMode {
    static func set(_ path: String, _ mode: UInt32) throws {
        guard chmod(path, mode) == 0 else {
            throw NodeAgentError.volumeUnusable(name: path, reason: String(cString: strerror(errno)))
        }
    }
}
