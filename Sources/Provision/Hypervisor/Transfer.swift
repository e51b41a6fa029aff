import CLibvirt
import Glibc

/// Bytes on their way into a volume through a libvirt stream; runs on a lane.
struct Transfer: ~Copyable {
    private let stream: Handle
    private let volume: String
    /// libvirt's protocol carries at most 262,120 bytes in a packet of a stream.
    private static let chunkBytes = 262_120
    private static let zeroRunBytes = 65_536

    /// Opens a stream into a volume from its first byte; what is already in the file stays where nothing is sent.
    init(into volume: borrowing Handle, named name: String, on connection: virConnectPtr) throws(HypervisorError) {
        let stream = try Handle(virStreamNew(connection, 0), release: virStreamFree) {
            .refused(action: "open a stream", $0)
        }
        let flags = VIR_STORAGE_VOL_UPLOAD_SPARSE_STREAM.rawValue
        try HypervisorError.check(
            virStorageVolUpload(volume.pointer, stream.pointer, 0, 0, flags), "write to volume '\(name)'")
        self.stream = stream
        self.volume = name
    }

    /// Sends the whole stream, and tells libvirt whether it is complete.
    consuming func send(_ source: borrowing TransferSource, _ cancellation: BlockingLanes.Cancellation) throws {
        do {
            try sendChunks(of: source, cancellation)
        } catch {
            // The first error is the one that counts; an abort that fails leaves nothing to undo.
            _ = virStreamAbort(stream.pointer)
            throw error
        }
        try HypervisorError.check(virStreamFinish(stream.pointer), "finish writing to volume '\(volume)'")
    }

    private func sendChunks(of source: borrowing TransferSource, _ cancellation: BlockingLanes.Cancellation) throws {
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: Self.chunkBytes, alignment: 4096)
        defer { buffer.deallocate() }
        var offset: Int64 = 0
        var hole: Int64 = 0
        while offset < source.count {
            try cancellation.check()
            let data = try source.nextData(from: offset)
            hole += data - offset
            offset = data
            if offset >= source.count { break }
            // Blocks of zeros are holes too, wherever the source's file system stored them.
            let read = try source.read(into: buffer, at: offset)
            let chunk = UnsafeRawBufferPointer(rebasing: buffer[..<read])
            offset += Int64(read)
            if read >= Self.zeroRunBytes || offset == source.count, Self.isZero(chunk) {
                hole += Int64(read)
                continue
            }
            try sendHole(&hole)
            try sendAll(chunk)
        }
        try sendHole(&hole)
    }

    private func sendHole(_ length: inout Int64) throws(HypervisorError) {
        guard length > 0 else { return }
        try HypervisorError.check(virStreamSendHole(stream.pointer, length, 0), "write to volume '\(volume)'")
        length = 0
    }

    private func sendAll(_ bytes: UnsafeRawBufferPointer) throws(HypervisorError) {
        var rest = bytes
        while !rest.isEmpty {
            let base = rest.baseAddress?.assumingMemoryBound(to: CChar.self)
            let sent = virStreamSend(stream.pointer, base, rest.count)
            try HypervisorError.check(sent, "write to volume '\(volume)'")
            rest = UnsafeRawBufferPointer(rebasing: rest[Int(sent)...])
        }
    }

    private static func isZero(_ bytes: UnsafeRawBufferPointer) -> Bool {
        guard let base = bytes.baseAddress, bytes.first == 0 else { return bytes.isEmpty }
        return memcmp(base, base + 1, bytes.count - 1) == 0
    }
}
