import CLibssh

/// What a `RemoteProcess` does, on the session's thread.
extension SecureShellSession {
    private static let writing = "writing to the command"
    private static let reading = "reading from the command"

    func write(_ bytes: ArraySlice<UInt8>, to id: Int, deadline: ContinuousClock.Instant) async throws {
        var rest = bytes
        while !rest.isEmpty {
            let channel = try channel(id, during: Self.writing)
            // A `ChannelFailure` says no more than what is thrown in its place.
            guard !channel.isClosedByServer, let count = try? channel.write(rest.prefix(262_144)) else {
                throw SecureShellError.channelClosed(during: Self.writing)
            }
            rest = rest.dropFirst(count)
            if count == 0 {
                try await activity(during: Self.writing, deadline: deadline)
            } else {
                try await flush(during: Self.writing, deadline: deadline)
            }
        }
    }

    func closeInput(of id: Int, deadline: ContinuousClock.Instant) async throws {
        let channel = try channel(id, during: Self.writing)
        guard !channel.isClosedByServer, ssh_channel_send_eof(channel.pointer) == SSH_OK else {
            throw SecureShellError.channelClosed(during: Self.writing)
        }
        try await flush(during: Self.writing, deadline: deadline)
    }

    func signal(_ name: String, to id: Int, deadline: ContinuousClock.Instant) async throws {
        let channel = try channel(id, during: "sending a signal")
        guard ssh_channel_request_send_signal(channel.pointer, name) == SSH_OK else {
            throw SecureShellError.channelClosed(during: "sending a signal")
        }
        try await flush(during: "sending a signal", deadline: deadline)
    }

    func nextChunk(of id: Int, deadline: ContinuousClock.Instant) async throws -> RemoteProcess.Chunk? {
        while true {
            let channel = try channel(id, during: Self.reading)
            var openStreams = 0
            for stream in [RemoteProcess.Stream.output, .errors] {
                let bytes: [UInt8]?
                do {
                    bytes = try channel.read(stream)
                } catch {
                    throw SecureShellError.channelClosed(during: Self.reading)
                }
                guard let bytes else { continue }
                openStreams += 1
                if !bytes.isEmpty { return RemoteProcess.Chunk(stream: stream, bytes: bytes) }
            }
            if openStreams == 0 { return nil }
            try await activity(during: Self.reading, deadline: deadline)
        }
    }

    func exitStatus(of id: Int, deadline: ContinuousClock.Instant) async throws -> CommandStatus {
        let what = "waiting for the command's end"
        while true {
            let channel = try channel(id, during: what)
            if let status = channel.status { return status }
            if channel.isClosedByServer { throw SecureShellError.channelClosed(during: what) }
            // Called for its side effect, which is to take in what has arrived; the callbacks then know the status.
            _ = ssh_channel_get_exit_status(channel.pointer)
            if channel.status == nil, !channel.isClosedByServer {
                try await activity(during: what, deadline: deadline)
            }
        }
    }
}
