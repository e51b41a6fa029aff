import CLinux

/// A netlink message being written: header, fixed part and attributes, in the host's byte order (rtnetlink(7)).
package struct NetlinkMessage: Hashable, Sendable {
    /// The header's length and sequence number are filled in when it is sent.
    package private(set) var bytes: [UInt8]

    /// Starts a message of a type with `NLM_F_…` flags besides `NLM_F_REQUEST`.
    package init(type: UInt16, flags: UInt16) {
        bytes = []
        append(UInt32(0))
        append(type)
        append(flags | UInt16(NLM_F_REQUEST))
        append(UInt32(0))
        append(UInt32(0))
    }

    /// Appends an integer of the fixed part.
    package mutating func append<T: FixedWidthInteger>(_ value: T) {
        withUnsafeBytes(of: value) { bytes += $0 }
    }

    /// Appends an attribute with bytes as its content.
    package mutating func attribute(_ type: some BinaryInteger, _ content: [UInt8]) {
        append(UInt16(4 + content.count))
        append(UInt16(type))
        bytes += content
        pad()
    }

    package mutating func attribute(_ type: some BinaryInteger, _ value: UInt32) {
        attribute(type, withUnsafeBytes(of: value) { Array($0) })
    }

    package mutating func attribute(_ type: some BinaryInteger, _ value: UInt8) {
        attribute(type, [value])
    }

    /// Appends a string with its terminating zero.
    package mutating func attribute(_ type: some BinaryInteger, _ text: String) {
        attribute(type, Array(text.utf8) + [0])
    }

    /// Appends an attribute whose content is what the closure appends.
    package mutating func nest(
        _ type: some BinaryInteger, _ body: (inout NetlinkMessage) throws(LinuxError) -> Void
    ) throws(LinuxError) {
        let start = bytes.count
        append(UInt16(0))
        append(UInt16(type))
        try body(&self)
        let length = UInt16(bytes.count - start)
        withUnsafeBytes(of: length) { bytes.replaceSubrange(start..<start + 2, with: $0) }
        pad()
    }

    mutating func seal(sequence: UInt32) {
        let length = UInt32(bytes.count)
        withUnsafeBytes(of: length) { bytes.replaceSubrange(0..<4, with: $0) }
        withUnsafeBytes(of: sequence) { bytes.replaceSubrange(8..<12, with: $0) }
    }

    private mutating func pad() {
        while bytes.count % 4 != 0 { bytes.append(0) }
    }
}

/// A netlink message that was received.
package struct NetlinkReply: Hashable, Sendable {
    package var type: UInt16
    package var flags: UInt16
    package var sequence: UInt32
    package var payload: [UInt8]

    /// An integer of the fixed part.
    package func integer<T: FixedWidthInteger>(at offset: Int, as: T.Type = T.self) -> T? {
        payload.integer(at: offset)
    }

    /// The attributes that follow a fixed part of so many bytes.
    package func attributes(after fixed: Int) -> [UInt16: [UInt8]] {
        NetlinkReply.attributes(payload.dropFirst(fixed))
    }

    /// Reads attributes; one that is cut short ends the list.
    package static func attributes(_ bytes: some Collection<UInt8>) -> [UInt16: [UInt8]] {
        var found: [UInt16: [UInt8]] = [:]
        let all = Array(bytes)
        var offset = 0
        while let length: UInt16 = all.integer(at: offset), let type: UInt16 = all.integer(at: offset + 2),
            length >= 4, offset + Int(length) <= all.count
        {
            found[type & 0x3fff] = Array(all[offset + 4..<offset + Int(length)])
            offset += (Int(length) + 3) & ~3
        }
        return found
    }

    /// Splits what one receive call gave into its messages.
    package static func split(_ bytes: [UInt8]) -> [NetlinkReply] {
        var messages: [NetlinkReply] = []
        var offset = 0
        while let length: UInt32 = bytes.integer(at: offset), length >= 16, offset + Int(length) <= bytes.count,
            let type: UInt16 = bytes.integer(at: offset + 4), let flags: UInt16 = bytes.integer(at: offset + 6),
            let sequence: UInt32 = bytes.integer(at: offset + 8)
        {
            messages.append(
                NetlinkReply(
                    type: type, flags: flags, sequence: sequence,
                    payload: Array(bytes[offset + 16..<offset + Int(length)])))
            offset += (Int(length) + 3) & ~3
        }
        return messages
    }
}

extension [UInt8] {
    /// The integer that starts at an offset, in the host's byte order; nil where the array is too short.
    package func integer<T: FixedWidthInteger>(at offset: Int, as: T.Type = T.self) -> T? {
        guard offset >= 0, offset + MemoryLayout<T>.size <= count else { return nil }
        return withUnsafeBytes { $0.loadUnaligned(fromByteOffset: offset, as: T.self) }
    }
}
