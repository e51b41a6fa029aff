import Addresses
import Linux

/// Connects a node's pods: a bridge, a link pair a pod, routes to the other nodes' pods, and a way out of the cluster.
///
/// Everything is compared with what the kernel has: every call may be repeated, also after a crash or a reboot.
package actor PodNetwork {
    package nonisolated let configuration: PodNetworkConfiguration
    private let book: AddressBook
    private let executor = BlockingExecutor(label: "clusterfile.pod-network")
    private let masquerade: Masquerade
    private var pendingRules: Task<Void, any Error>?

    package nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    package init(configuration: PodNetworkConfiguration) throws(PodNetworkError) {
        guard configuration.nodeRange.prefixLength <= 29 else { throw .rangeTooSmall(configuration.nodeRange) }
        self.configuration = configuration
        masquerade = Masquerade(configuration)
        book = AddressBook(range: configuration.nodeRange, folder: configuration.addressFolder)
    }

    deinit { pendingRules?.cancel() }

    /// Sets up the node's part and the routes to all peers; one peer that cannot be reached does not keep the others.
    ///
    /// Masquerading follows in the background; should it fail, the next call says so.
    package func reconcile(peers: [PodNetworkPeer]) async throws {
        let formerRules = await pendingRules?.result
        var socket = try NetlinkSocket(in: configuration.nodeNamespace)
        _ = try bridge(&socket)
        try setForwarding()
        pendingRules = Task { [masquerade] in try await masquerade.apply() }
        var failures: [String] = []
        let changes = RouteChanges(
            wanted: peers, present: try socket.routes(routingProtocol: RouteChanges.routingProtocol))
        for route in changes.remove { try socket.remove(route) }
        for route in changes.set {
            do throws(LinuxError) {
                try socket.replace(route)
            } catch {
                failures.append("\(error)")
            }
        }
        if !failures.isEmpty { throw PodNetworkError.routesFailed(failures) }
        try formerRules?.get()
    }

    /// Connects a pod, which keeps its address for as long as it is not detached, also through a reboot.
    package func attach(_ uid: String) throws -> PodAttachment {
        var socket = try NetlinkSocket(in: configuration.nodeNamespace)
        let bridge = try bridge(&socket)
        let address = try book.allocate(uid)
        let namespace = namespace(uid)
        try namespace.make()
        let name = PodNetwork.linkName(uid)
        if try socket.link(name) == nil {
            let descriptor = try namespace.open()
            try socket.addPair(name, bridge: bridge.index, mtu: try uplinkMTU(&socket), peer: "eth0", in: descriptor)
        }
        if let link = try socket.link(name) {
            try socket.setUp(link.index)
            try socket.setHairpin(link.index)
        }
        try setUpInside(namespace, address)
        return PodAttachment(namespacePath: namespace.path, address: address)
    }

    /// Disconnects a pod and frees its address; nothing there is as good.
    package func detach(_ uid: String) throws {
        var socket = try NetlinkSocket(in: configuration.nodeNamespace)
        if let link = try socket.link(PodNetwork.linkName(uid)) { try socket.removeLink(link.index) }
        try namespace(uid).remove()
        try book.release(uid)
    }

    /// Detaches every pod but the given ones. No pod may be attached meanwhile.
    package func collectGarbage(keeping pods: Set<String>) throws {
        let known = try Set(book.all().keys).union(FileSystem.names(in: configuration.namespaceFolder))
        for uid in known.subtracting(pods).sorted() { try detach(uid) }
        var socket = try NetlinkSocket(in: configuration.nodeNamespace)
        guard let bridge = try socket.link(configuration.bridge) else { return }
        let names = Set(pods.map(PodNetwork.linkName))
        for link in try socket.links() where link.master == bridge.index && !names.contains(link.name) {
            try socket.removeLink(link.index)
        }
    }

    /// Takes the node's part away: bridge, routes and rules. The pods must be detached before.
    package func remove() async throws {
        var socket = try NetlinkSocket(in: configuration.nodeNamespace)
        for route in try socket.routes(routingProtocol: RouteChanges.routingProtocol) { try socket.remove(route) }
        if let link = try socket.link(configuration.bridge) { try socket.removeLink(link.index) }
        try await settle()
        try await masquerade.remove()
    }

    /// Waits for what the last reconciliation left to the background.
    func settle() async throws { try await pendingRules?.value }

    /// The name of a pod's link on the node, as long as the kernel allows: `cf` and 12 digits of the uid's FNV-1a hash.
    static func linkName(_ uid: String) -> String {
        let hash = uid.utf8.reduce(0xcbf2_9ce4_8422_2325 as UInt64) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
        let digits = String(hash, radix: 16)
        return "cf" + (String(repeating: "0", count: 16 - digits.count) + digits).suffix(12)
    }

    private func namespace(_ uid: String) -> NetworkNamespace {
        NetworkNamespace(path: configuration.namespaceFolder + "/" + uid)
    }

    private func bridge(_ socket: inout NetlinkSocket) throws -> NetworkLink {
        if try socket.link(configuration.bridge) == nil {
            // An address of its own: a bridge without one changes it with its ports, and neighbours' caches go stale.
            try socket.addBridge(configuration.bridge, hardwareAddress: [0x0a, 0x58] + configuration.gateway.bytes)
        }
        guard let bridge = try socket.link(configuration.bridge) else {
            throw LinuxError.unsupported("bridges")
        }
        let wanted = NetworkAddress(
            link: bridge.index, address: configuration.gateway, prefixLength: configuration.nodeRange.prefixLength)
        let present = try socket.addresses().filter { $0.link == bridge.index }
        for address in present where address != wanted { try socket.remove(address) }
        if !present.contains(wanted) { try socket.add(wanted) }
        if !bridge.isUp { try socket.setUp(bridge.index) }
        return bridge
    }

    private func setUpInside(_ namespace: NetworkNamespace, _ address: IPv4Address) throws {
        var socket = try NetlinkSocket(in: namespace)
        if let loopback = try socket.link("lo"), !loopback.isUp { try socket.setUp(loopback.index) }
        guard let link = try socket.link("eth0") else { throw LinuxError.unreadable(path: "eth0 in \(namespace.path)") }
        if !link.isUp { try socket.setUp(link.index) }
        try socket.add(
            NetworkAddress(link: link.index, address: address, prefixLength: configuration.nodeRange.prefixLength))
        try socket.replace(
            NetworkRoute(
                destination: IPv4Network(containing: IPv4Address(number: 0), prefixLength: 0),
                gateway: configuration.gateway,
                routingProtocol: RouteChanges.routingProtocol))
    }

    /// A pod's packets are as large as the way out takes.
    private func uplinkMTU(_ socket: inout NetlinkSocket) throws -> UInt32 {
        let uplink = try socket.routes().first { $0.destination.prefixLength == 0 }?.link
        return try socket.links().first { $0.index == uplink }?.mtu ?? 1500
    }

    private func setForwarding() throws {
        if let node = configuration.nodeNamespace {
            try node.setKernelParameter("net/ipv4/ip_forward", to: "1")
        } else {
            try FileSystem.set("/proc/sys/net/ipv4/ip_forward", to: "1")
        }
    }
}
