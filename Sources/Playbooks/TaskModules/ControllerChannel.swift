internal import Bundles
internal import Glibc
internal import JSON

/// The runner's end of the channel: frames over two file descriptors.
///
/// Events wait until something slow begins or some time has gone by, so that a run of quick tasks costs one write.
final class ControllerChannel {
    private let input: Int32
    private let output: Int32
    private var decoder = FrameDecoder()
    private var unsent: [UInt8] = []
    private var lastFlush = SystemCalls.monotonicMilliseconds

    init(input: Int32, output: Int32) {
        self.input = input
        self.output = output
    }

    /// The next frame, or nil where the controller has closed the channel.
    func receive() throws -> Frame? {
        try flush()
        var buffer = [UInt8](repeating: 0, count: 256 << 10)
        while true {
            if let frame = try decoder.next() { return frame }
            let count = read(input, &buffer, buffer.count)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else {
                if decoder.isMidFrame { throw BundleError.channelClosed }
                return nil
            }
            decoder.append(buffer[0..<count])
        }
    }

    func send(_ frame: Frame) throws {
        unsent += frame.bytes
        let now = SystemCalls.monotonicMilliseconds
        if now - lastFlush > 100 { try flush() }
    }

    func send(_ event: TaskEvent) throws { try send(Frame(.event, event.json.bytes)) }

    /// Throws where nobody listens any more: the controller was killed, or the connection broke.
    func checkOpen() throws {
        var polled = pollfd(fd: output, events: 0, revents: 0)
        if poll(&polled, 1, 0) == 1, polled.revents != 0 { throw BundleError.channelClosed }
    }

    func flush() throws {
        lastFlush = SystemCalls.monotonicMilliseconds
        guard !unsent.isEmpty else { return }
        let bytes = unsent
        unsent = []
        do {
            try SystemCalls.writeAll(output, bytes, "the channel")
        } catch {
            throw BundleError.channelClosed
        }
    }
}
