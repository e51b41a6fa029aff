internal import Glibc

/// POSIX calls that throw, with the subject they were about.
enum SystemCalls {
    static func text(of number: Int32) -> String { String(cString: strerror(number)) }

    @discardableResult
    static func check(_ call: String, _ subject: String, _ body: () -> Int32) throws -> Int32 {
        while true {
            let result = body()
            if result >= 0 { return result }
            if errno != EINTR { throw TaskFailure.system(call: call, subject: subject, errno: errno) }
        }
    }

    /// What is at a path, a link itself included; nil where nothing is.
    static func linkStatus(_ path: String) throws -> stat? { try status(path, "lstat") { lstat(path, &$0) } }

    /// What a path leads to; nil where nothing is.
    static func status(_ path: String) throws -> stat? { try status(path, "stat") { stat(path, &$0) } }

    private static func status(_ path: String, _ call: String, _ body: (inout stat) -> Int32) throws -> stat? {
        var status = stat()
        if body(&status) == 0 { return status }
        if errno == ENOENT || errno == ENOTDIR { return nil }
        throw TaskFailure.system(call: call, subject: path, errno: errno)
    }

    static func readLink(_ path: String) throws -> String {
        var buffer = [UInt8](repeating: 0, count: 4096)
        let count = buffer.withUnsafeMutableBytes {
            readlink(path, $0.assumingMemoryBound(to: CChar.self).baseAddress.unsafelyUnwrapped, $0.count)
        }
        guard count >= 0 else { throw TaskFailure.system(call: "readlink", subject: path, errno: errno) }
        return String(decoding: buffer[0..<count], as: UTF8.self)
    }

    /// The path that links lead to; the path itself where nothing is there.
    static func resolvingLinks(_ path: String) throws -> String {
        guard let resolved = realpath(path, nil) else {
            if errno == ENOENT || errno == ENOTDIR { return path }
            throw TaskFailure.system(call: "realpath", subject: path, errno: errno)
        }
        defer { free(resolved) }
        return String(cString: resolved)
    }

    /// A file's whole content; for files known to be small.
    static func read(_ path: String) throws -> [UInt8] {
        let file = try check("open", path) { open(path, O_RDONLY | O_CLOEXEC) }
        defer { close(file) }
        var bytes: [UInt8] = []
        try readPieces(file, path) { bytes.append(contentsOf: $0) }
        return bytes
    }

    /// A file's content as text, or nil where there is no file.
    static func readText(_ path: String) throws -> String? {
        do {
            return String(decoding: try read(path), as: UTF8.self)
        } catch TaskFailure.system(_, _, let number) where number == ENOENT || number == ENOTDIR {
            return nil
        }
    }

    static func readPieces(_ file: Int32, _ subject: String, _ piece: (UnsafeRawBufferPointer) throws -> Void) throws {
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 256 << 10, alignment: 16)
        defer { buffer.deallocate() }
        while true {
            let count = Glibc.read(file, buffer.baseAddress, buffer.count)
            if count < 0 {
                if errno == EINTR { continue }
                throw TaskFailure.system(call: "read", subject: subject, errno: errno)
            }
            if count == 0 { return }
            try piece(UnsafeRawBufferPointer(rebasing: buffer[0..<count]))
        }
    }

    static func writeAll(_ file: Int32, _ bytes: [UInt8], _ subject: String) throws {
        try bytes.withUnsafeBytes { buffer in
            var rest = buffer[...]
            while !rest.isEmpty {
                let part = UnsafeRawBufferPointer(rebasing: rest)
                let count = write(file, part.baseAddress, part.count)
                if count < 0 {
                    if errno == EINTR { continue }
                    throw TaskFailure.system(call: "write", subject: subject, errno: errno)
                }
                rest = rest.dropFirst(count)
            }
        }
    }

    /// The names within a directory, sorted.
    static func entries(_ path: String) throws -> [String] {
        guard let directory = opendir(path) else {
            throw TaskFailure.system(call: "opendir", subject: path, errno: errno)
        }
        defer { closedir(directory) }
        var names: [String] = []
        while let entry = readdir(directory) {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) {
                String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names.sorted()
    }

    /// Removes a file, or a directory with all in it; links are not followed.
    static func removeTree(_ path: String) throws {
        guard let status = try linkStatus(path) else { return }
        if status.kind == S_IFDIR {
            for name in try entries(path) { try removeTree(path + "/" + name) }
            try check("rmdir", path) { rmdir(path) }
        } else {
            try check("unlink", path) { unlink(path) }
        }
    }

    /// Sleeps, at most until the task's time is over.
    static func sleep(milliseconds: Int) {
        let milliseconds = TimeLimit.milliseconds(milliseconds)
        var rest = timespec(tv_sec: milliseconds / 1000, tv_nsec: milliseconds % 1000 * 1_000_000)
        while true {
            let wanted = rest
            if withUnsafePointer(to: wanted, { nanosleep($0, &rest) }) == 0 || errno != EINTR { return }
        }
    }

    /// Whether a descriptor became ready in time, and before the task's was over.
    static func isReady(_ descriptor: Int32, for events: Int32, milliseconds: Int) -> Bool {
        var polled = pollfd(fd: descriptor, events: Int16(events), revents: 0)
        let deadline = monotonicMilliseconds + TimeLimit.milliseconds(milliseconds)
        while true {
            let rest = max(0, deadline - monotonicMilliseconds)
            let count = poll(&polled, 1, Int32(clamping: rest))
            if count >= 0 || errno != EINTR { return count == 1 }
        }
    }

    /// Milliseconds of a clock that is never set.
    static var monotonicMilliseconds: Int {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return time.tv_sec * 1000 + time.tv_nsec / 1_000_000
    }
}

extension stat {
    var kind: mode_t { st_mode & S_IFMT }
    var permissions: Int { Int(st_mode & 0o7777) }

    var kindText: String {
        switch kind {
        case S_IFDIR: "a directory"
        case S_IFREG: "a file"
        case S_IFLNK: "a link"
        default: "a special file"
        }
    }
}
