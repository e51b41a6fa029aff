import CLibvirt

extension Hypervisor {
    /// Writes bytes to the start of a volume.
    package func upload(_ bytes: [UInt8], toVolume name: String, pool: String) async throws {
        try await upload(toVolume: name, pool: pool) { TransferSource(bytes: bytes) }
    }

    /// Writes a file of this host to the start of a volume, leaving out its holes and long runs of zeros.
    ///
    /// The volume must be new or hold nothing but zeros where the file has zeros.
    package func upload(file path: String, toVolume name: String, pool: String) async throws {
        try await upload(toVolume: name, pool: pool) { try TransferSource(file: path) }
    }

    private func upload(
        toVolume name: String, pool: String, from source: @escaping @Sendable () throws -> TransferSource
    ) async throws {
        try await call { connection, cancellation in
            let source = try source()
            let handle = try Lookup.pool(pool, on: connection)
            let volume = try Lookup.volume(name, in: handle)
            // A disk that is filled to the brim stops the machines on it: this is refused before.
            let neededBytes = try source.dataBytes()
            var info = virStoragePoolInfo()
            try HypervisorError.check(virStoragePoolGetInfo(handle.pointer, &info), "look at pool '\(pool)'")
            if info.available < neededBytes {
                let free = Self.freeBytes(of: handle)
                guard free >= neededBytes else {
                    throw HypervisorError.poolFull(name: pool, freeBytes: free, neededBytes: neededBytes)
                }
            }
            do {
                try Transfer(into: volume, named: name, on: connection).send(source, cancellation)
            } catch HypervisorError.refused(let action, let failure) {
                throw HypervisorError.notWritten(
                    to: handle, named: pool, neededBytes: neededBytes, action: action, failure)
            }
        }
    }

    /// Reads up to `limit` bytes of a volume from `offset` on.
    package func download(volume name: String, pool: String, offset: UInt64 = 0, limit: Int) async throws -> [UInt8] {
        try await call { connection, cancellation in
            let handle = try Lookup.pool(pool, on: connection)
            let volume = try Lookup.volume(name, in: handle)
            let stream = try Handle(virStreamNew(connection, 0), release: virStreamFree) {
                .refused(action: "open a stream", $0)
            }
            let action = "read volume '\(name)'"
            try HypervisorError.check(
                virStorageVolDownload(volume.pointer, stream.pointer, offset, UInt64(limit), 0), action)
            var bytes: [UInt8] = []
            do {
                while bytes.count < limit {
                    try cancellation.check()
                    let chunk = try Self.receive(stream, limit: min(262_120, limit - bytes.count), action)
                    if chunk.isEmpty { break }
                    bytes += chunk
                }
            } catch {
                // The first error is the one that counts.
                _ = virStreamAbort(stream.pointer)
                throw error
            }
            try HypervisorError.check(virStreamFinish(stream.pointer), action)
            return bytes
        }
    }

    private static func receive(
        _ stream: borrowing Handle, limit: Int, _ action: String
    ) throws(HypervisorError) -> [UInt8] {
        var status: Int32 = 0
        let pointer = stream.pointer
        let chunk = [UInt8](unsafeUninitializedCapacity: limit) { buffer, count in
            status = buffer.withMemoryRebound(to: CChar.self) { virStreamRecv(pointer, $0.baseAddress, limit) }
            count = max(0, Int(status))
        }
        try HypervisorError.check(status, action)
        return chunk
    }
}
