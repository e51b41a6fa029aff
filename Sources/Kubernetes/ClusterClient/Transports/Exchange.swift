import NIOCore
import NIOHTTP1

/// One request on its way over a connection, and where the answer's parts go.
struct Exchange: Sendable {
    enum Part: Sendable {
        case head(status: Int, headers: [(name: String, value: String)])
        case chunk([UInt8])
    }

    var request: ClientRequest
    var authority: String
    var parts: AsyncThrowingStream<Part, any Error>.Continuation
    /// Called where the connection can carry another request.
    var onReusable: @Sendable () -> Void

    var head: HTTPRequestHead {
        var headers = HTTPHeaders()
        headers.add(name: "host", value: authority)
        for (name, value) in request.headers { headers.add(name: name, value: value) }
        if !request.body.isEmpty || request.method != "GET" {
            headers.add(name: "content-length", value: String(request.body.count))
        }
        return HTTPRequestHead(
            version: .http1_1, method: HTTPMethod(rawValue: request.method), uri: PercentEncoding.target(request),
            headers: headers)
    }
}

/// Carries one exchange at a time over a connection; lives on its event loop.
final class ExchangeHandler: ChannelDuplexHandler {
    typealias InboundIn = HTTPClientResponsePart
    typealias OutboundIn = Exchange
    typealias OutboundOut = HTTPClientRequestPart

    private var current: Exchange?
    private var deadline: Scheduled<Void>?
    private var keepsAlive = false

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        let exchange = unwrapOutboundIn(data)
        guard current == nil, context.channel.isActive else {
            exchange.parts.finish(throwing: ChannelError.ioOnClosedChannel)
            promise?.fail(ChannelError.ioOnClosedChannel)
            return
        }
        current = exchange
        let seconds = exchange.request.timeoutSeconds
        let name = exchange.request.method + " " + exchange.request.path
        let channel = context.channel
        let parts = exchange.parts
        deadline = context.eventLoop.scheduleTask(in: .seconds(Int64(seconds))) {
            parts.finish(throwing: ClientError.timedOut(request: name, seconds: seconds))
            channel.close(promise: nil)
        }
        context.write(wrapOutboundOut(.head(exchange.head)), promise: nil)
        if !exchange.request.body.isEmpty {
            let buffer = context.channel.allocator.buffer(bytes: exchange.request.body)
            context.write(wrapOutboundOut(.body(.byteBuffer(buffer))), promise: nil)
        }
        context.write(wrapOutboundOut(.end(nil)), promise: promise)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head):
            keepsAlive = head.isKeepAlive
            if current?.request.isStream == true, head.status == .ok { deadline?.cancel() }
            let headers = head.headers.map { (name: $0.name.lowercased(), value: $0.value) }
            current?.parts.yield(.head(status: Int(head.status.code), headers: headers))
        case .body(let buffer):
            current?.parts.yield(.chunk(Array(buffer.readableBytesView)))
        case .end:
            deadline?.cancel()
            let finished = current
            current = nil
            if keepsAlive { finished?.onReusable() } else { context.close(promise: nil) }
            finished?.parts.finish()
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        fail(with: ChannelError.eof)
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        fail(with: error)
        context.close(promise: nil)
    }

    private func fail(with error: any Error) {
        deadline?.cancel()
        let failed = current
        current = nil
        failed?.parts.finish(throwing: error)
    }
}

/// The rest of an answer; ending the iteration early closes the connection.
struct ExchangeBody: AsyncSequence, Sendable {
    typealias Element = [UInt8]
    typealias Failure = any Error
    let parts: AsyncThrowingStream<Exchange.Part, any Error>
    let server: String

    struct AsyncIterator: AsyncIteratorProtocol {
        var parts: AsyncThrowingStream<Exchange.Part, any Error>.Iterator
        let server: String

        mutating func next() async throws -> [UInt8]? { try await next(isolation: #isolation) }

        mutating func next(isolation actor: isolated (any Actor)?) async throws(any Error) -> [UInt8]? {
            do {
                guard case .chunk(let bytes)? = try await parts.next(isolation: actor) else {
                    try Task.checkCancellation()
                    return nil
                }
                return bytes
            } catch {
                throw HTTPTransport.translate(error, server: server)
            }
        }
    }

    func makeAsyncIterator() -> AsyncIterator {
        AsyncIterator(parts: parts.makeAsyncIterator(), server: server)
    }
}
