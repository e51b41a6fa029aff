internal import Glibc
internal import NIOCore
internal import NIOEmbedded
internal import NIOHTTP1
internal import NIOSSL

/// One connection to a server: a blocking socket, and NIO's codecs for TLS and HTTP/1.1 fed by hand.
///
/// The runner is one thread: no event loop is started, so that a task which fetches nothing pays nothing.
final class HTTPConnection {
    private let socket: Int32
    private let name: String
    private let timeoutSeconds: Int
    private let channel = EmbeddedChannel()

    /// - Parameter tls: how to encrypt; nil is not at all.
    init(_ address: Address, timeoutSeconds: Int, tunnel: Tunnel? = nil, tls: NIOSSLContext?, host: String) throws {
        name = address.description
        self.timeoutSeconds = timeoutSeconds
        (socket, channel.remoteAddress) = try address.connect(timeoutSeconds: timeoutSeconds)
        if let tunnel { try open(tunnel) }
        do {
            let pipeline = channel.pipeline.syncOperations
            if let tls {
                let isAddress = (try? SocketAddress(ipAddress: host, port: 0)) != nil  // a name is no address
                try pipeline.addHandler(NIOSSLClientHandler(context: tls, serverHostname: isAddress ? nil : host))
            }
            try pipeline.addHTTPClientHandlers(leftOverBytesStrategy: .dropBytes)
            channel.pipeline.fireChannelActive()
        } catch {
            throw TaskFailure.said("\(name): TLS cannot begin: \(error)")
        }
    }

    deinit {
        // What is still underway is given up with the connection.
        _ = try? channel.finish(acceptAlreadyClosed: true)
        close(socket)
    }

    /// The way through a proxy to a server that is spoken to in TLS (RFC 9110, 9.3.6).
    struct Tunnel {
        var authority: String
        var authorization: String?
    }

    private func open(_ tunnel: Tunnel) throws {
        var request = "CONNECT \(tunnel.authority) HTTP/1.1\r\nHost: \(tunnel.authority)\r\n"
        if let authorization = tunnel.authorization { request += "Proxy-Authorization: \(authorization)\r\n" }
        try write(Array((request + "\r\n").utf8))
        var answer: [UInt8] = []
        while !answer.suffix(4).elementsEqual("\r\n\r\n".utf8) {
            // A byte at a time: what follows belongs to TLS.
            guard let byte = try read(1), answer.count < 64 << 10 else {
                throw TaskFailure.said("the proxy \(name) ended the connection")
            }
            answer += byte
        }
        let status = String(decoding: answer.prefix { $0 != 0x0D }, as: UTF8.self)
        guard status.split(separator: " ").dropFirst().first?.hasPrefix("2") == true else {
            throw TaskFailure.said("the proxy \(name) does not connect to \(tunnel.authority): \(status)")
        }
    }

    /// Sends a request, then gives the answer's head and each piece of its body.
    func exchange(
        _ head: HTTPRequestHead, _ body: [UInt8], piece: (HTTPResponseHead, [UInt8]) throws -> Void
    ) throws -> HTTPResponseHead {
        try translated {
            channel.write(HTTPClientRequestPart.head(head), promise: nil)
            if !body.isEmpty {
                channel.write(HTTPClientRequestPart.body(.byteBuffer(ByteBuffer(bytes: body))), promise: nil)
            }
            channel.writeAndFlush(HTTPClientRequestPart.end(nil), promise: nil)
        }
        var answer: HTTPResponseHead?
        while true {
            try drain()
            while let part = try translated({ try channel.readInbound(as: HTTPClientResponsePart.self) }) {
                switch part {
                case .head(let head): answer = head
                case .body(let buffer): if let answer { try piece(answer, Array(buffer.readableBytesView)) }
                case .end: if let answer { return answer }
                }
            }
            guard !isEnded else {
                throw TaskFailure.said("Connection failure: \(name) ended the connection before its answer was whole")
            }
            if let bytes = try read(64 << 10) {
                _ = try translated { try channel.writeInbound(ByteBuffer(bytes: bytes)) }
            } else {
                isEnded = true
                channel.pipeline.fireChannelInactive()
            }
        }
    }

    private var isEnded = false

    private func drain() throws {
        while let buffer = try translated({ try channel.readOutbound(as: ByteBuffer.self) }) {
            try write(Array(buffer.readableBytesView))
        }
    }

    private func translated<T>(_ body: () throws -> T) throws -> T {
        do {
            return try body()
        } catch let failure as TaskFailure {
            throw failure
        } catch NIOSSLError.handshakeFailed(let reason) {
            throw TaskFailure.said("the TLS handshake with \(name) failed: \(reason)")
        } catch {
            throw TaskFailure.said("Connection failure with \(name): \(error)")
        }
    }

