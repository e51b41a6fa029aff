extension SecureShellSession {
    /// Writes a file on the machine: all of it under a name beside it, which then takes its place at once.
    package func put(
        _ bytes: [UInt8], to path: String, mode: UInt16 = 0o644, deadline: ContinuousClock.Instant
    ) async throws {
        let files = try await acquireFiles(for: "writing \(path)", deadline: deadline)
        defer { releaseFiles(files) }
        let temporary = path + "." + String(UInt64.random(in: 0...UInt64.max), radix: 16) + ".part"
        do {
            try await create(temporary, holding: bytes, mode: mode, files)
            try await perform(.replace(path: path, by: temporary), files)
        } catch {
            await removeRemainder(temporary, files)
            throw Self.naming(path, "write", error)
        }
    }

    /// Reads a whole file of the machine.
    package func get(_ path: String, deadline: ContinuousClock.Instant) async throws -> [UInt8] {
        let files = try await acquireFiles(for: "reading \(path)", deadline: deadline)
        defer { releaseFiles(files) }
        do {
            let handle = try await open(path, .read, files)
            var bytes: [UInt8] = []
            while let chunk = try await read(handle, from: UInt64(bytes.count), files) { bytes += chunk }
            try await close(handle, files)
            return bytes
        } catch {
            throw Self.naming(path, "read", error)
        }
    }

    /// A file's size, permissions and owner, its links followed; nil where there is none.
    package func status(of path: String, deadline: ContinuousClock.Instant) async throws -> RemoteFile? {
        let files = try await acquireFiles(for: "looking at \(path)", deadline: deadline)
        defer { releaseFiles(files) }
        switch try await exchange(.status(path: path), files) {
        case .attributes(let file): return file
        case .status(.noSuchFile): return nil
        case let reply: throw Self.naming(path, "look at", FileRefusal(reply))
        }
    }

    /// Deletes a file of the machine; one that does not exist is no error.
    package func delete(_ path: String, deadline: ContinuousClock.Instant) async throws {
        let files = try await acquireFiles(for: "deleting \(path)", deadline: deadline)
        defer { releaseFiles(files) }
        switch try await exchange(.remove(path: path), files) {
        case .status(.ok), .status(.noSuchFile): return
        case let reply: throw Self.naming(path, "delete", FileRefusal(reply))
        }
    }

    /// How many writes may be under way: enough that the server never waits for the next.
    private static let writesUnderWay = 8

    private func create(
        _ path: String, holding bytes: [UInt8], mode: UInt16, _ files: FileChannel
    ) async throws {
        let handle = try await open(path, .create, files)
        var offset = 0
        while offset < bytes.count || files.unanswered > 0 {
            if offset < bytes.count, files.unanswered < Self.writesUnderWay {
                let chunk = bytes[offset..<min(bytes.count, offset + Self.fileChunkBytes)]
                try await send(.write(handle: handle, offset: UInt64(offset), bytes: chunk), files)
                offset += chunk.count
            } else {
                let reply = try await receive(files)
                guard reply == .status(.ok) else { throw FileRefusal(reply) }
            }
        }
        // The server's umask counts when a file is made, not here.
        try await perform(.setMode(handle: handle, mode: mode), files)
        try await close(handle, files)
    }

    private func open(
        _ path: String, _ access: SFTPRequest.OpenAccess, _ files: FileChannel
    ) async throws -> [UInt8] {
        let reply = try await exchange(.open(path: path, access: access), files)
        guard case .handle(let handle) = reply else { throw FileRefusal(reply) }
        files.openHandles += 1
        return handle
    }

    private func close(_ handle: [UInt8], _ files: FileChannel) async throws {
        try await perform(.close(handle: handle), files)
        files.openHandles -= 1
    }

    /// The bytes at an offset, as many as the server gives at once; nil at the end.
    private func read(_ handle: [UInt8], from offset: UInt64, _ files: FileChannel) async throws -> [UInt8]? {
        let count = UInt32(Self.fileChunkBytes)
        switch try await exchange(.read(handle: handle, offset: offset, count: count), files) {
        case .data(let bytes) where !bytes.isEmpty: return bytes
        case .status(.endOfFile): return nil
        case let reply: throw FileRefusal(reply)
        }
    }

    /// The server's refusal as an error that says what was asked; every other error as it is.
    private static func naming(_ path: String, _ action: String, _ error: any Error) -> any Error {
        guard let refusal = error as? FileRefusal else { return error }
        return SecureShellError.fileOperationFailed(action: action, path: path, status: refusal.status)
    }
}
