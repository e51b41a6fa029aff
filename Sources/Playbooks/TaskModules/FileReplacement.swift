internal import Glibc

/// Writes a file beside its place and renames it there, so that readers see the old one or the new one, whole.
struct FileReplacement {
    private let path: String
    private let temporary: String
    private let file: Int32

    /// The file that lies at the path now gives owner and mode, until attributes say otherwise.
    init(_ path: String) throws {
        self.path = path
        let slash = path.lastIndex(of: "/").map { path.index(after: $0) } ?? path.startIndex
        // One name a file: what a killed run left is taken over by the next, which holds the runner's lock.
        temporary = path[..<slash] + "." + path[slash...] + ".clusterfile-new"
        let temporary = temporary
        unlink(temporary)
        file = try SystemCalls.check("open", temporary) {
            open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
        }
    }

    func write(_ bytes: [UInt8]) throws { try SystemCalls.writeAll(file, bytes, temporary) }

    /// Gives up: nothing has happened to the path.
    func abandon() {
        close(file)
        unlink(temporary)
    }

    /// Gives the file its attributes, then its place.
    func commit(_ attributes: FileAttributes, preservedMode: Int? = nil) throws {
        defer { close(file) }
        do {
            let old = try SystemCalls.status(path)
            let mask = umask(0o022)
            umask(mask)
            let current = old?.permissions ?? Int(0o666 & ~mask)
            let bits =
                attributes.mode == .preserve
                ? preservedMode ?? current : attributes.mode?.bits(of: current, isDirectory: false) ?? current
            if geteuid() == 0 || attributes.owner != nil || attributes.group != nil {
                try SystemCalls.check("fchown", path) {
                    fchown(
                        file, attributes.owner ?? old?.st_uid ?? uid_t.max, attributes.group ?? old?.st_gid ?? gid_t.max
                    )
                }
            }
            try SystemCalls.check("fchmod", path) { fchmod(file, mode_t(bits)) }
            try SystemCalls.check("rename", path) { rename(temporary, path) }
        } catch {
            unlink(temporary)
            throw error
        }
    }

    /// Replaces a file's whole content, keeping owner and mode.
    static func write(_ text: String, to path: String, attributes: FileAttributes) throws {
        let replacement = try FileReplacement(path)
        do {
            try replacement.write(Array(text.utf8))
        } catch {
            replacement.abandon()
            throw error
        }
        try replacement.commit(attributes)
    }
}
