import CLibvirt

/// A connection to one libvirt host.
///
/// Calls block in C on a few threads of their own, so several domains start side by side. What is already as asked is left
/// as it is, so that every act may be repeated.
package final class Hypervisor: Sendable {
    /// The URI as the caller gave it.
    package let uri: String
    private let lanes: BlockingLanes
    private let connection: Connection

    /// The reference to the connection.
    ///
    /// Unchecked: a `virConnectPtr` may be used by all threads at once (https://libvirt.org/api.html), the pointer never
    /// changes, and the reference is given back only when nobody holds this object any more.
    private final class Connection: @unchecked Sendable {
        let pointer: virConnectPtr
        init(_ pointer: virConnectPtr) { self.pointer = pointer }
        deinit { virConnectClose(pointer) }
    }

    /// libvirtd carries out at most five requests of a connection at once (`max_client_requests`); more would only queue there.
    private static let laneCount = 5

    private init(uri: String, lanes: BlockingLanes, connection: Connection) {
        self.uri = uri
        self.lanes = lanes
        self.connection = connection
    }

    /// Connects to a libvirt, such as `qemu:///system` or `qemu+unix:///system?socket=/path`.
    package static func connect(uri: String) async throws -> Hypervisor {
        let lanes = BlockingLanes(label: "hypervisor", count: laneCount)
        let connection = try await lanes.run { _ in
            guard Libvirt.ready, let pointer = virConnectOpen(uri) else {
                throw HypervisorError.unreachable(uri: uri, .last())
            }
            // A libvirtd that is stopped or hangs ends our calls after about 15 s. A driver inside this process has no need of it.
            if virConnectSetKeepAlive(pointer, 5, 3) < 0 { virResetLastError() }
            return Connection(pointer)
        }
        return Hypervisor(uri: uri, lanes: lanes, connection: connection)
    }

    /// Runs blocking calls on the connection, on a thread that may block.
    func call<Value: Sendable>(_ body: @escaping @Sendable (virConnectPtr) throws -> Value) async throws -> Value {
        try await call { connection, _ in try body(connection) }
    }

    /// Runs long blocking calls, which look at `Cancellation` now and then.
    func call<Value: Sendable>(
        _ body: @escaping @Sendable (virConnectPtr, BlockingLanes.Cancellation) throws -> Value
    ) async throws -> Value {
        let connection = connection
        return try await lanes.run { cancellation in
            try withExtendedLifetime(connection) { try body(connection.pointer, cancellation) }
        }
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
