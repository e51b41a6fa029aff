import Glibc
import Linux

/// A container's log being written: turned over at a size, with a bounded number of former files beside it.
final class LogFile {
    private let path: String
    private let limit: LogLimit
    private var descriptor: Int32
    private var size: Int

    init(_ path: String, limit: LogLimit) throws(LinuxError) {
        self.path = path
        self.limit = limit
        if let slash = path.lastIndex(of: "/") { try FileSystem.makeFolder(String(path[..<slash])) }
        descriptor = try LogFile.open(path)
        size = max(0, lseek(descriptor, 0, SEEK_END))
    }

    deinit { close(descriptor) }

    /// The names of all files of a log that exist, the oldest first.
    static func files(of path: String) -> [String] {
        var files: [String] = []
        var number = 1
        while FileSystem.exists("\(path).\(number)") {
            files.append("\(path).\(number)")
            number += 1
        }
        return files.reversed() + (FileSystem.exists(path) ? [path] : [])
    }

    /// Appends whole lines. A full disk loses lines rather than stopping the container.
    func append(_ lines: [UInt8]) {
        if size > 0, size + lines.count > limit.maximumBytes { turnOver() }
        var done = 0
        while done < lines.count {
            let count = lines.withUnsafeBytes {
                write(descriptor, $0.baseAddress?.advanced(by: done), lines.count - done)
            }
            if count < 0 {
                if errno == EINTR { continue }
                return
            }
            done += count
        }
        size += lines.count
    }

    private func turnOver() {
        let kept = max(0, limit.maximumFiles - 1)
        unlink("\(path).\(max(1, kept))")
        for number in stride(from: kept - 1, through: 1, by: -1) {
            rename("\(path).\(number)", "\(path).\(number + 1)")
        }
        if kept > 0 { rename(path, "\(path).1") } else { unlink(path) }
        // Where a new file cannot be had the old one, under its new name, goes on.
        guard let next = try? LogFile.open(path) else { return }
        close(descriptor)
        descriptor = next
        size = 0
    }

    private static func open(_ path: String) throws(LinuxError) -> Int32 {
        try Descriptor(opening: path, O_WRONLY | O_CREAT | O_APPEND, mode: 0o640).release()
    }
}
