import Addresses
import Diagnostics
import Glibc
import Linux

/// A socket that is bound on the host for one forward.
package struct ForwardListener: Sendable {
    package var forward: Forward
    /// Owned by whoever serves it.
    package var descriptor: Int32

    /// Binds a socket for every forward, in the network namespace of a descriptor where one is given; every port that cannot
    /// be had is told. The calling thread is back in its own namespace afterwards.
    package static func bind(_ forwards: [Forward], inNamespace namespace: Int32?) throws -> [ForwardListener] {
        guard let namespace else { return try bind(forwards) }
        return try NetworkNamespace.inside(path: "/proc/self/fd/\(namespace)") { try bind(forwards) }
    }

    private static func bind(_ forwards: [Forward]) throws -> [ForwardListener] {
        var listeners: [ForwardListener] = []
        var failures: [Diagnosis] = []
        for forward in forwards {
            do throws(Diagnosis) {
                listeners.append(ForwardListener(forward: forward, descriptor: try socket(for: forward)))
            } catch {
                failures.append(error)
            }
        }
        guard failures.isEmpty else {
            for listener in listeners { close(listener.descriptor) }
            throw Diagnoses(failures)
        }
        return listeners
    }

    private static func socket(for forward: Forward) throws(Diagnosis) -> Int32 {
        guard forward.transport == .tcp || forward.jump == nil else {
            throw Diagnosis(
                "cannot forward \(forward.place) to machine '\(forward.machine)'",
                why: "it is behind an SSH server, which carries no UDP",
                fix: "leave the port out, or put the machine on a hypervisor of this host with 'on:'")
        }
        let kind = forward.transport == .tcp ? SOCK_STREAM : SOCK_DGRAM
        let descriptor = Glibc.socket(AF_INET, Int32(kind.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { throw failure(forward, errno) }
        if forward.transport == .tcp {
            // Connections of a former server that still linger do not hold the port.
            var yes: Int32 = 1
            setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout<Int32>.size))
        }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(UInt16(truncatingIfNeeded: forward.hostPort)).bigEndian
        address.sin_addr.s_addr = forward.hostAddress.number.bigEndian
        let status = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                Glibc.bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard status == 0 else {
            let code = errno
            close(descriptor)
            throw failure(forward, code)
        }
        return descriptor
    }

    private static func failure(_ forward: Forward, _ code: Int32) -> Diagnosis {
        let fix =
            switch code {
            case EADDRINUSE: "choose another host port for it, or end the program that has this one"
            case EACCES: "choose a port above 1023, or run it as root"
            default: "choose an address that this host has, such as 127.0.0.1 or 0.0.0.0"
            }
        return Diagnosis(
            "cannot listen on \(forward.place) for machine '\(forward.machine)'", why: errorText(code), fix: fix)
    }
}
