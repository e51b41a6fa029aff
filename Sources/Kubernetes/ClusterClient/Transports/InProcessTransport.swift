/// Requests answered within this process, by a closure that the master's program makes of its API server.
package struct InProcessTransport: Transport {
    private let respond: @Sendable (ClientRequest) async throws -> ClientResponse

    package init(_ respond: @escaping @Sendable (ClientRequest) async throws -> ClientResponse) {
        self.respond = respond
    }

    /// Asks the closure.
    package func send(_ request: ClientRequest) async throws -> ClientResponse {
        try Task.checkCancellation()
        return try await respond(request)
    }
}

/// A body whose bytes are all there.
package struct WholeBody: AsyncSequence, Sendable {
    package typealias Element = [UInt8]
    package typealias Failure = any Error
    private let bytes: [UInt8]

    package init(_ bytes: [UInt8]) { self.bytes = bytes }

    /// Gives the bytes once.
    package struct AsyncIterator: AsyncIteratorProtocol {
        var bytes: [UInt8]?

        package mutating func next() async throws -> [UInt8]? {
            defer { bytes = nil }
            return bytes
        }

        package mutating func next(isolation actor: isolated (any Actor)?) async throws(any Error) -> [UInt8]? {
            defer { bytes = nil }
            return bytes
        }
    }

    package func makeAsyncIterator() -> AsyncIterator { AsyncIterator(bytes: bytes.isEmpty ? nil : bytes) }
}
