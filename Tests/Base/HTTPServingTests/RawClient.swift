import Dispatch
import Glibc

/// A client that writes bytes and reads bytes, on a thread of its own, so that it sees what really travels.
///
/// `@unchecked Sendable`: the descriptor is set once, and used by blocks of one serial queue.
final class RawClient: @unchecked Sendable {
    private let descriptor: Int32
    private let queue = DispatchQueue(label: "raw client")

    /// Connects to a port of the loopback address.
    init(port: Int) {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(port).bigEndian
        address.sin_addr.s_addr = in_addr_t(0x7F00_0001).bigEndian
        let size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let code = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { connect(descriptor, $0, size) }
        }
        precondition(code == 0, "the server listens")
    }

    deinit { close(descriptor) }

    func send(_ text: String) async {
        await onQueue { descriptor in
            let bytes = Array(text.utf8)
            _ = write(descriptor, bytes, bytes.count)
        }
    }

    /// Reads until a text has come, or the server closes; what came.
    func read(until end: String) async -> String {
        await onQueue { descriptor in
            var received = ""
            var buffer = [UInt8](repeating: 0, count: 4096)
            while !received.contains(end) {
                let count = Glibc.read(descriptor, &buffer, buffer.count)
                guard count > 0 else { break }
                received += String(decoding: buffer[..<count], as: UTF8.self)
            }
            return received
        }
    }

    /// Everything until the server closes.
    func readAll() async -> String { await read(until: "\u{0}never") }

    /// Hangs up.
    func hangUp() async {
        await onQueue { descriptor in _ = shutdown(descriptor, Int32(SHUT_RDWR)) }
    }

    private func onQueue<Value: Sendable>(_ work: @escaping @Sendable (Int32) -> Value) async -> Value {
        await withCheckedContinuation { continuation in
            queue.async { continuation.resume(returning: work(self.descriptor)) }
        }
    }
}
