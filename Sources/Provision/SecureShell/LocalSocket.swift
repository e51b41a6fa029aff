import CLibssh
import Glibc

/// A socket of this host without blocking, closed when it goes.
final class LocalSocket: Sendable {
    let descriptor: Int32

    init(taking descriptor: Int32) { self.descriptor = descriptor }

    deinit { close(descriptor) }

    /// Listens on the loopback; port 0 takes a free one.
    static func listening(on port: UInt16) throws(SecureShellError) -> LocalSocket {
        let flags = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue)
        let descriptor = socket(AF_INET, flags, 0)
        guard descriptor >= 0 else { throw .cannotListen(port: port, reason: String(cString: strerror(errno))) }
        let listener = LocalSocket(taking: descriptor)
        var yes: Int32 = 1
        setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout<Int32>.size))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        let status = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard status == 0, listen(descriptor, 64) == 0 else {
            throw .cannotListen(port: port, reason: String(cString: strerror(errno)))
        }
        return listener
    }

    /// The port that a listener has.
    var port: UInt16 {
        var address = sockaddr_in()
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        withUnsafeMutablePointer(to: &address) { pointer in
            _ = pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(descriptor, $0, &length) }
        }
        return UInt16(bigEndian: address.sin_port)
    }

    /// The next connection that waits; nil when there is none.
    func accept() -> LocalSocket? {
        let connection = clibssh_accept(descriptor, Int32(SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue))
        return connection >= 0 ? LocalSocket(taking: connection) : nil
    }

    /// What a read or write came to.
    enum Outcome<Value> {
        case done(Value)
        case wouldBlock
        case ended
    }

    func read() -> Outcome<[UInt8]> {
        var count = 0
        let bytes = [UInt8](unsafeUninitializedCapacity: 65_536) { buffer, initialized in
            count = recv(descriptor, buffer.baseAddress, buffer.count, 0)
            initialized = max(0, count)
        }
        if count > 0 { return .done(bytes) }
        return count < 0 && (errno == EAGAIN || errno == EINTR) ? .wouldBlock : .ended
    }

    /// Writes what fits, and tells how much that was.
    func write(_ bytes: ArraySlice<UInt8>) -> Outcome<Int> {
        let count = bytes.withUnsafeBytes { send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
        if count >= 0 { return .done(count) }
        return errno == EAGAIN || errno == EINTR ? .wouldBlock : .ended
    }

    /// Tells the other side that nothing more comes.
    func endWriting() {
        shutdown(descriptor, Int32(SHUT_WR))
    }
}
