import Glibc

/// Files that are there whole or not at all.
package enum AtomicFile {
    /// What a written file outlives.
    package enum Durability: Sendable {
        /// A crash of the process. A power cut may leave the former content, or an empty file.
        case process
        /// A power cut.
        case machine
    }

    /// Who a file belongs to.
    package struct Owner: Hashable, Sendable {
        package var user: UInt32
        package var group: UInt32

        package init(user: UInt32, group: UInt32) {
            self.user = user
            self.group = group
        }
    }

    /// Replaces a file by way of a temporary one beside it: readers see the former or the new content.
    package static func write(
        _ bytes: some Sequence<UInt8>, to path: String, mode: UInt32 = 0o644, owner: Owner? = nil,
        durability: Durability = .machine
    ) throws(LinuxError) {
        let temporary = "\(path).\(getpid()).\(UInt32.random(in: 0 ... .max)).tmp"
        do {
            try fill(temporary, bytes, mode: mode, owner: owner, durability: durability)
            try FileSystem.rename(temporary, to: path)
        } catch {
            unlink(temporary)
            throw error
        }
        guard durability == .machine else { return }
        let folder = path.lastIndex(of: "/").map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "."
        try FileSystem.synchronize(folder)
    }

    private static func fill(
        _ path: String, _ bytes: some Sequence<UInt8>, mode: UInt32, owner: Owner?, durability: Durability
    ) throws(LinuxError) {
        // Private until owner and mode are right; fchmod because the umask has had its say in open's mode.
        let file = try Descriptor(opening: path, O_WRONLY | O_CREAT | O_EXCL, mode: 0o600)
        try file.write(bytes, subject: path)
        if let owner, fchown(file.raw, owner.user, owner.group) < 0 { throw .last("chown", path) }
        if fchmod(file.raw, mode) < 0 { throw .last("chmod", path) }
        if durability == .machine, fsync(file.raw) < 0 { throw .last("fsync", path) }
    }
}
