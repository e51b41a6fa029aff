import CLibssh
import Glibc

extension SecureShellSession {
    /// Listens on this host's loopback while `body` runs, and carries each connection to `host` and `port` as the machine reaches them.
    ///
    /// `body` is given the port that is listened on: a free one where `localPort` is 0. Its end closes all connections.
    package nonisolated func withForwarding<Result: Sendable>(
        localPort: UInt16 = 0, to host: String, port: UInt16,
        _ body: @escaping @Sendable (UInt16) async throws -> Result
    ) async throws -> Result {
        let listener = try LocalSocket.listening(on: localPort)
        return try await withThrowingTaskGroup(of: Result?.self) { group in
            group.addTask {
                try await self.acceptConnections(of: listener, host: host, port: port)
                return nil
            }
            group.addTask { try await body(listener.port) }
            while let result = try await group.next() {
                guard let result else { continue }
                group.cancelAll()
                return result
            }
            throw SecureShellError.channelClosed(during: "forwarding a port")
        }
    }

    private func acceptConnections(of listener: LocalSocket, host: String, port: UInt16) async throws {
        try await withThrowingDiscardingTaskGroup { group in
            while true {
                guard let connection = listener.accept() else {
                    try await ready(listener, Int32(POLLIN))
                    continue
                }
                // A connection that fails is closed, as its own side sees; the others go on.
                group.addTask { try? await self.carry(connection, host: host, port: port) }
            }
        }
    }

    private func carry(_ connection: LocalSocket, host: String, port: UInt16) async throws {
        let what = "connecting to \(host) port \(port) through the machine"
        let id = try await openChannel(during: what, deadline: .now + .seconds(30)) { channel in
            ssh_channel_open_forward(channel.pointer, host, Int32(port), "127.0.0.1", Int32(connection.port))
        }
        defer { end(id) }
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await self.carryUp(connection, id) }
            group.addTask { try await self.carryDown(connection, id) }
            try await group.waitForAll()
        }
    }

    private func carryUp(_ connection: LocalSocket, _ id: Int) async throws {
        while true {
            switch connection.read() {
            case .done(let bytes): try await write(bytes[...], to: id, deadline: Self.nextLook)
            case .wouldBlock: try await ready(connection, Int32(POLLIN))
            case .ended: return try await closeInput(of: id, deadline: Self.nextLook)
            }
        }
    }

    private func carryDown(_ connection: LocalSocket, _ id: Int) async throws {
        while let chunk = try await nextChunk(of: id, deadline: Self.nextLook) {
            var rest = chunk.bytes[...]
            while !rest.isEmpty {
                switch connection.write(rest) {
                case .done(let count): rest = rest.dropFirst(count)
                case .wouldBlock: try await ready(connection, Int32(POLLOUT))
                case .ended: throw SecureShellError.channelClosed(during: "forwarding a port")
                }
            }
        }
        connection.endWriting()
    }

    /// A connection may be silent as long as it likes; this only bounds each single wait.
    private static var nextLook: ContinuousClock.Instant { .now + .seconds(24 * 3600) }

    private func ready(_ socket: LocalSocket, _ events: Int32) async throws {
        _ = try await executor.wait(for: socket.descriptor, events: events, deadline: Self.nextLook)
        if isClosed { throw SecureShellError.channelClosed(during: "forwarding a port") }
    }
}
