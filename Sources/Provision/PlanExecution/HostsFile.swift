import Diagnostics
import Glibc
import Linux

/// A host's own file of names, changed whole or not at all.
package struct HostsFile: Sendable {
    package var path: String

    package init(path: String = "/etc/hosts") { self.path = path }

    /// Puts the block in, in the place of the one it had; gives whether the file changed.
    package func apply(_ block: HostsBlock) async throws -> Bool { try await change { try block.applied(to: $0) } }

    /// Takes the block out; gives whether the file changed.
    package func remove(_ block: HostsBlock) async throws -> Bool { try await change { try block.removed(from: $0) } }

    private func change(_ edit: (String) throws -> String) async throws -> Bool {
        let (before, status) = (try text(), try FileSystem.information(path))
        // Without the lock at first: who may not write there may still find that there is nothing to do.
        if try edit(before) == before { return false }
        return try await ClusterLock.hold(.hosts, purpose: "a change of \(path)") {
            let text = try edit(try text())
            let bytes = Array(text.utf8)
            let owner = status.map { AtomicFile.Owner(user: $0.st_uid, group: $0.st_gid) }
            do {
                try AtomicFile.write(bytes, to: path, mode: (status?.st_mode ?? 0o644) & 0o7777, owner: owner)
            } catch let error as LinuxError where error.code == EBUSY {
                // A container's hosts file is a mount, which nothing can take the place of.
                try Descriptor(opening: path, O_WRONLY | O_TRUNC).write(bytes, subject: path)
            }
            return true
        }
    }

    private func text() throws -> String { String(decoding: try FileSystem.read(path), as: UTF8.self) }
}
