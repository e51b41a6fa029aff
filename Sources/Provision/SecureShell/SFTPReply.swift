/// An answer of SFTP version 3 (draft-ietf-secsh-filexfer-02).
enum SFTPReply: Hashable {
    case version
    case status(Status)
    case handle([UInt8])
    case data([UInt8])
    case attributes(RemoteFile)

    /// The protocol's status codes; those that no case is for are failures.
    enum Status: UInt32, Hashable {
        case ok = 0
        case endOfFile = 1
        case noSuchFile = 2
        case permissionDenied = 3
        case failure = 4
        case unsupported = 8
    }

    /// Reads a packet without its length; nil where it is none. The identifier is 0 in the answer to `initialize`.
    static func read(_ packet: ArraySlice<UInt8>) -> (id: UInt32, reply: SFTPReply)? {
        var reader = SFTPReader(rest: packet)
        guard let type = reader.byte(), let id = reader.number() else { return nil }
        switch type {
        case 2: return (0, .version)
        case 101: return reader.number().map { (id, .status(Status(rawValue: $0) ?? .failure)) }
        case 102: return reader.string().map { (id, .handle(Array($0))) }
        case 103: return reader.string().map { (id, .data(Array($0))) }
        case 105: return reader.attributes().map { (id, .attributes($0)) }
        default: return nil
        }
    }

    /// Takes a whole packet off the front of what has arrived; nil where one is not there yet.
    ///
    /// The packet is what follows its length. A length beyond any that a server may send is told by `isTooLong`.
    static func takePacket(from bytes: inout ArraySlice<UInt8>) -> ArraySlice<UInt8>? {
        var reader = SFTPReader(rest: bytes)
        guard let packet = reader.string() else { return nil }
        bytes = reader.rest
        return packet
    }

    /// Whether what has arrived begins with a length that no server may send.
    static func isTooLong(_ bytes: ArraySlice<UInt8>) -> Bool {
        var reader = SFTPReader(rest: bytes)
        return reader.number().map { $0 > 1 << 20 } ?? false
    }
}

/// Takes an answer apart; nil where it ends too soon.
private struct SFTPReader {
    var rest: ArraySlice<UInt8>

    mutating func byte() -> UInt8? { rest.popFirst() }

    mutating func number() -> UInt32? {
        guard rest.count >= 4 else { return nil }
        defer { rest = rest.dropFirst(4) }
        return rest.prefix(4).reduce(0) { $0 << 8 | UInt32($1) }
    }

    mutating func long() -> UInt64? {
        guard let high = number(), let low = number() else { return nil }
        return UInt64(high) << 32 | UInt64(low)
    }

    mutating func string() -> ArraySlice<UInt8>? {
        guard let count = number(), rest.count >= Int(count) else { return nil }
        defer { rest = rest.dropFirst(Int(count)) }
        return rest.prefix(Int(count))
    }

    /// Section 5: flags say which of them follow. What a server leaves out counts as zero.
    mutating func attributes() -> RemoteFile? {
        guard let flags = number() else { return nil }
        var file = RemoteFile(sizeBytes: 0, mode: 0, userID: 0, groupID: 0)
        if flags & 0x01 != 0 {
            guard let size = long() else { return nil }
            file.sizeBytes = size
        }
        if flags & 0x02 != 0 {
            guard let user = number(), let group = number() else { return nil }
            (file.userID, file.groupID) = (user, group)
        }
        if flags & 0x04 != 0 {
            guard let mode = number() else { return nil }
            file.mode = UInt16(mode & 0o7777)
        }
        return file
    }
}
