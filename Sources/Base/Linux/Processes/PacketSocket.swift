import CLinux
import Glibc

/// Local sockets that keep the borders of messages (unix(7), SOCK_SEQPACKET).
package enum PacketSocket {
    /// Listens at a path, in place of what is there; only the owner may connect.
    package static func listen(_ path: String) throws(LinuxError) -> Descriptor {
        try Descriptor(
            taking: clinux_unix_listen(path, Int32(SOCK_SEQPACKET.rawValue), 16), from: "listen at", on: path)
    }

    /// The next connection, whose reads and writes give up after a time; nil where there is none after all.
    package static func accept(
        _ listener: borrowing Descriptor, timeoutSeconds: Int
    ) throws(LinuxError) -> Descriptor? {
        let raw = clinux_accept(listener.raw)
        if raw < 0, errno == EAGAIN || errno == ECONNABORTED || errno == EINTR { return nil }
        return try limited(try Descriptor(taking: raw, from: "accept", on: ""), timeoutSeconds)
    }

    /// Connects to a path; reads and writes give up after a time.
    package static func connect(_ path: String, timeoutSeconds: Int) throws(LinuxError) -> Descriptor {
        try limited(
            try Descriptor(
                taking: clinux_unix_connect(path, Int32(SOCK_SEQPACKET.rawValue)), from: "connect to", on: path),
            timeoutSeconds)
    }

    /// Receives datagrams at a path, without a connection and without waiting.
    package static func mailbox(_ path: String) throws(LinuxError) -> Descriptor {
        try Descriptor(taking: clinux_unix_bind(path, Int32(SOCK_DGRAM.rawValue)), from: "bind", on: path)
    }

    private static func limited(_ socket: consuming Descriptor, _ seconds: Int) throws(LinuxError) -> Descriptor {
        var time = timeval(tv_sec: seconds, tv_usec: 0)
        for option in [SO_RCVTIMEO, SO_SNDTIMEO] {
            let length = socklen_t(MemoryLayout<timeval>.size)
            if setsockopt(socket.raw, SOL_SOCKET, option, &time, length) < 0 { throw .last("setsockopt", "") }
        }
        return socket
    }
}
