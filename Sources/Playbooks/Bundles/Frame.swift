/// One message between controller and runner: a type, a length, a payload.
package struct Frame: Hashable, Sendable {
    /// What a frame carries. Controller to runner: bundle, play, blob, blobEnd, blobMissing, answer. Runner to controller: the rest.
    package enum Kind: UInt8, Sendable {
        /// The machine's whole bundle, as JSON.
        case bundle = 0x42  // B
        /// "Carry out this play": its number, as JSON.
        case play = 0x50  // P
        /// A piece of the file that was asked for.
        case blob = 0x44  // D
        /// The file is complete.
        case blobEnd = 0x45  // E
        /// The file cannot be had; the payload says why.
        case blobMissing = 0x4D  // M
        /// "Send me the file of this digest", as hexadecimal text.
        case need = 0x4E  // N
        /// Something happened, as JSON.
        case event = 0x56  // V
        /// The play is over, with the counts so far, as JSON.
        case playEnd = 0x52  // R
        /// The runner cannot go on: the text says why.
        case failure = 0x46  // F
        /// The runner needs something that the controller knows, as JSON; it waits for the answer.
        case ask = 0x41  // A
        /// "Do this for another machine's task", as JSON.
        case call = 0x43  // C
        /// What came of a call, as JSON.
        case result = 0x4F  // O
        /// What came of the task that this machine did for all, as JSON.
        case settled = 0x53  // S
        /// Where in the play it is, as JSON: what another runner needs to go on there.
        case mark = 0x54  // T
        /// A piece of a file that the controller wants to have.
        case content = 0x55  // U
        /// What it asked for, as JSON.
        case answer = 0x4B  // K
    }

    package var kind: Kind
    package var payload: [UInt8]

    package init(_ kind: Kind, _ payload: [UInt8] = []) {
        self.kind = kind
        self.payload = payload
    }

    /// The largest payload; a bundle is far smaller, a file goes in pieces.
    package static let maximumPayload = 64 << 20
    /// How much of a file goes in one frame.
    package static let blobPiece = 1 << 20

    /// The type's byte, four bytes of length (big-endian), the payload.
    package var bytes: [UInt8] {
        let length = UInt32(payload.count)
        var bytes = [kind.rawValue]
        bytes.reserveCapacity(5 + payload.count)
        bytes.append(contentsOf: [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: length >> $0) })
        bytes.append(contentsOf: payload)
        return bytes
    }
}

/// Cuts a stream of bytes into frames.
package struct FrameDecoder: Sendable {
    private var buffer: [UInt8] = []
    private var start = 0

    package init() {}

    package mutating func append(_ bytes: some Sequence<UInt8>) {
        if start > 0, start == buffer.count {
            buffer.removeAll(keepingCapacity: true)
            start = 0
        }
        buffer.append(contentsOf: bytes)
    }

    /// The next whole frame, or nil while bytes are missing.
    package mutating func next() throws(BundleError) -> Frame? {
        guard buffer.count - start >= 5 else { return nil }
        guard let kind = Frame.Kind(rawValue: buffer[start]) else { throw .unknownFrame(buffer[start]) }
        let length = buffer[start + 1..<start + 5].reduce(0) { $0 << 8 | Int($1) }
        guard length <= Frame.maximumPayload else { throw .frameTooLarge(length) }
        guard buffer.count - start >= 5 + length else { return nil }
        let payload = Array(buffer[start + 5..<start + 5 + length])
        start += 5 + length
        if start > 1 << 20 {
            buffer.removeFirst(start)
            start = 0
        }
        return Frame(kind, payload)
    }

    /// Whether bytes of an unfinished frame are left.
    package var isMidFrame: Bool { start < buffer.count }
}
