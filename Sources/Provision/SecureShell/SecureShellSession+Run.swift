import CLibssh

extension SecureShellSession {
    /// Runs a command in the user's shell, with `input` as its standard input, and waits for its end.
    ///
    /// Where the task is cancelled or the deadline passes, the command's streams are closed and it gets SIGTERM.
    package func run(
        _ command: String, input: [UInt8] = [], deadline: ContinuousClock.Instant
    ) async throws -> CommandResult {
        try await withProcess(command, deadline: deadline) { process in
            async let writing: Void = process.writeAll(input)
            var result = CommandResult(status: .exited(code: 0), output: [], errors: [])
            while let chunk = try await process.nextChunk() {
                switch chunk.stream {
                case .output: result.output += chunk.bytes
                case .errors: result.errors += chunk.bytes
                }
            }
            result.status = try await process.waitForExit()
            try await writing
            return result
        }
    }

    /// Starts a command in the user's shell and hands it to `body`, whose end is the command's too.
    ///
    /// One that still runs then has its streams closed and gets SIGTERM, which OpenSSH sends for every user but root.
    /// The deadline holds for everything `body` does with the process.
    package nonisolated(nonsending) func withProcess<Result>(
        _ command: String, deadline: ContinuousClock.Instant,
        _ body: nonisolated(nonsending) (RemoteProcess) async throws -> Result
    ) async throws -> Result {
        let channel = try await start(command, deadline: deadline)
        let result: Result
        do {
            result = try await body(RemoteProcess(session: self, channel: channel, deadline: deadline))
        } catch {
            await end(channel)
            throw error
        }
        await end(channel)
        return result
    }

    private func start(_ command: String, deadline: ContinuousClock.Instant) async throws -> Int {
        let what = "the start of `\(command)`"
        let id = try await openChannel(during: what, deadline: deadline) { ssh_channel_open_session($0.pointer) }
        do {
            let channel = try channel(id, during: what)
            let status = try await repeated(during: what, deadline: deadline) {
                ssh_channel_request_exec(channel.pointer, command)
            }
            guard status == SSH_OK else {
                throw SecureShellError.commandNotStarted(command: command, reason: lastReason)
            }
            return id
        } catch {
            end(id)
            throw error
        }
    }

    /// Opens a channel by one of libssh's functions; the caller gives it to `end`.
    func openChannel(
        during what: String, deadline: ContinuousClock.Instant, _ open: (Channel) -> Int32
    ) async throws -> Int {
        guard let pointer = ssh_channel_new(session) else {
            throw SecureShellError.connectionFailed(address: target.address, reason: lastReason)
        }
        let channel = Channel(pointer)
        lastChannel += 1
        let id = lastChannel
        channels[id] = channel
        do {
            let status = try await repeated(during: what, deadline: deadline) { open(channel) }
            guard status == SSH_OK else {
                throw SecureShellError.connectionFailed(address: target.address, reason: lastReason)
            }
        } catch {
            end(id)
            throw error
        }
        return id
    }

    /// Ends a channel; a command that still runs in it gets SIGTERM, which OpenSSH does not send by itself.
    func end(_ id: Int) {
        guard let channel = channels.removeValue(forKey: id) else { return }
        if channel.status == nil, !channel.isClosedByServer { ssh_channel_request_send_signal(channel.pointer, "TERM") }
        channel.close()
        // What does not fit into the socket now goes out with the next activity; the server sees the end at the latest with the session's.
        _ = ssh_blocking_flush(session, 0)
    }

    func channel(_ id: Int, during what: String) throws(SecureShellError) -> Channel {
        guard let channel = channels[id] else { throw .channelClosed(during: what) }
        return channel
    }
}

extension RemoteProcess {
    /// Writes all of the input and ends it; a command that ends without reading all of it is no error.
    package func writeAll(_ input: [UInt8]) async throws {
        do {
            if !input.isEmpty { try await write(input) }
            try await closeInput()
        } catch SecureShellError.channelClosed {
            return
        }
    }
}
