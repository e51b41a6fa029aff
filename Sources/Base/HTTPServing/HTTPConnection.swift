internal import Logging
internal import NIOCore
internal import NIOHTTP1
internal import NIOSSL

/// One client's connection: requests are answered one after the other, in their order.
struct HTTPConnection: Sendable {
    typealias Outbound = NIOAsyncChannelOutboundWriter<HTTPServerResponsePart>

    let channel: NIOAsyncChannel<HTTPServerRequestPart, HTTPServerResponsePart>
    let limits: HTTPServer.Limits
    let isSecure: Bool
    let handler: HTTPServer.Handler
    let logger: Logger

    func run() async {
        do {
            try await channel.executeThenClose { inbound, outbound in
                var parts = inbound.makeAsyncIterator()
                var isFirst = true
                var peer: CertificateSubject?
                while !Task.isCancelled {
                    let deadline = closing(in: isFirst ? limits.requestSeconds : limits.idleSeconds)
                    defer { deadline.cancel() }
                    guard case .head(let head)? = try await parts.next() else { return }
                    deadline.cancel()
                    if isFirst { peer = try await readPeer() }
                    isFirst = false
                    guard let body = try await readBody(&parts, head) else {
                        return try await refuse(outbound, .payloadTooLarge)
                    }
                    let request = request(head, body, peer)
                    let keeps = try await answer(await handler(request), head, outbound)
                    if !keeps { return }
                }
            }
        } catch is CancellationError {
            return
        } catch {
            // Clients come and go: a broken connection or handshake is theirs to tell.
            logger.debug("connection ended", metadata: ["error": "\(error)"])
        }
    }

    private func closing(in seconds: Int) -> Scheduled<Void> {
        let channel = channel.channel
        return channel.eventLoop.scheduleTask(in: .seconds(Int64(seconds))) { channel.close(promise: nil) }
    }

    private func readPeer() async throws -> CertificateSubject? {
        guard isSecure, let certificate = try await channel.channel.nioSSL_peerCertificate().get() else { return nil }
        return CertificateSubject(der: try certificate.toDERBytes())
    }

    /// Nil when the body is larger than allowed.
    private func readBody(
        _ parts: inout NIOAsyncChannelInboundStream<HTTPServerRequestPart>.AsyncIterator, _ head: HTTPRequestHead
    ) async throws -> [UInt8]? {
        let deadline = closing(in: limits.requestSeconds)
        defer { deadline.cancel() }
        if let length = head.headers.first(name: "content-length").flatMap({ Int($0) }), length > limits.bodyBytes {
            return nil
        }
        var body: [UInt8] = []
        while let part = try await parts.next() {
            switch part {
            case .body(let buffer):
                guard body.count + buffer.readableBytes <= limits.bodyBytes else { return nil }
                body += buffer.readableBytesView
            case .end: return body
            case .head: return nil
            }
        }
        throw CancellationError()  // the client hung up
    }

    private func request(_ head: HTTPRequestHead, _ body: [UInt8], _ peer: CertificateSubject?) -> HTTPRequest {
        let (path, query) = RequestTarget.split(head.uri)
        return HTTPRequest(
            method: head.method.rawValue, path: path, query: query,
            headers: head.headers.map { ($0.name.lowercased(), $0.value) }, body: body, peer: peer)
    }

    private func refuse(_ outbound: Outbound, _ status: HTTPResponseStatus) async throws {
        let headers: HTTPHeaders = ["content-length": "0", "connection": "close"]
        try await outbound.write(.head(HTTPResponseHead(version: .http1_1, status: status, headers: headers)))
        try await outbound.write(.end(nil))
    }

    /// Sends an answer; whether the connection may be used again.
    private func answer(_ response: HTTPResponse, _ request: HTTPRequestHead, _ outbound: Outbound) async throws -> Bool
    {
        var headers = HTTPHeaders(response.headers.map { ($0.name, $0.value) })
        let keeps = request.isKeepAlive && !Task.isCancelled
        if !keeps { headers.replaceOrAdd(name: "connection", value: "close") }
        if keeps, request.version == .http1_0 { headers.replaceOrAdd(name: "connection", value: "keep-alive") }
        let status = HTTPResponseStatus(statusCode: response.status)
        switch response.body {
        case .bytes(let bytes):
            headers.replaceOrAdd(name: "content-length", value: String(bytes.count))
            var parts: [HTTPServerResponsePart] = [
                .head(HTTPResponseHead(version: .http1_1, status: status, headers: headers))
            ]
            if request.method != .HEAD, !bytes.isEmpty { parts.append(.body(.byteBuffer(ByteBuffer(bytes: bytes)))) }
            try await outbound.write(contentsOf: parts + [.end(nil)])
        case .stream(let chunks):
            headers.replaceOrAdd(name: "transfer-encoding", value: "chunked")
            try await outbound.write(.head(HTTPResponseHead(version: .http1_1, status: status, headers: headers)))
            for try await chunk in chunks where !chunk.isEmpty {
                try await outbound.write(.body(.byteBuffer(ByteBuffer(bytes: chunk))))
            }
            try await outbound.write(.end(nil))
        }
        return keeps
    }
}
