import Glibc
import NIOCore

/// One end of a forwarded connection: what it reads, the other end writes; what the other end cannot take yet, it does not read.
///
/// Both ends are on one event loop. An end that is closed for reading closes the other for writing only, since half of a
/// connection may go on; a reset is passed on as one.
final class StreamGlue: ChannelDuplexHandler {
    typealias InboundIn = NIOAny
    typealias OutboundIn = NIOAny
    typealias OutboundOut = NIOAny

    private var partner: StreamGlue?
    private var context: ChannelHandlerContext?
    private var wantsToRead = false

    /// Two ends that know each other.
    static func pair() -> (StreamGlue, StreamGlue) {
        let (first, second) = (StreamGlue(), StreamGlue())
        first.partner = second
        second.partner = first
        return (first, second)
    }

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        // Where the other end closed before this one was there.
        if partner == nil { context.close(promise: nil) }
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        self.context = nil
        letGo { $0.close(.all) }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) { partner?.context?.write(data, promise: nil) }

    func channelReadComplete(context: ChannelHandlerContext) { partner?.context?.flush() }

    func channelInactive(context: ChannelHandlerContext) { letGo { $0.close(.all) } }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if let event = event as? ChannelEvent, case .inputClosed = event {
            partner?.close(.output)
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        let isReset = (error as? IOError)?.errnoCode == ECONNRESET
        letGo { $0.end(reset: isReset) }
        context.close(promise: nil)
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        guard context.channel.isWritable else { return }
        partner?.mayReadAgain()
    }

    func read(context: ChannelHandlerContext) {
        if let other = partner?.context, other.channel.isWritable {
            context.read()
        } else {
            wantsToRead = true
        }
    }

    /// Begins what waited for the other end to be there.
    func mayReadAgain() {
        guard wantsToRead, let context else { return }
        wantsToRead = false
        context.read()
    }

    /// Closes once everything before has been written: at the second half's end, NIO itself would throw away what waits.
    private func close(_ mode: CloseMode) {
        guard let context else { return }
        let bound = NIOLoopBound(context, eventLoop: context.eventLoop)
        context.writeAndFlush(NIOAny(ByteBuffer())).whenComplete { _ in bound.value.close(mode: mode, promise: nil) }
    }

    private func end(reset: Bool) {
        guard let context else { return }
        if reset {
            // A closed socket that does not linger sends a reset.
            _ = (context.channel as? any SocketOptionProvider)?.setSoLinger(linger(l_onoff: 1, l_linger: 0))
        }
        context.close(promise: nil)
    }

    /// Parts from the partner, doing one last thing to it.
    private func letGo(_ last: (StreamGlue) -> Void) {
        guard let partner else { return }
        self.partner = nil
        partner.partner = nil
        last(partner)
    }
}
