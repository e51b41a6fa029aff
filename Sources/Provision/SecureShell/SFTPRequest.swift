/// A request of SFTP version 3 (draft-ietf-secsh-filexfer-02), the version that OpenSSH speaks.
enum SFTPRequest: Hashable {
    case initialize
    case open(path: String, access: OpenAccess)
    case close(handle: [UInt8])
    case read(handle: [UInt8], offset: UInt64, count: UInt32)
    case write(handle: [UInt8], offset: UInt64, bytes: ArraySlice<UInt8>)
    case setMode(handle: [UInt8], mode: UInt16)
    case status(path: String)
    case remove(path: String)
    /// OpenSSH's rename, which replaces what is there at once; the protocol's own refuses to.
    case replace(path: String, by: String)

    enum OpenAccess: Hashable {
        case read
        /// Makes a file that must not exist yet, which only its owner may read.
        case create
    }

    /// The packet as it goes over the wire.
    func packet(id: UInt32) -> [UInt8] {
        var body = SFTPWriter()
        switch self {
        case .initialize:
            // No identifier here: the version takes its place.
            body.byte(1)
            body.number(3 as UInt32)
            return body.packet
        case .open(let path, let access):
            body.head(3, id)
            body.string(path.utf8)
            // READ; WRITE, CREAT and EXCL.
            body.number((access == .read ? 0x01 : 0x2A) as UInt32)
            body.attributes(mode: access == .read ? nil : 0o600)
        case .close(let handle):
            body.head(4, id)
            body.string(handle)
        case .read(let handle, let offset, let count):
            body.head(5, id)
            body.string(handle)
            body.number(offset)
            body.number(count)
        case .write(let handle, let offset, let bytes):
            body.head(6, id)
            body.string(handle)
            body.number(offset)
            body.string(bytes)
        case .setMode(let handle, let mode):
            body.head(10, id)
            body.string(handle)
            body.attributes(mode: mode)
        case .status(let path):
            body.head(17, id)
            body.string(path.utf8)
        case .remove(let path):
            body.head(13, id)
            body.string(path.utf8)
        case .replace(let path, let new):
            body.head(200, id)
            body.string("posix-rename@openssh.com".utf8)
            body.string(new.utf8)
            body.string(path.utf8)
        }
        return body.packet
    }
}

/// Puts a packet together; its length comes first and is known last.
private struct SFTPWriter {
    private var bytes: [UInt8] = [0, 0, 0, 0]

    mutating func byte(_ value: UInt8) { bytes.append(value) }

    mutating func number(_ value: some FixedWidthInteger) {
        withUnsafeBytes(of: value.bigEndian) { bytes += $0 }
    }

    mutating func string(_ value: some Collection<UInt8>) {
        number(UInt32(value.count))
        bytes += value
    }

    mutating func head(_ type: UInt8, _ id: UInt32) {
        byte(type)
        number(id)
    }

    /// The attributes that a request sets: permissions or none.
    mutating func attributes(mode: UInt16?) {
        number((mode == nil ? 0 : 0x04) as UInt32)
        if let mode { number(UInt32(mode)) }
    }

    var packet: [UInt8] {
        var packet = bytes
        packet.replaceSubrange(0..<4, with: withUnsafeBytes(of: UInt32(bytes.count - 4).bigEndian, Array.init))
        return packet
    }
}
