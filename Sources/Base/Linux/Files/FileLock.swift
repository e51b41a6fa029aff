import CLinux
import Glibc

/// An exclusive lock between processes, held until it is let go or the process ends.
package struct FileLock: ~Copyable, Sendable {
    private let descriptor: Descriptor

    private init(holding descriptor: consuming Descriptor) {
        self.descriptor = descriptor
    }

    /// Waits for the lock on a file, which is created where it is missing.
    package static func waiting(for path: String) throws(LinuxError) -> FileLock {
        let file = try Descriptor(opening: path, O_RDWR | O_CREAT, mode: 0o600)
        while flock(file.raw, LOCK_EX) < 0 {
            if errno != EINTR { throw .last("flock", path) }
        }
        return FileLock(holding: file)
    }

    /// Takes the lock, or answers nil where another process holds it.
    package static func trying(for path: String) throws(LinuxError) -> FileLock? {
        let file = try Descriptor(opening: path, O_RDWR | O_CREAT, mode: 0o600)
        if flock(file.raw, LOCK_EX | LOCK_NB) == 0 { return FileLock(holding: file) }
        if errno == EWOULDBLOCK { return nil }
        throw .last("flock", path)
    }
}
