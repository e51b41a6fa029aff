internal import Crypto
internal import Diagnostics
internal import Glibc

/// A machine's file on its way to the controller: beside its place until it is whole.
final class IncomingFile {
    /// The sums that Ansible tells of files.
    struct Sums {
        var sha1: String
        var md5: String
    }

    let path: String
    private let temporary: String
    private let file: Int32
    private var sha1 = Insecure.SHA1()
    private var md5 = Insecure.MD5()
    private var isDone = false

    init(_ path: String) throws {
        self.path = path
        temporary = path + ".clusterfile-new"
        try Self.makeFolder(of: path)
        unlink(temporary)
        file = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o666)
        guard file >= 0 else { throw PlayError.unwritable(path: path, reason: Self.reason) }
    }

    deinit {
        close(file)
        if !isDone { unlink(temporary) }
    }

    private static var reason: String { String(cString: strerror(errno)) }

    private static func makeFolder(of path: String) throws {
        let parts = path.split(separator: "/").dropLast()
        for count in 1..<max(1, parts.count + 1) {
            let folder = "/" + parts.prefix(count).joined(separator: "/")
            if mkdir(folder, 0o777) != 0, errno != EEXIST {
                throw PlayError.unwritable(path: folder, reason: reason)
            }
        }
    }

    func write(_ bytes: [UInt8]) throws {
        sha1.update(data: bytes)
        md5.update(data: bytes)
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(file, $0.baseAddress, $0.count) }
            guard count > 0 else { throw PlayError.unwritable(path: path, reason: Self.reason) }
            rest = rest.dropFirst(count)
        }
    }

    /// Puts it where it belongs.
    func commit() throws -> Sums {
        guard rename(temporary, path) == 0 else { throw PlayError.unwritable(path: path, reason: Self.reason) }
        isDone = true
        return Sums(
            sha1: ControllerFiles.hexadecimal(sha1.finalize()), md5: ControllerFiles.hexadecimal(md5.finalize()))
    }

    /// Of the file that is there now; nil where none is.
    static func sums(of path: String) throws -> Sums? {
        var status = stat()
        guard stat(path, &status) == 0 else { return nil }
        let file = open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { throw PlayError.unreadable(path: path, reason: reason, at: nil) }
        defer { close(file) }
        var (sha1, md5) = (Insecure.SHA1(), Insecure.MD5())
        var buffer = [UInt8](repeating: 0, count: 1 << 20)
        while true {
            let count = read(file, &buffer, buffer.count)
            guard count >= 0 else { throw PlayError.unreadable(path: path, reason: reason, at: nil) }
            if count == 0 { break }
            sha1.update(data: buffer[0..<count])
            md5.update(data: buffer[0..<count])
        }
        return Sums(
            sha1: ControllerFiles.hexadecimal(sha1.finalize()), md5: ControllerFiles.hexadecimal(md5.finalize()))
    }

    static func isFolder(_ path: String) -> Bool {
        var status = stat()
        return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
    }
}
