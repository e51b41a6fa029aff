import NIOCore
import NIOPosix
import SecureShell

/// Carries forwards: accepts on the host's ports and connects to the machines, anew for each client, so that a machine may be
/// restarted or go back in time meanwhile.
package struct ForwardServer: Sendable {
    /// How long a machine may take to accept; a paused one does not.
    static let connectTimeout = TimeAmount.seconds(10)

    private let group: MultiThreadedEventLoopGroup
    private let channels: [any Channel]

    /// Begins to serve the listeners, whose sockets it owns from here on.
    package static func start(_ listeners: [ForwardListener]) async throws -> ForwardServer {
        // One loop: both ends of a connection have to be on the same.
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        var channels: [any Channel] = []
        for listener in listeners {
            let forward = listener.forward
            let target = try SocketAddress(ipAddress: "\(forward.guestAddress)", port: forward.guestPort)
            switch listener.forward.transport {
            case .tcp:
                channels.append(
                    try await ServerBootstrap(group: group)
                        .serverChannelOption(.backlog, value: 1024)
                        .childChannelOption(.allowRemoteHalfClosure, value: true)
                        .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
                        .childChannelOption(.socketOption(.so_keepalive), value: 1)
                        .childChannelInitializer { connect($0, to: target, forward) }
                        .withBoundSocket(listener.descriptor).get())
            case .udp:
                channels.append(
                    try await DatagramBootstrap(group: group)
                        .channelInitializer { channel in
                            channel.eventLoop.makeCompletedFuture {
                                try channel.pipeline.syncOperations.addHandler(DatagramRelay(target: target))
                            }
                        }
                        .withBoundSocket(listener.descriptor).get())
            }
        }
        return ForwardServer(group: group, channels: channels)
    }

    /// The port of the first listener, which the system has chosen where none was wanted.
    var port: Int? { channels.first?.localAddress?.port }

    /// Ends all listeners and connections.
    package func stop() async throws { try await group.shutdownGracefully() }

    /// Connects a client's connection with the machine before a byte of it is read.
    @Sendable private static func connect(
        _ client: any Channel, to target: SocketAddress, _ forward: Forward
    ) -> EventLoopFuture<Void> {
        let bootstrap = ClientBootstrap(group: client.eventLoop)
            .connectTimeout(connectTimeout)
            .channelOption(.allowRemoteHalfClosure, value: true)
            // Until both ends know each other, nothing may be read.
            .channelOption(.autoRead, value: false)
        return connect(bootstrap, on: client.eventLoop, to: target, forward)
            .flatMapThrowing { machine in
                let (near, far) = StreamGlue.pair()
                try client.pipeline.syncOperations.addHandler(near)
                try machine.pipeline.syncOperations.addHandler(far)
                try machine.syncOptions?.setOption(.autoRead, value: true)
            }
    }

    /// To the machine itself, or through OpenSSH's client.
    private static func connect(
        _ bootstrap: ClientBootstrap, on loop: any EventLoop, to target: SocketAddress, _ forward: Forward
    ) -> EventLoopFuture<any Channel> {
        guard let jump = forward.jump else {
            return
                bootstrap
                .channelOption(.tcpOption(.tcp_nodelay), value: 1)
                .channelOption(.socketOption(.so_keepalive), value: 1)
                .connect(to: target)
        }
        do {
            return bootstrap.withConnectedSocket(
                try SecureShellRoute.socket(
                    to: "\(forward.guestAddress)", port: UInt16(truncatingIfNeeded: forward.guestPort), through: jump))
        } catch {
            return loop.makeFailedFuture(error)
        }
    }
}
