import CLibssh

/// The conversation with the server's SFTP subsystem. libssh's own blocks its session and cannot replace a file at once.
extension SecureShellSession {
    /// OpenSSH takes and gives packets of up to 256 KiB, whose head needs some room.
    static var fileChunkBytes: Int { 250_000 }

    /// The session's one SFTP channel for the caller alone, which gives it back by `releaseFiles`.
    func acquireFiles(for purpose: String, deadline: ContinuousClock.Instant) async throws -> FileChannel {
        while filesAreBusy {
            await withCheckedContinuation { filesWaiters.append($0) }
        }
        filesAreBusy = true
        do {
            try Task.checkCancellation()
            let files = try await openFiles(deadline: deadline)
            files.purpose = purpose
            files.deadline = deadline
            return files
        } catch {
            freeFiles()
            throw error
        }
    }

    func releaseFiles(_ files: FileChannel) {
        if !files.isClean { dropFiles() }
        freeFiles()
    }

    private func freeFiles() {
        filesAreBusy = false
        if !filesWaiters.isEmpty { filesWaiters.removeFirst().resume() }
    }

    private func dropFiles() {
        if let files { end(files.channel) }
        files = nil
    }

    /// The channel that is open, or a new one: the server starts a process for each.
    private func openFiles(deadline: ContinuousClock.Instant) async throws -> FileChannel {
        if let files, channels[files.channel]?.isClosedByServer == false { return files }
        dropFiles()
        let what = "opening the file transfer"
        let id = try await openChannel(during: what, deadline: deadline) { ssh_channel_open_session($0.pointer) }
        let opened = FileChannel(channel: id, deadline: deadline)
        do {
            let channel = try channel(id, during: what)
            let status = try await repeated(during: what, deadline: deadline) {
                ssh_channel_request_subsystem(channel.pointer, "sftp")
            }
            guard status == SSH_OK else {
                throw SecureShellError.commandNotStarted(command: "sftp", reason: lastReason)
            }
            guard try await exchange(.initialize, opened) == .version else {
                throw SecureShellError.channelClosed(during: what)
            }
        } catch {
            end(id)
            throw error
        }
        files = opened
        return opened
    }

    /// Removes what a failed or cancelled write left, for which a cancelled task still takes the time.
    func removeRemainder(_ path: String, _ files: FileChannel) async {
        if !files.isClean { dropFiles() }
        let removal = Task {
            let files = try await self.openFiles(deadline: .now + .seconds(5))
            files.deadline = .now + .seconds(5)
            _ = try await self.exchange(.remove(path: path), files)
        }
        // Only a remainder is left if this fails too, and the first error is the one that counts.
        _ = await removal.result
    }

    func send(_ request: SFTPRequest, _ files: FileChannel) async throws {
        files.lastRequest &+= 1
        files.unanswered += 1
        let packet = request.packet(id: request == .initialize ? 0 : files.lastRequest)
        do {
            try await write(packet[...], to: files.channel, deadline: files.deadline)
        } catch let error as SecureShellError {
            throw error.during(files.purpose)
        }
    }

    /// The answer to the oldest request that has none yet: OpenSSH answers in order.
    func receive(_ files: FileChannel) async throws -> SFTPReply {
        while true {
            if let packet = SFTPReply.takePacket(from: &files.arrived) {
                let expected = files.lastRequest &- UInt32(files.unanswered - 1)
                guard let (id, reply) = SFTPReply.read(packet), id == expected || reply == .version else { break }
                files.unanswered -= 1
                return reply
            }
            guard !SFTPReply.isTooLong(files.arrived), let chunk = try await nextFileChunk(files) else { break }
            if chunk.stream == .output { files.arrived += chunk.bytes }
        }
        throw SecureShellError.channelClosed(during: files.purpose)
    }

    private func nextFileChunk(_ files: FileChannel) async throws -> RemoteProcess.Chunk? {
        do {
            return try await nextChunk(of: files.channel, deadline: files.deadline)
        } catch let error as SecureShellError {
            throw error.during(files.purpose)
        }
    }

    func exchange(_ request: SFTPRequest, _ files: FileChannel) async throws -> SFTPReply {
        try await send(request, files)
        return try await receive(files)
    }

    /// Makes a request that is answered by success or a reason.
    func perform(_ request: SFTPRequest, _ files: FileChannel) async throws {
        let reply = try await exchange(request, files)
        guard reply == .status(.ok) else { throw FileRefusal(reply) }
    }
}

extension SecureShellError {
    /// The same error, said of what the caller was about.
    func during(_ purpose: String) -> SecureShellError {
        switch self {
        case .channelClosed: .channelClosed(during: purpose)
        case .timedOut(_, let address): .timedOut(during: purpose, address: address)
        default: self
        }
    }
}
