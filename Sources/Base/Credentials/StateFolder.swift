internal import Glibc

/// A folder of secrets: 0700, its files 0600, each written whole or not at all.
struct StateFolder: Sendable {
    let path: String

    /// Makes the folder and those above it.
    func create() throws(CredentialError) {
        var made = ""
        for part in path.split(separator: "/") {
            made += "/" + part
            if mkdir(made, 0o700) != 0, errno != EEXIST { throw Self.failure("create", made) }
        }
        if chmod(path, 0o700) != 0 { throw Self.failure("protect", path) }
    }

    /// The text of a file, or nil where there is none.
    func read(_ name: String) throws(CredentialError) -> String? {
        let file = "\(path)/\(name)"
        let descriptor = open(file, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            if errno == ENOENT { return nil }
            throw Self.failure("read", file)
        }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 16_384)
        while true {
            let count = Glibc.read(descriptor, &chunk, chunk.count)
            if count == 0 { return String(decoding: bytes, as: UTF8.self) }
            if count < 0 {
                if errno == EINTR { continue }
                throw Self.failure("read", file)
            }
            bytes += chunk[..<count]
        }
    }

    /// Writes a file through a temporary one and a rename, flushed to disk; a file that has the text already is left alone.
    func write(_ name: String, _ text: String) throws(CredentialError) {
        if try read(name) == text { return }
        let file = "\(path)/\(name)"
        let temporary = "\(file).\(getpid()).new"
        let descriptor = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw Self.failure("write", file) }
        do throws(CredentialError) {
            defer { close(descriptor) }
            if fchmod(descriptor, 0o600) != 0 { throw Self.failure("protect", file) }
            try Self.writeAll(Array(text.utf8), to: descriptor, file)
            if fsync(descriptor) != 0 { throw Self.failure("write", file) }
        } catch {
            unlink(temporary)
            throw error
        }
        if rename(temporary, file) != 0 { throw Self.failure("write", file) }
    }

    /// Runs the body while no other process holds the folder's lock.
    func locked<Result>(_ body: () throws(CredentialError) -> Result) throws(CredentialError) -> Result {
        let file = "\(path)/.lock"
        let descriptor = open(file, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw Self.failure("lock", file) }
        defer { close(descriptor) }
        while flock(descriptor, LOCK_EX) != 0 {
            if errno != EINTR { throw Self.failure("lock", file) }
        }
        return try body()
    }

    /// The names in the folder, sorted; none where there is no folder.
    func names() throws(CredentialError) -> [String] {
        guard let directory = opendir(path) else {
            if errno == ENOENT { return [] }
            throw Self.failure("list", path)
        }
        defer { closedir(directory) }
        var names: [String] = []
        while let entry = readdir(directory) {
            let name = withUnsafeBytes(of: entry.pointee.d_name) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names.sorted()
    }

    /// Removes the folder and all that is in it; a link is removed, not followed. Nothing there is no failure.
    func remove() throws(CredentialError) {
        var status = stat()
        guard lstat(path, &status) == 0 else {
            if errno == ENOENT { return }
            throw Self.failure("remove", path)
        }
        if status.st_mode & S_IFMT == S_IFDIR {
            for name in try names() { try StateFolder(path: "\(path)/\(name)").remove() }
            if rmdir(path) != 0, errno != ENOENT { throw Self.failure("remove", path) }
        } else if unlink(path) != 0, errno != ENOENT {
            throw Self.failure("remove", path)
        }
    }

    private static func writeAll(_ bytes: [UInt8], to descriptor: Int32, _ file: String) throws(CredentialError) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            if count < 0 { throw failure("write", file) }
            rest = rest.dropFirst(count)
        }
    }

    private static func failure(_ doing: String, _ path: String) -> CredentialError {
        .file(path: path, doing: doing, reason: String(cString: strerror(errno)))
    }
}
