/// A command that runs on a machine, with its input, output and end; any task may use it.
package struct RemoteProcess: Sendable {
    /// The two streams that a command writes.
    package enum Stream: Hashable, Sendable {
        case output, errors
    }

    /// Bytes as they arrived, and from where.
    package struct Chunk: Hashable, Sendable {
        package var stream: Stream
        package var bytes: [UInt8]
    }

    let session: SecureShellSession
    let channel: Int
    let deadline: ContinuousClock.Instant

    /// Writes to the command's input; returns when the system has all of it.
    package func write(_ bytes: some Collection<UInt8> & Sendable) async throws {
        try await session.write(ArraySlice(Array(bytes)), to: channel, deadline: deadline)
    }

    /// Ends the command's input.
    package func closeInput() async throws {
        try await session.closeInput(of: channel, deadline: deadline)
    }

    /// The next bytes that the command wrote to either stream; nil when both have ended.
    ///
    /// A command that is not read from comes to a halt when about 1 MB waits.
    package func nextChunk() async throws -> Chunk? {
        try await session.nextChunk(of: channel, deadline: deadline)
    }

    /// Waits for the command's end; what it still writes before is dropped.
    package func waitForExit() async throws -> CommandStatus {
        while try await nextChunk() != nil {}
        return try await session.exitStatus(of: channel, deadline: deadline)
    }

    /// Sends a signal to the command and its children, by its name without `SIG`.
    package func signal(_ name: String) async throws {
        try await session.signal(name, to: channel, deadline: deadline)
    }
}
