import Dispatch
import Glibc

/// A blocking socket on loopback, with a deadline for everything, so that a test fails and does not hang.
struct Loopback: Sendable {
    let descriptor: Int32

    init(_ kind: __socket_type, timeoutSeconds: Int = 20) {
        descriptor = socket(AF_INET, Int32(kind.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        setTimeout(timeoutSeconds)
    }

    private init(descriptor: Int32) {
        self.descriptor = descriptor
        setTimeout(20)
    }

    private func setTimeout(_ seconds: Int) {
        var time = timeval(tv_sec: seconds, tv_usec: 0)
        for option in [SO_RCVTIMEO, SO_SNDTIMEO] {
            setsockopt(descriptor, SOL_SOCKET, option, &time, socklen_t(MemoryLayout<timeval>.size))
        }
    }

    /// Runs blocking work on a thread of its own.
    static func onThread<Value: Sendable>(_ body: @escaping @Sendable () -> Value) async -> Value {
        await withCheckedContinuation { continuation in
            DispatchQueue(label: "loopback").async { continuation.resume(returning: body()) }
        }
    }

    /// A server whose connections are each given to the body, on a thread of their own.
    static func server(port: Int = 0, _ body: @escaping @Sendable (Loopback) -> Void) -> Loopback {
        let listener = Loopback(SOCK_STREAM, timeoutSeconds: 0)
        var yes: Int32 = 1
        setsockopt(listener.descriptor, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout<Int32>.size))
        listener.bind(port)
        listen(listener.descriptor, 256)
        DispatchQueue(label: "loopback server").async {
            while true {
                let accepted = accept(listener.descriptor, nil, nil)
                guard accepted >= 0 else { return }
                DispatchQueue(label: "loopback connection").async { body(Loopback(descriptor: accepted)) }
            }
        }
        return listener
    }

    @discardableResult
    func bind(_ port: Int = 0) -> Loopback {
        withAddress(port) { Glibc.bind(descriptor, $0, $1) }
        return self
    }

    /// Connects, also a datagram's socket.
    func connected(to port: Int) -> Bool { withAddress(port) { connect(descriptor, $0, $1) } == 0 }

    var port: Int { Self.port(of: descriptor) }

    /// Ends a server's listening, which its thread is in.
    func shutDown() {
        shutdown(descriptor, Int32(SHUT_RDWR))
        close()
    }

    /// The port that a socket is bound to.
    static func port(of descriptor: Int32) -> Int {
        var address = sockaddr_in()
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { _ = getsockname(descriptor, $0, &length) }
        }
        return Int(UInt16(bigEndian: address.sin_port))
    }

    /// Sends all of it; gives how much went.
    @discardableResult
    func send(_ bytes: [UInt8]) -> Int {
        var sent = 0
        while sent < bytes.count {
            let count = bytes.withUnsafeBytes {
                Glibc.send(
                    descriptor, $0.baseAddress?.advanced(by: sent), bytes.count - sent, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { break }
            sent += count
        }
        return sent
    }

    /// What arrives next, nothing at the end; or an error's number.
    func receive(upTo limit: Int = 65_536) -> (bytes: [UInt8], error: Int32) {
        var buffer = [UInt8](repeating: 0, count: limit)
        let count = recv(descriptor, &buffer, limit, 0)
        return count < 0 ? ([], errno) : (Array(buffer[..<count]), 0)
    }

    /// Everything until the other side's end.
    func receiveAll() -> (bytes: [UInt8], error: Int32) {
        var all: [UInt8] = []
        while true {
            let (bytes, error) = receive()
            if error != 0 || bytes.isEmpty { return (all, error) }
            all += bytes
        }
    }

    func endWriting() { shutdown(descriptor, Int32(SHUT_WR)) }

    func close() { Glibc.close(descriptor) }

    /// Ends the connection without a farewell.
    func reset() {
        var option = linger(l_onoff: 1, l_linger: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &option, socklen_t(MemoryLayout<linger>.size))
        close()
    }

    @discardableResult
    private func withAddress(_ port: Int, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32) -> Int32 {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(UInt16(port)).bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        return withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                body($0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
    }
}
