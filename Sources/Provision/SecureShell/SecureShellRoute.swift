// libssh's header includes the system's for sockets, whose types Swift then finds in that module.
import CLibssh
import Glibc
import Linux

/// How the network is reached that an SSH server is in.
package enum SecureShellRoute: Hashable, Sendable {
    /// From this process, as it is.
    case direct
    /// From another network namespace of this host, by the path of its file.
    case namespace(String)
    /// Through another host's SSH server.
    case jump(JumpHost)
}

extension SecureShellRoute {
    /// The IPv4 addresses of a name of this host's resolver.
    package static func addresses(of name: String) throws -> [String] {
        try SocketAddress.resolve(name, port: 22).compactMap(\.ipv4Text)
    }

    /// A socket from OpenSSH's client that carries bytes to a server behind the jump host. The client ends with the socket.
    package static func socket(to address: String, port: UInt16, through host: JumpHost) throws -> Int32 {
        var ends: [Int32] = [-1, -1]
        let kind = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue)
        guard socketpair(AF_UNIX, kind, 0, &ends) == 0 else { throw SocketFailure(code: errno) }
        var spec = ProcessSpec(arguments: host.arguments(to: "\(address):\(port)"), environment: environment)
        // Nobody has to wait for it.
        spec.isDetached = true
        do {
            _ = try StartedProcess.start(spec, streams: .init(input: ends[1], output: ends[1]))
        } catch {
            ends.forEach { close($0) }
            throw error
        }
        close(ends[1])
        _ = fcntl(ends[0], F_SETFL, O_NONBLOCK)
        return ends[0]
    }

    private static var environment: [String] {
        sequence(first: 0) { $0 + 1 }.lazy.map { environ[$0] }.prefix { $0 != nil }.compactMap {
            $0.map { String(cString: $0) }
        }
    }
}
