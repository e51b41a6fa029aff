import NIOCore
import NIOPosix

/// Datagrams of many clients to one port of a machine: each client has a socket of its own there, so that answers find back.
final class DatagramRelay: ChannelInboundHandler {
    typealias InboundIn = AddressedEnvelope<ByteBuffer>

    /// What is dropped is the network's usual loss; what is kept is bounded.
    private static let maximumClients = 1024
    private static let maximumWaiting = 64
    private static let idleTime = TimeAmount.seconds(120)

    private struct Client {
        var channel: (any Channel)?
        /// Datagrams that came before the socket was there.
        var waiting: [ByteBuffer] = []
        var lastUse: NIODeadline
    }

    private let target: SocketAddress
    private var clients: [SocketAddress: Client] = [:]
    private var sweep: RepeatedTask?

    init(target: SocketAddress) { self.target = target }

    func channelActive(context: ChannelHandlerContext) {
        let bound = NIOLoopBound(self, eventLoop: context.eventLoop)
        sweep = context.eventLoop.scheduleRepeatedTask(initialDelay: Self.idleTime, delay: .seconds(10)) { _ in
            bound.value.dropIdle()
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        sweep?.cancel()
        for client in clients.values { client.channel?.close(promise: nil) }
        clients = [:]
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let envelope = unwrapInboundIn(data)
        let sender = envelope.remoteAddress
        if let channel = clients[sender]?.channel {
            clients[sender]?.lastUse = .now()
            if channel.isWritable { channel.writeAndFlush(envelope.data, promise: nil) }
            return
        }
        if var client = clients[sender] {
            if client.waiting.count < Self.maximumWaiting { client.waiting.append(envelope.data) }
            clients[sender] = client
            return
        }
        if clients.count >= Self.maximumClients { dropOldest() }
        clients[sender] = Client(waiting: [envelope.data], lastUse: .now())
        connect(sender, context)
    }

    /// A socket is full or a port is closed for a while: datagrams get lost, the relay goes on.
    func errorCaught(context: ChannelHandlerContext, error: any Error) {}

    private func connect(_ sender: SocketAddress, _ context: ChannelHandlerContext) {
        let (listener, bound) = (context.channel, NIOLoopBound(self, eventLoop: context.eventLoop))
        DatagramBootstrap(group: context.eventLoop)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(DatagramAnswers(listener: listener, client: sender))
                }
            }
            .connect(to: target)
            // Without a socket, what waited for it is lost.
            .whenComplete { result in bound.value.connected(sender, try? result.get()) }
    }

    private func connected(_ sender: SocketAddress, _ channel: (any Channel)?) {
        guard let channel, let client = clients[sender] else {
            clients[sender] = nil
            channel?.close(promise: nil)
            return
        }
        for datagram in client.waiting { channel.write(datagram, promise: nil) }
        channel.flush()
        clients[sender] = Client(channel: channel, lastUse: .now())
    }

    private func dropIdle() {
        let limit = NIODeadline.now() - Self.idleTime
        for (sender, client) in clients where client.lastUse < limit { drop(sender) }
    }

    private func dropOldest() {
        if let oldest = clients.min(by: { $0.value.lastUse < $1.value.lastUse }) { drop(oldest.key) }
    }

    private func drop(_ sender: SocketAddress) {
        clients.removeValue(forKey: sender)?.channel?.close(promise: nil)
    }
}

/// What the machine answers to one client.
private final class DatagramAnswers: ChannelInboundHandler {
    typealias InboundIn = AddressedEnvelope<ByteBuffer>

    private let listener: any Channel
    private let client: SocketAddress

    init(listener: any Channel, client: SocketAddress) {
        self.listener = listener
        self.client = client
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard listener.isWritable else { return }
        listener.writeAndFlush(AddressedEnvelope(remoteAddress: client, data: unwrapInboundIn(data).data), promise: nil)
    }

    /// The machine says that nobody listens there: the next datagram may find somebody.
    func errorCaught(context: ChannelHandlerContext, error: any Error) {}
}
