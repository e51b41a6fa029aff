internal import Diagnostics
internal import Glibc
internal import Linux
internal import NIOCore
internal import NIOPosix

/// A program whose input and output are a channel; what it complains of is kept for when it ends.
final class PipedProgram: Sendable {
    private let channel: any Channel
    private let input: AsyncThrowingStream<[UInt8], any Error>
    private let pid: Int32
    private let complaints: Int32

    private init(
        channel: any Channel, input: AsyncThrowingStream<[UInt8], any Error>, pid: Int32, complaints: Int32
    ) {
        self.channel = channel
        self.input = input
        self.pid = pid
        self.complaints = complaints
    }

    deinit { Glibc.close(complaints) }

    /// Starts a program; whoever does ends it with `close`.
    static func start(_ arguments: [String], environment: [String]) async throws -> PipedProgram {
        let complaints = try Descriptor.temporary()
        let toProgram = try Descriptor.pipe()
        let fromProgram = try Descriptor.pipe()
        let pid = try StartedProcess.start(
            ProcessSpec(arguments: arguments, environment: environment),
            streams: .init(input: toProgram.reading.raw, output: fromProgram.writing.raw, error: complaints.raw)
        ).pid
        let (input, continuation) = AsyncThrowingStream.makeStream(of: [UInt8].self)
        let channel = try await NIOPipeBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(Inbox(continuation))
                }
            }
            .takingOwnershipOfDescriptors(
                input: fromProgram.closingWriter().release(), output: toProgram.closingReader().release()
            ).get()
        return PipedProgram(channel: channel, input: input, pid: pid, complaints: complaints.release())
    }

    func send(_ bytes: [UInt8]) async throws {
        try await channel.writeAndFlush(channel.allocator.buffer(bytes: bytes)).get()
    }

    /// The next bytes, or nil at the end.
    func receive() async throws -> [UInt8]? {
        for try await bytes in input { return bytes }
        return nil
    }

    /// What it has complained of so far.
    var complaint: String {
        var bytes = [UInt8](repeating: 0, count: 8192)
        let count = pread(complaints, &bytes, bytes.count, 0)
        return String(decoding: bytes.prefix(max(0, count)), as: UTF8.self)
    }

    /// Asks it to end at once, with all that it has started.
    func end() { kill(-pid, SIGTERM) }

    /// Closes its input and waits for its end; what does not end by itself is ended.
    func close() async {
        // It may be closed already, from the other side.
        try? await channel.close()
        var status: Int32 = 0
        let deadline = ContinuousClock.now + .seconds(5)
        while waitpid(pid, &status, WNOHANG) == 0 {
            if ContinuousClock.now > deadline { end() }
            do {
                try await Task.sleep(for: .milliseconds(10))
            } catch {
                // Who is cancelled waits for nobody.
                end()
                waitpid(pid, &status, 0)
                return
            }
        }
    }

    /// Hands on what comes, to its end.
    private final class Inbox: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer

        private let continuation: AsyncThrowingStream<[UInt8], any Error>.Continuation

        init(_ continuation: AsyncThrowingStream<[UInt8], any Error>.Continuation) { self.continuation = continuation }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            continuation.yield(Array(unwrapInboundIn(data).readableBytesView))
        }

        func channelInactive(context: ChannelHandlerContext) { continuation.finish() }

        func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
            if let event = event as? ChannelEvent, case .inputClosed = event { continuation.finish() }
        }

        func errorCaught(context: ChannelHandlerContext, error: any Error) {
            continuation.finish(throwing: error)
            context.close(promise: nil)
        }
    }
}
