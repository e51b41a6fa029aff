import Glibc
package import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL
import Synchronization

/// HTTP/1.1 over mutual TLS to one server, with connections kept for the next request.
package final class HTTPTransport: Transport {
    private let access: ServerAccess
    private let context: NIOSSLContext
    private let group: any EventLoopGroup
    private let idle = Mutex<[any Channel]>([])
    private let maximumIdle = 4

    /// - Parameter group: the event loops to use; nil is those of the whole process.
    package init(_ access: ServerAccess, group: (any EventLoopGroup)? = nil) throws(ClientError) {
        self.access = access
        self.group = group ?? MultiThreadedEventLoopGroup.singleton
        context = try Self.context(access)
    }

    private static func context(_ access: ServerAccess) throws(ClientError) -> NIOSSLContext {
        var configuration = TLSConfiguration.makeClientConfiguration()
        configuration.minimumTLSVersion = .tlsv12
        configuration.applicationProtocols = ["http/1.1"]
        configuration.certificateVerification = .fullVerification
        func read<T>(_ what: String, _ body: () throws -> T) throws(ClientError) -> T {
            do {
                return try body()
            } catch {
                throw .invalidCredentials(what: what, reason: "\(error)")
            }
        }
        configuration.trustRoots = .certificates(
            try read("cluster's CA certificate") {
                try NIOSSLCertificate.fromPEMBytes(Array(access.authorityPEM.utf8))
            })
        configuration.certificateChain = try read("client certificate") {
            try NIOSSLCertificate.fromPEMBytes(Array(access.certificatePEM.utf8)).map { .certificate($0) }
        }
        configuration.privateKey = try read("client key") {
            .privateKey(try NIOSSLPrivateKey(bytes: Array(access.privateKeyPEM.utf8), format: .pem))
        }
        return try read("TLS configuration") { try NIOSSLContext(configuration: configuration) }
    }

    /// Sends over a kept connection or a new one; a read that a kept one loses is asked again.
    package func send(_ request: ClientRequest) async throws -> ClientResponse {
        if let channel = takeIdle() {
            do {
                return try await exchange(request, over: channel)
            } catch let error as ClientError {
                // The server may have closed the kept connection just now; what only reads may simply be asked again.
                guard case .unreachable = error, request.method == "GET" else { throw error }
            }
        }
        return try await exchange(request, over: try await connect())
    }

    private func takeIdle() -> (any Channel)? {
        idle.withLock { idle in
            while let channel = idle.popLast() {
                if channel.isActive { return channel }
            }
            return nil
        }
    }

    private func keep(_ channel: any Channel) {
        let isSurplus = idle.withLock { idle in
            idle.removeAll { !$0.isActive }
            guard idle.count < maximumIdle else { return true }
            idle.append(channel)
            return false
        }
        if isSurplus { channel.close(promise: nil) }
    }

    private func connect() async throws -> any Channel {
        let context = context
        let name = access.serverName ?? (Self.isAddress(access.host) ? nil : access.host)
        do {
            return try await ClientBootstrap(group: group)
                .connectTimeout(.seconds(5))
                .channelOption(.tcpOption(.tcp_nodelay), value: 1)
                .channelOption(.socketOption(.so_keepalive), value: 1)
                // A machine can vanish silently: TCP_KEEPIDLE, TCP_KEEPINTVL, TCP_KEEPCNT.
                .channelOption(.tcpOption(.init(rawValue: 4)), value: 20)
                .channelOption(.tcpOption(.init(rawValue: 5)), value: 10)
                .channelOption(.tcpOption(.init(rawValue: 6)), value: 3)
                .channelInitializer { channel in
                    channel.eventLoop.makeCompletedFuture {
                        let pipeline = channel.pipeline.syncOperations
                        try pipeline.addHandler(NIOSSLClientHandler(context: context, serverHostname: name))
                        try pipeline.addHTTPClientHandlers()
                        try pipeline.addHandler(ExchangeHandler())
                    }
                }
                .connect(host: access.host, port: access.port).get()
        } catch {
            try Task.checkCancellation()
            throw ClientError.unreachable(server: access.server, reason: Self.reason(error))
        }
    }

    private func exchange(_ request: ClientRequest, over channel: any Channel) async throws -> ClientResponse {
        let (events, continuation) = AsyncThrowingStream<Exchange.Part, any Error>.makeStream()
        let exchange = Exchange(
            request: request, authority: access.authority, parts: continuation,
            onReusable: { [weak self, channel] in self?.keep(channel) })
        continuation.onTermination = { ending in
            if case .cancelled = ending { channel.close(promise: nil) }
        }
        channel.writeAndFlush(exchange, promise: nil)
        let server = access.server
        do {
            var iterator = events.makeAsyncIterator()
            guard case .head(let status, let headers)? = try await iterator.next() else {
                try Task.checkCancellation()
                throw ClientError.unreachable(server: server, reason: "the connection ended before an answer")
            }
            return ClientResponse(status: status, headers: headers, body: ExchangeBody(parts: events, server: server))
        } catch {
            throw Self.translate(error, server: server)
        }
    }

    static func translate(_ error: any Error, server: String) -> any Error {
        switch error {
        case is CancellationError, is ClientError: error
        default: ClientError.unreachable(server: server, reason: reason(error))
        }
    }

    private static func reason(_ error: any Error) -> String {
        switch error {
        case let error as NIOConnectionError:
            error.connectionErrors.first.map { reason($0.error) } ?? "no address of \(error.host) answers"
        case let error as IOError: String(cString: strerror(error.errnoCode))
        case ChannelError.connectTimeout: "it did not answer within 5 s"
        case ChannelError.ioOnClosedChannel, ChannelError.eof, ChannelError.alreadyClosed: "the connection was closed"
        default: "\(error)"
        }
    }

    private static func isAddress(_ host: String) -> Bool {
        (try? SocketAddress(ipAddress: host, port: 0)) != nil  // a name is not an address
    }
}
