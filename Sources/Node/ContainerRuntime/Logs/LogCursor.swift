import Glibc
import Linux

/// Reads a log through all its files, the oldest first, also while it is turned over.
struct LogCursor: ~Copyable {
    private let path: String
    private var file: Descriptor
    private var identity: FileIdentity

    /// A file whatever its name, because turning over renames it.
    private struct FileIdentity: Hashable {
        var device: UInt
        var number: UInt

        init(_ information: Glibc.stat) {
            device = UInt(information.st_dev)
            number = UInt(information.st_ino)
        }
    }

    /// Starts at the beginning, or so many lines before the end; nil where there is no log.
    static func open(_ path: String, tailLines: Int?) throws(LinuxError) -> LogCursor? {
        let files = LogFile.files(of: path)
        guard let oldest = files.first else { return nil }
        guard let tailLines else { return try LogCursor(path, opening: oldest, at: 0) }
        var missing = tailLines
        for name in files.reversed() {
            let file = try Descriptor(opening: name, O_RDONLY)
            let (offset, found) = try lastLines(missing, of: file, name)
            missing -= found
            if missing <= 0 || name == oldest { return try LogCursor(path, opening: name, at: offset) }
        }
        return nil
    }

    private init(path: String, file: consuming Descriptor, identity: FileIdentity) {
        self.path = path
        self.file = file
        self.identity = identity
    }

    private init(_ path: String, opening name: String, at offset: Int) throws(LinuxError) {
        let file = try Descriptor(opening: name, O_RDONLY)
        var information = Glibc.stat()
        if fstat(file.raw, &information) < 0 || lseek(file.raw, offset, SEEK_SET) < 0 { throw .last("seek", name) }
        self.init(path: path, file: file, identity: FileIdentity(information))
    }

    /// What is there to read now; empty where the newest file is read to its present end.
    mutating func next() throws(LinuxError) -> [UInt8] {
        while true {
            // Names first: a file that was turned over before this is complete, so its end is final.
            guard let newer = try newerFile() else { return try file.read(upTo: 64 << 10, subject: path) }
            let piece = try file.read(upTo: 64 << 10, subject: path)
            if !piece.isEmpty { return piece }
            self = try LogCursor(path, opening: newer, at: 0)
        }
    }

    /// The file after the present one; nil where that is the newest.
    private func newerFile() throws(LinuxError) -> String? {
        let files = LogFile.files(of: path)
        for (index, name) in files.enumerated() {
            guard let information = try FileSystem.information(name), FileIdentity(information) == identity else {
                continue
            }
            return index + 1 < files.count ? files[index + 1] : nil
        }
        // It was turned over so often that it is gone: go on with the oldest there is.
        return files.first
    }

    /// Where the last lines of a file start, and how many there are, at most as many as asked for.
    private static func lastLines(
        _ count: Int, of file: borrowing Descriptor, _ name: String
    ) throws(LinuxError) -> (offset: Int, found: Int) {
        let size = Int(lseek(file.raw, 0, SEEK_END))
        if count <= 0 { return (size, 0) }
        var found = 0
        var end = size
        while end > 0 {
            let start = max(0, end - (64 << 10))
            if lseek(file.raw, start, SEEK_SET) < 0 { throw .last("seek", name) }
            let block = try file.read(upTo: end - start, subject: name)
            for index in block.indices.reversed() where block[index] == 10 {
                // The file's last line feed ends a line and starts none.
                if start + index == size - 1 { continue }
                found += 1
                if found == count { return (start + index + 1, count) }
            }
            end = start
        }
        return (0, size > 0 ? found + 1 : 0)
    }
}
