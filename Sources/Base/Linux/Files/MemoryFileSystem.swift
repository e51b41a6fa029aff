import CLinux
import Glibc

/// Files that live in memory, mounted at a folder.
package enum MemoryFileSystem {
    /// Mounts one, for everybody in the caller's mount namespace.
    package static func mount(at folder: String, maximumBytes: Int64, mode: UInt32) throws(LinuxError) {
        let options = "size=\(maximumBytes),mode=\(String(mode, radix: 8))"
        let flags = MountOptions([.noSetUserID, .noDevices]).rawValue
        if CLinux.mount("tmpfs", folder, "tmpfs", flags, options) < 0 { throw .last("mount tmpfs on", folder) }
    }
}
