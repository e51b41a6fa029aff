import Glibc

/// Where a transfer's bytes come from: memory or a file of this host.
struct TransferSource: ~Copyable {
    private enum Origin {
        case memory([UInt8])
        case file(descriptor: Int32, path: String)
    }

    private let origin: Origin
    /// Linux's `SEEK_DATA` and `SEEK_HOLE`, which the C library's module leaves out.
    private static let (seekData, seekHole): (Int32, Int32) = (3, 4)
    /// How many bytes there are.
    let count: Int64

    init(bytes: [UInt8]) {
        origin = .memory(bytes)
        count = Int64(bytes.count)
    }

    init(file path: String) throws(HypervisorError) {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw .unreadableFile(path, errno) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else {
            let code = errno
            close(descriptor)
            throw .unreadableFile(path, code)
        }
        origin = .file(descriptor: descriptor, path: path)
        count = Int64(status.st_size)
    }

    deinit {
        if case .file(let descriptor, _) = origin { close(descriptor) }
    }

    /// The first place at or after `offset` that is not in a hole of the file, or the end.
    func nextData(from offset: Int64) throws(HypervisorError) -> Int64 {
        guard case .file(let descriptor, _) = origin else { return offset }
        let data = lseek(descriptor, off_t(offset), Self.seekData)
        if data >= 0 { return Int64(data) }
        // ENXIO: nothing but a hole up to the end. Anything else: a file system without holes.
        return errno == ENXIO ? count : offset
    }

    /// How many bytes lie outside the holes of the file.
    func dataBytes() throws(HypervisorError) -> UInt64 {
        guard case .file(let descriptor, _) = origin else { return UInt64(count) }
        var (offset, bytes): (Int64, Int64) = (0, 0)
        while true {
            let data = try nextData(from: offset)
            guard data < count else { return UInt64(bytes) }
            let hole = lseek(descriptor, off_t(data), Self.seekHole)
            // A file system without holes: one of them is at the end.
            offset = hole > data ? min(Int64(hole), count) : count
            bytes += offset - data
        }
    }

    /// Fills the buffer from `offset`, as far as there are bytes, and tells how many.
    func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int64) throws(HypervisorError) -> Int {
        switch origin {
        case .memory(let bytes):
            let slice = bytes[Int(offset)..<min(bytes.count, Int(offset) + buffer.count)]
            slice.withUnsafeBytes { buffer.copyMemory(from: $0) }
            return slice.count
        case .file(let descriptor, let path):
            while true {
                let read = pread(descriptor, buffer.baseAddress, buffer.count, off_t(offset))
                if read > 0 { return read }
                if read == 0 { throw .unreadableFile(path, ENODATA) }
                if errno != EINTR { throw .unreadableFile(path, errno) }
            }
        }
    }
}

extension HypervisorError {
    static func unreadableFile(_ path: String, _ code: Int32) -> HypervisorError {
        .unreadableFile(path: path, errno: code, reason: String(cString: strerror(code)))
    }
}
