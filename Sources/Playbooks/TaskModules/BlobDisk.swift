internal import Bundles
internal import Glibc

/// A read-only disk of the machine that holds files of the controller by digest; most machines have one at their first play.
final class BlobDisk {
    private let device: Int32
    private lazy var index = readIndex()

    /// The disk with the serial number of blob archives, or nil where there is none.
    static func find() -> BlobDisk? {
        // A machine without disks to look at gets its files over the channel.
        for name in (try? SystemCalls.entries("/sys/block")) ?? [] {
            guard let serial = try? SystemCalls.readText("/sys/block/\(name)/serial"),
                serial.utf8.prefix(while: { $0 > 0x20 }).elementsEqual(BlobHeader.diskSerial.utf8)
            else { continue }
            return BlobDisk("/dev/" + name)
        }
        return nil
    }

    init?(_ path: String) {
        device = open(path, O_RDONLY | O_CLOEXEC)
        if device < 0 { return nil }
    }

    deinit { close(device) }

    private func readIndex() -> [String: (offset: Int, size: Int)] {
        var index: [String: (offset: Int, size: Int)] = [:]
        var at = 0
        var block = [UInt8](repeating: 0, count: BlobHeader.length)
        while pread(device, &block, block.count, off_t(at)) == block.count, let header = BlobHeader(block) {
            at += BlobHeader.length
            index[header.digest] = (at, header.size)
            at += header.size + BlobHeader.padding(of: header.size)
        }
        return index
    }

    /// Gives a file piece by piece; false where the disk does not have it.
    func read(_ file: FileReference, _ piece: ([UInt8]) throws -> Void) throws -> Bool {
        guard let (offset, size) = index[file.digest], size == file.size else { return false }
        var buffer = [UInt8](repeating: 0, count: 1 << 20)
        var done = 0
        while done < size {
            let count = pread(device, &buffer, min(buffer.count, size - done), off_t(offset + done))
            guard count > 0 else {
                if count < 0, errno == EINTR { continue }
                throw TaskFailure.system(call: "read", subject: "the disk of files", errno: count < 0 ? errno : EIO)
            }
            try piece(count == buffer.count ? buffer : Array(buffer[0..<count]))
            done += count
        }
        return true
    }
}
