import Addresses
package import Clusterfiles
package import Diagnostics
import Glibc
import Hypervisor
import Linux

/// Where a forked cluster's machines can be reached: a network namespace of its own, which has the gateway's addresses.
///
/// The fork's machines have the first cluster's addresses, so nothing of them may be seen where the first's are: their
/// bridge has no address on the host, and a link pair leads from it into this namespace. Nothing leads on from there.
package struct ForkNamespace: Hashable, Sendable {
    private let namespace: NetworkNamespace
    private let uuid: ClusterUUID

    package init(of uuid: ClusterUUID) {
        self.uuid = uuid
        // Where `ip netns` has its own, so that `ip netns exec` enters it, too.
        namespace = NetworkNamespace(path: "/run/netns/clusterfile-\(uuid)")
    }

    package var path: String { namespace.path }
    package var name: String { "clusterfile-\(uuid)" }
    package var exists: Bool { namespace.exists }

    /// The host's address in one of the fork's networks.
    struct Gateway: Hashable, Sendable {
        var bridge: String
        /// The one that the first's machines know it by: a machine that goes on from its memory answers there, for as long
        /// as it believes what it learned.
        var hardwareAddress: [UInt8]?
        var address: IPv4Address
        var prefixLength: Int

        /// Nil for an address that is not IPv4.
        init?(bridge: String, hardwareAddress: [UInt8]?, _ address: LibvirtNetworkSnapshot.Address) {
            guard let number = IPv4Address(address.address) else { return nil }
            (self.bridge, self.hardwareAddress) = (bridge, hardwareAddress)
            (self.address, prefixLength) = (number, address.prefixLength)
        }
    }

    /// The name of the bridge that stands for the fork's network of that number.
    static func bridge(_ number: Int, of uuid: ClusterUUID) -> String { name("cf", number, uuid) }

    /// At most 15 characters.
    private static func name(_ prefix: String, _ number: Int, _ uuid: ClusterUUID) -> String {
        prefix + uuid.text.filter { $0 != "-" }.suffix(10) + (number == 0 ? "" : "\(number)")
    }

    /// Makes the namespace and its links to bridges that are there; what is there already is kept.
    func make(_ gateways: [Gateway]) throws {
        try namespace.make()
        var outside = try NetlinkSocket()
        var inside = try NetlinkSocket(in: namespace)
        if let loopback = try inside.link("lo") { try inside.setUp(loopback.index) }
        for (number, gateway) in gateways.enumerated() {
            let peer = "gateway\(number)"
            if try inside.link(peer) == nil {
                guard let bridge = try outside.link(gateway.bridge) else {
                    throw LinuxError.netlink(operation: "find the bridge \(gateway.bridge)", code: 19, explanation: nil)
                }
                let descriptor = try namespace.open()
                try outside.addPair(
                    Self.name("cv", number, uuid), bridge: bridge.index, mtu: bridge.mtu, peer: peer, in: descriptor,
                    peerHardwareAddress: gateway.hardwareAddress)
            }
            guard let link = try inside.link(peer) else { continue }
            try inside.setUp(link.index)
            try inside.add(
                NetworkAddress(link: link.index, address: gateway.address, prefixLength: gateway.prefixLength))
        }
    }

    /// Moves the calling thread, and so every thread it starts later, to where the fork's machines can be reached; a cluster
    /// that is no fork has no such place, and nothing happens. Call it before the program has a second thread.
    package func enter() throws(Diagnosis) {
        guard exists else { return }
        do {
            try NetworkNamespace.enter(path: path)
        } catch {
            throw Diagnosis(
                "cannot enter the network namespace \(name)", why: "\(error)",
                fix: geteuid() == 0 ? "look at it with ip netns" : "run it as root, or through sudo")
        }
    }

    /// Takes the namespace and its links away; nothing there is no failure.
    package func remove() throws {
        // A process that is still inside keeps the namespace, and with it the links, beyond its name.
        var outside = try NetlinkSocket()
        for link in try outside.links() where link.name.hasPrefix(Self.name("cv", 0, uuid)) {
            try outside.removeLink(link.index)
        }
        if exists { try namespace.remove() }
    }
}
