/// One request as it came over a connection.
package struct HTTPRequest: Sendable {
    /// `GET`, `POST` …, in capitals.
    package var method: String
    /// The decoded path, without the query.
    package var path: String
    /// The decoded parameters in their order; a flag without a value has an empty one.
    package var query: [(name: String, value: String)]
    /// Header fields; names in lower case.
    package var headers: [(name: String, value: String)]
    package var body: [UInt8]
    /// Whom the client's certificate names, where it showed one that its authority signed.
    package var peer: CertificateSubject?
}

/// What is answered; a stream's chunks are flushed one by one as they come.
package struct HTTPResponse: Sendable {
    package enum Body: Sendable {
        case bytes([UInt8])
        /// The task that iterates is cancelled when the client goes away.
        case stream(any AsyncSequence<[UInt8], any Error> & Sendable)
    }

    package var status: Int
    package var headers: [(name: String, value: String)]
    package var body: Body

    package init(status: Int, headers: [(name: String, value: String)], body: Body) {
        self.status = status
        self.headers = headers
        self.body = body
    }
}

/// Splits a request's target into its decoded path and parameters.
package enum RequestTarget {
    package static func split(_ target: String) -> (path: String, query: [(name: String, value: String)]) {
        let halves = target.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        var query: [(name: String, value: String)] = []
        for pair in (halves.count < 2 ? "" : halves[1]).split(separator: "&") {
            let sides = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            let value = sides.count < 2 ? "" : decoded(sides[1], isQuery: true)
            query.append((name: decoded(sides[0], isQuery: true), value: value))
        }
        return (decoded(halves.first ?? "/", isQuery: false), query)
    }

    /// Undoes percent encoding; what is none stays as it is.
    private static func decoded(_ text: Substring, isQuery: Bool) -> String {
        let bytes = Array(text.utf8)
        guard bytes.contains(where: { $0 == UInt8(ascii: "%") || $0 == UInt8(ascii: "+") }) else { return String(text) }
        var result: [UInt8] = []
        var at = 0
        while at < bytes.count {
            if bytes[at] == UInt8(ascii: "%"), at + 2 < bytes.count, let high = digit(bytes[at + 1]),
                let low = digit(bytes[at + 2])
            {
                result.append(high << 4 | low)
                at += 3
            } else {
                result.append(isQuery && bytes[at] == UInt8(ascii: "+") ? 0x20 : bytes[at])
                at += 1
            }
        }
        return String(decoding: result, as: UTF8.self)
    }

    private static func digit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case 0x30...0x39: byte - 0x30
        case 0x41...0x46: byte - 0x37
        case 0x61...0x66: byte - 0x57
        default: nil
        }
    }
}
