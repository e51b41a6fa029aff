import Glibc

/// How a file holds a disk.
package enum DiskFormat: String, Hashable, Sendable {
    case raw, qcow2
}

/// What the first bytes of a disk image say (QEMU's docs/interop/qcow2.txt; anything else is a raw disk).
package struct DiskHeader: Hashable, Sendable {
    package let format: DiskFormat
    /// The disk's size as its guest sees it.
    package let virtualBytes: Int
    /// Why the file cannot stand for a disk by itself, or nil.
    let flaw: String?

    /// Reads the header of a file.
    package init(ofFile path: String) throws(ImageError) {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw ImageError.unreadable(path: path, reason: String(cString: strerror(errno))) }
        defer { close(descriptor) }
        var information = stat()
        guard fstat(descriptor, &information) == 0 else {
            throw ImageError.unreadable(path: path, reason: String(cString: strerror(errno)))
        }
        var bytes = [UInt8](repeating: 0, count: 512)
        let count = pread(descriptor, &bytes, bytes.count, 0)
        self.init(bytes, fileBytes: Int(information.st_size), isWhole: count == bytes.count)
    }

    init(_ bytes: [UInt8], fileBytes: Int, isWhole: Bool = true) {
        func number(at offset: Int, _ length: Int) -> UInt64 {
            bytes[offset..<offset + length].reduce(0) { $0 << 8 | UInt64($1) }
        }
        guard bytes.starts(with: [0x51, 0x46, 0x49, 0xFB]) else {
            format = .raw
            virtualBytes = fileBytes
            let isBootable = isWhole && fileBytes % 512 == 0 && bytes[510] == 0x55 && bytes[511] == 0xAA
            flaw = isBootable ? nil : "it is neither a qcow2 file nor a raw disk with a boot sector"
            return
        }
        format = .qcow2
        virtualBytes = Int(clamping: number(at: 24, 8))
        // A file that names others would show the guest whatever lies there on this host.
        if number(at: 8, 8) != 0 {
            flaw = "it is an overlay of another file"
        } else if number(at: 32, 4) != 0 {
            flaw = "it is encrypted"
        } else if number(at: 4, 4) >= 3, number(at: 72, 8) & 0b100 != 0 {
            flaw = "its data is in another file"
        } else {
            flaw = nil
        }
    }
}
