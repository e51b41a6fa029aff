import CZlib

/// Another source's bytes without their gzip compression (RFC 1952); several members one after the other are one stream.
final class GzipBytes: ByteSource {
    private let source: any ByteSource
    private let name: String
    private var stream = z_stream()
    private var input: [UInt8] = []
    private var consumed = 0
    private var isBetweenMembers = false

    init(_ source: any ByteSource, name: String) {
        self.source = source
        self.name = name
        let result = clusterfile_inflate_gzip_init(&stream)
        precondition(result == Z_OK, "zlib refuses to start: \(result)")
    }

    deinit { inflateEnd(&stream) }

    func next() throws -> [UInt8] {
        while true {
            if consumed == input.count {
                input = try source.next()
                consumed = 0
                if input.isEmpty {
                    if isBetweenMembers { return [] }
                    throw ImageError.malformedArchive(path: name, reason: "the compressed data ends early")
                }
            }
            if isBetweenMembers {
                inflateReset(&stream)
                isBetweenMembers = false
            }
            let piece = try inflatePiece()
            if !piece.isEmpty { return piece }
        }
    }

    private func inflatePiece() throws -> [UInt8] {
        let capacity = 128 << 10
        var result = Z_OK
        let piece = [UInt8](unsafeUninitializedCapacity: capacity) { output, count in
            input.withUnsafeMutableBufferPointer { bytes in
                stream.next_in = bytes.baseAddress?.advanced(by: consumed)
                stream.avail_in = UInt32(bytes.count - consumed)
                stream.next_out = output.baseAddress
                stream.avail_out = UInt32(capacity)
                result = inflate(&stream, Z_NO_FLUSH)
                consumed = bytes.count - Int(stream.avail_in)
            }
            count = capacity - Int(stream.avail_out)
        }
        switch result {
        case Z_OK, Z_BUF_ERROR: break
        case Z_STREAM_END: isBetweenMembers = true
        default:
            let reason = stream.msg.map { String(cString: $0) } ?? "code \(result)"
            throw ImageError.malformedArchive(path: name, reason: "the compressed data is damaged: \(reason)")
        }
        return piece
    }
}
