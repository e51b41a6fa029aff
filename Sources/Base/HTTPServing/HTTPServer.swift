package import Logging
internal import NIOCore
internal import NIOHTTP1
internal import NIOPosix
internal import NIOSSL

/// Serves HTTP/1.1 over TLS; knows no routes.
package final class HTTPServer: Sendable {
    /// Answers one request; it may take as long as it likes, and is cancelled when its client goes away.
    package typealias Handler = @Sendable (HTTPRequest) async -> HTTPResponse

    /// How much a client may send, and how long it may take.
    package struct Limits: Sendable {
        package var bodyBytes = 3 << 20
        /// For the handshake, and for the rest of a request once its head came.
        package var requestSeconds = 30
        /// For the next request on a connection that is kept.
        package var idleSeconds = 180

        package init() {}
    }

    private let host: String
    private let port: Int
    private let identity: TLSIdentity?
    private let limits: Limits
    private let logger: Logger
    private let handler: Handler

    /// Without an identity it serves plain text: for tests, and for a loopback address.
    package init(
        host: String, port: Int, identity: TLSIdentity?, limits: Limits = Limits(), logger: Logger,
        handler: @escaping Handler
    ) {
        self.host = host
        self.port = port
        self.identity = identity
        self.limits = limits
        self.logger = logger
        self.handler = handler
    }

    /// Serves until its task is cancelled; then finishes what it is answering, within a few seconds.
    package func run(onListening: @escaping @Sendable (Int) -> Void = { _ in }) async throws {
        let context = try identity?.context()
        let listener = try await ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .serverChannelOption(.backlog, value: 1024)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
            .childChannelOption(.socketOption(.so_keepalive), value: 1)
            .bind(host: host, port: port) { channel in
                channel.eventLoop.makeCompletedFuture {
                    if let context {
                        try channel.pipeline.syncOperations.addHandler(NIOSSLServerHandler(context: context))
                    }
                    try channel.pipeline.syncOperations.configureHTTPServerPipeline(withErrorHandling: true)
                    return try NIOAsyncChannel<HTTPServerRequestPart, HTTPServerResponsePart>(
                        wrappingChannelSynchronously: channel)
                }
            }
        onListening(listener.channel.localAddress?.port ?? port)
        logger.info("serving", metadata: ["host": "\(host)", "port": "\(listener.channel.localAddress?.port ?? port)"])
        try await withTaskCancellationHandler {
            try await listener.executeThenClose { connections in
                await withDiscardingTaskGroup { group in
                    do {
                        for try await connection in connections {
                            group.addTask { await self.serve(connection) }
                        }
                    } catch is CancellationError {
                        self.logger.info("no longer serving")
                    } catch {
                        self.logger.error("no longer accepting", metadata: ["error": "\(error)"])
                    }
                    group.cancelAll()
                }
            }
        } onCancel: {
            listener.channel.close(promise: nil)
        }
    }

    /// Runs one connection; its task ends when the channel closes, whatever it waits for.
    private func serve(_ channel: NIOAsyncChannel<HTTPServerRequestPart, HTTPServerResponsePart>) async {
        let connection = HTTPConnection(
            channel: channel, limits: limits, isSecure: identity != nil, handler: handler, logger: logger)
        let task = Task { await connection.run() }
        channel.channel.closeFuture.whenComplete { _ in task.cancel() }
        await withTaskCancellationHandler {
            await task.value
        } onCancel: {
            task.cancel()
        }
    }
}
