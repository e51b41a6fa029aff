import CLibvirt
import Diagnostics
import Glibc
import Synchronization

/// A connection to one libvirt host.
///
/// Calls block in C on a few threads of their own, so several domains start side by side. What is already as asked is left
/// as it is, so that every act may be repeated; where libvirtd goes away in the middle of one, it is, on a new connection.
package final class Hypervisor: Sendable {
    /// The URI as the caller gave it.
    package let uri: String
    private let lanes: BlockingLanes
    private let current: Mutex<Connection>

    /// The reference to the connection.
    ///
    /// Unchecked: a `virConnectPtr` may be used by all threads at once (https://libvirt.org/api.html), the pointer never
    /// changes, and the reference is given back only when nobody holds this object any more.
    private final class Connection: @unchecked Sendable {
        let pointer: virConnectPtr

        init(_ pointer: virConnectPtr) {
            self.pointer = pointer
            // A driver inside this process is never lost, and may refuse.
            if virConnectRegisterCloseCallback(pointer, connectionHasClosed, nil, nil) < 0 { virResetLastError() }
        }

        deinit {
            // libvirt keeps a reference for the callback's sake.
            if virConnectUnregisterCloseCallback(pointer, connectionHasClosed) < 0 { virResetLastError() }
            virConnectClose(pointer)
        }

        /// Looks at this side's end of the connection only.
        var isOpen: Bool {
            let isAlive = virConnectIsAlive(pointer)
            if isAlive < 0 { virResetLastError() }
            return isAlive == 1
        }
    }

    /// libvirtd carries out at most five requests of a connection at once (`max_client_requests`); more would only queue there.
    private static let laneCount = 5

    /// A libvirtd that is restarted is waited for so long.
    static let longestAbsence = Duration.seconds(20)

    private init(uri: String, lanes: BlockingLanes, connection: sending Connection) {
        self.uri = uri
        self.lanes = lanes
        current = Mutex(connection)
    }

    /// Connects to a libvirt, such as `qemu:///system` or `qemu+unix:///system?socket=/path`.
    package static func connect(uri: String) async throws -> Hypervisor {
        let lanes = BlockingLanes(label: "hypervisor", count: laneCount)
        let connection = try await lanes.run { _ in try open(uri) }
        return Hypervisor(uri: uri, lanes: lanes, connection: connection)
    }

    private static func open(_ uri: String) throws(HypervisorError) -> Connection {
        guard Libvirt.ready, let pointer = virConnectOpen(uri) else { throw .unreachable(uri: uri, .last()) }
        // A libvirtd that is stopped or hangs ends our calls after about 15 s. A driver inside this process has no need of it.
        if virConnectSetKeepAlive(pointer, 5, 3) < 0 { virResetLastError() }
        return Connection(pointer)
    }

    /// The connection, opened anew where it is closed: calls on other lanes wait here for the one that does so.
    private func connection(_ cancellation: BlockingLanes.Cancellation) throws -> Connection {
        try current.withLock { current in
            if current.isOpen { return current }
            let deadline = ContinuousClock.now + Self.longestAbsence
            while true {
                try cancellation.check()
                do {
                    current = try Self.open(uri)
                    return current
                } catch {
                    guard ContinuousClock.now < deadline else { throw error }
                    usleep(200_000)
                }
            }
        }
    }

    /// Whether a call is made once more where the connection broke in the middle of it, when nobody knows how far it came.
    enum Repetition {
        case allowed, never
    }

    /// Runs blocking calls on the connection, on a thread that may block.
    func call<Value: Sendable>(
        repeating repetition: Repetition = .allowed, _ body: @escaping @Sendable (virConnectPtr) throws -> Value
    ) async throws -> Value {
        try await call(repeating: repetition) { connection, _ in try body(connection) }
    }

    /// Runs long blocking calls, which look at `Cancellation` now and then.
    func call<Value: Sendable>(
        repeating repetition: Repetition = .allowed,
        _ body: @escaping @Sendable (virConnectPtr, BlockingLanes.Cancellation) throws -> Value
    ) async throws -> Value {
        try await lanes.run { [self] cancellation in
            var attemptsLeft = repetition == .allowed ? 2 : 0
            while true {
                let connection = try connection(cancellation)
                let result = withExtendedLifetime(connection) {
                    Result { try body(connection.pointer, cancellation) }
                }
                // What was read over a connection that broke may not be all there is.
                if connection.isOpen || cancellation.isCancelled { return try result.get() }
                if attemptsLeft == 0 {
                    do {
                        return try result.get()
                    } catch {
                        throw HypervisorError.connectionLost(uri: uri, cause: Diagnoses(of: error).description)
                    }
                }
                attemptsLeft -= 1
            }
        }
    }

    /// Whether libvirt runs on this host: its URI names no other, so that its files are this host's files.
    var isLocal: Bool {
        let authority = uri.drop { $0 != ":" }.dropFirst(3).prefix { $0 != "/" }
        return authority.isEmpty
    }

    /// libvirtd still answers on this connection.
    package func isAlive() async throws -> Bool {
        try await call { virConnectIsAlive($0) == 1 }
    }

    /// libvirt's and the hypervisor's versions, for a person: `libvirt 9.0.0, QEMU 7.2.19 at URI`.
    package func versions() async throws -> String {
        let uri = uri
        return try await call { connection in
            var (library, hypervisor): (CUnsignedLong, CUnsignedLong) = (0, 0)
            try HypervisorError.check(virConnectGetLibVersion(connection, &library), "ask for libvirt's version")
            try HypervisorError.check(virConnectGetVersion(connection, &hypervisor), "ask for the hypervisor's version")
            let kind = virConnectGetType(connection).map { String(cString: $0) } ?? "hypervisor"
            func text(_ version: CUnsignedLong) -> String {
                "\(version / 1_000_000).\(version / 1000 % 1000).\(version % 1000)"
            }
            return "libvirt \(text(library)), \(kind) \(text(hypervisor)) at \(uri)"
        }
    }

    /// libvirt lists KVM for this host's processor, which does not yet mean that a guest boots with it.
    package func offersKVM() async throws -> Bool {
        try await call { connection in
            guard takeString(virConnectGetDomainCapabilities(connection, nil, "x86_64", nil, "kvm", 0)) != nil else {
                virResetLastError()
                return false
            }
            return true
        }
    }
}

/// Called by libvirt on its event thread when libvirtd went away: it does not tell the streams so.
private func connectionHasClosed(_ connection: virConnectPtr?, _: Int32, _: UnsafeMutableRawPointer?) {
    if let connection { InboxRegistry.end(on: connection) }
}