    private func wait(for events: Int32) throws {
        guard SystemCalls.isReady(socket, for: events, milliseconds: timeoutSeconds * 1000) else {
            throw TaskFailure.said("Connection failure: The read operation timed out (\(name), \(timeoutSeconds) s)")
        }
    }

    /// Some bytes, or nil at the end.
    private func read(_ limit: Int) throws -> [UInt8]? {
        try wait(for: POLLIN)
        var buffer = [UInt8](repeating: 0, count: limit)
        let count = Glibc.read(socket, &buffer, limit)
        if count < 0 {
            throw TaskFailure.said("Connection failure with \(name): \(SystemCalls.text(of: errno))")
        }
        return count == 0 ? nil : Array(buffer.prefix(count))
    }

    private func write(_ bytes: [UInt8]) throws {
        var rest = bytes[...]
        while !rest.isEmpty {
            try wait(for: POLLOUT)
            let count = rest.withUnsafeBytes { send(socket, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
            if count < 0, errno == EAGAIN || errno == EINTR { continue }
            guard count > 0 else {
                throw TaskFailure.said("Connection failure with \(name): \(SystemCalls.text(of: errno))")
            }
            rest = rest.dropFirst(count)
        }
    }
}

extension HTTPConnection {
    /// Where a server listens.
    enum Address: CustomStringConvertible {
        case network(host: String, port: Int)
        case unix(String)

        var description: String {
            switch self {
            case .network(let host, let port): "\(host):\(port)"
            case .unix(let path): path
            }
        }

        /// A connected socket, and the address that answered.
        fileprivate func connect(timeoutSeconds: Int) throws -> (Int32, SocketAddress?) {
            switch self {
            case .unix(let path):
                let address = try SocketAddress(unixDomainSocketPath: path)
                return (
                    try Self.connected(AF_UNIX, timeoutSeconds) { body in
                        address.withSockAddr { body($0, socklen_t($1)) }
                    }.checked(description), nil
                )
            case .network(let host, let port):
                return try Self.resolve(host, port, timeoutSeconds)
            }
        }

        private static func resolve(_ host: String, _ port: Int, _ timeoutSeconds: Int) throws -> (
            Int32, SocketAddress?
        ) {
            var hints = addrinfo()
            hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
            var found: UnsafeMutablePointer<addrinfo>?
            let failure = getaddrinfo(host, String(port), &hints, &found)
            guard failure == 0 else {
                throw TaskFailure.said(
                    "Request failed: '\(host)' is not known: \(String(cString: gai_strerror(failure)))")
            }
            defer { freeaddrinfo(found) }
            var last = Attempt.failed(ECONNREFUSED)
            var at = found
            while let address = at?.pointee {
                last = connected(address.ai_family, timeoutSeconds) { $0(address.ai_addr, address.ai_addrlen) }
                if case .connected(let socket) = last { return (socket, try? SocketAddress(ofNumeric: address)) }
                at = address.ai_next
            }
            return (try last.checked("\(host):\(port)"), nil)
        }

        private enum Attempt {
            case connected(Int32)
            case failed(Int32)

            func checked(_ name: String) throws -> Int32 {
                switch self {
                case .connected(let socket): return socket
                case .failed(let number):
                    throw TaskFailure.said("Request failed: \(name) cannot be reached: \(SystemCalls.text(of: number))")
                }
            }
        }

        private static func connected(
            _ family: Int32, _ timeoutSeconds: Int,
            _ withAddress: ((UnsafePointer<sockaddr>, socklen_t) -> Int32) -> Int32
        ) -> Attempt {
            let kind = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue) | Int32(SOCK_NONBLOCK.rawValue)
            let socket = Glibc.socket(family, kind, 0)
            guard socket >= 0 else { return .failed(errno) }
            if withAddress({ Glibc.connect(socket, $0, $1) }) != 0 {
                var failure = errno
                if failure == EINPROGRESS {
                    var length = socklen_t(MemoryLayout<Int32>.size)
                    failure = ETIMEDOUT
                    if SystemCalls.isReady(socket, for: POLLOUT, milliseconds: timeoutSeconds * 1000) {
                        getsockopt(socket, SOL_SOCKET, SO_ERROR, &failure, &length)
                    }
                }
                if failure != 0 {
                    close(socket)
                    return .failed(failure)
                }
            }
            return .connected(socket)
        }
    }
}

extension SocketAddress {
    /// The address of one answer of the resolver; certificates may name it.
    fileprivate init(ofNumeric address: addrinfo) throws {
        var buffer = [CChar](repeating: 0, count: Int(NI_MAXHOST))
        getnameinfo(address.ai_addr, address.ai_addrlen, &buffer, socklen_t(buffer.count), nil, 0, NI_NUMERICHOST)
        try self.init(
            ipAddress: String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self), port: 0
        )
    }
}
