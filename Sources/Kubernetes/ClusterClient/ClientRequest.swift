/// One request as a transport carries it.
package struct ClientRequest: Sendable {
    package var method: String
    /// Not percent-encoded, without the query.
    package var path: String
    package var query: [(name: String, value: String)]
    /// Names in lower case.
    package var headers: [(name: String, value: String)]
    package var body: [UInt8]
    /// How long the whole answer may take; of a stream, its head alone.
    package var timeoutSeconds: Int
    /// Whether the answer goes on until somebody ends it.
    package var isStream: Bool

    package init(
        method: String, path: String, query: [(name: String, value: String)] = [],
        headers: [(name: String, value: String)] = [], body: [UInt8] = [], timeoutSeconds: Int = 30,
        isStream: Bool = false
    ) {
        self.method = method
        self.path = path
        self.query = query
        self.headers = headers
        self.body = body
        self.timeoutSeconds = timeoutSeconds
        self.isStream = isStream
    }
}

/// An answer's bytes in pieces as they came; cancelling the task that iterates ends the exchange.
package typealias ResponseBody = any AsyncSequence<[UInt8], any Error> & Sendable

/// An answer whose head has arrived.
package struct ClientResponse: Sendable {
    package var status: Int
    /// Names in lower case.
    package var headers: [(name: String, value: String)]
    package var body: ResponseBody

    package init(status: Int, headers: [(name: String, value: String)] = [], body: ResponseBody) {
        self.status = status
        self.headers = headers
        self.body = body
    }

    /// All of the body.
    package func collected() async throws -> [UInt8] {
        var bytes: [UInt8] = []
        for try await chunk in body {
            if bytes.isEmpty { bytes = chunk } else { bytes.append(contentsOf: chunk) }
        }
        return bytes
    }
}

/// A way to an API server: over TLS, or within the master's own process.
package protocol Transport: Sendable {
    /// The answer's head and its body to come; throws `ClientError` where no answer came.
    func send(_ request: ClientRequest) async throws -> ClientResponse
}
