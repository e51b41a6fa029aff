// libssh's header includes the system's for sockets, whose types Swift then finds in that module.
import CLibssh
import Glibc

/// An address that a TCP connection can be made to.
struct SocketAddress {
    private var family: Int32
    private var bytes: [UInt8]

    /// The addresses of a name, or the address that the text itself is; may ask the system's resolver.
    static func resolve(_ name: String, port: UInt16) throws(SecureShellError) -> [SocketAddress] {
        var hints = addrinfo()
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        hints.ai_flags = AI_NUMERICSERV
        var list: UnsafeMutablePointer<addrinfo>?
        let status = getaddrinfo(name, "\(port)", &hints, &list)
        guard status == 0 else {
            throw .unreachable(address: name, port: port, reason: String(cString: gai_strerror(status)))
        }
        defer { freeaddrinfo(list) }
        return sequence(first: list, next: { $0?.pointee.ai_next }).compactMap { entry in
            guard let entry = entry?.pointee, let address = entry.ai_addr else { return nil }
            let bytes = UnsafeRawBufferPointer(start: address, count: Int(entry.ai_addrlen))
            return SocketAddress(family: entry.ai_family, bytes: Array(bytes))
        }
    }

    /// `192.0.2.1`; nil for an address of IPv6.
    var ipv4Text: String? {
        guard family == AF_INET, bytes.count >= 8 else { return nil }
        return bytes[4..<8].map(String.init).joined(separator: ".")
    }

    /// A socket whose connection is under way: it can be written to when that has come to an end.
    func beginConnecting() throws(SocketFailure) -> Int32 {
        let flags = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue)
        let descriptor = socket(family, flags, 0)
        guard descriptor >= 0 else { throw SocketFailure(code: errno) }
        // Small packets at once, and a peer that went without a word is noticed within about 25 s.
        for (level, option, value): (Int, Int32, Int32) in [
            (IPPROTO_TCP, TCP_NODELAY, 1), (Int(SOL_SOCKET), SO_KEEPALIVE, 1), (IPPROTO_TCP, TCP_KEEPIDLE, 10),
            (IPPROTO_TCP, TCP_KEEPINTVL, 5), (IPPROTO_TCP, TCP_KEEPCNT, 3),
        ] {
            var value = value
            // They only make things better: a socket without them works too.
            setsockopt(descriptor, Int32(level), option, &value, socklen_t(MemoryLayout<Int32>.size))
        }
        let status = bytes.withUnsafeBytes { bytes in
            connect(descriptor, bytes.baseAddress?.assumingMemoryBound(to: sockaddr.self), socklen_t(bytes.count))
        }
        if status < 0, errno != EINPROGRESS {
            let code = errno
            close(descriptor)
            throw SocketFailure(code: code)
        }
        return descriptor
    }

    /// What became of a connection that was under way: 0 or an error number.
    static func pendingError(of descriptor: Int32) -> Int32 {
        var code: Int32 = 0
        var length = socklen_t(MemoryLayout<Int32>.size)
        return getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &code, &length) == 0 ? code : errno
    }
}

/// A system call on a socket that failed.
struct SocketFailure: Error {
    var code: Int32
    var reason: String { String(cString: strerror(code)) }
}
