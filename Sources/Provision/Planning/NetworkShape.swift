package import Addresses
package import Clusterfiles

/// How a network is made, as far as a plan compares it: what a spec wants, and what libvirt has.
package struct NetworkShape: Hashable, Sendable {
    package var mode: ClusterSpec.Network.Mode
    package var bridge: String
    package var range: IPv4Network
    package var mtu: Int?
    package var domain: String?
    /// The addresses that DHCP gives, first and last.
    package var leases: ClosedRange<IPv4Address>?
    /// What its DNS knows, which can be changed while it is there.
    package var names: Set<ClusterSpec.Network.DNSHost>

    package init(
        mode: ClusterSpec.Network.Mode, bridge: String, range: IPv4Network, mtu: Int? = nil, domain: String? = nil,
        leases: ClosedRange<IPv4Address>? = nil, names: Set<ClusterSpec.Network.DNSHost> = []
    ) {
        self.mode = mode
        self.bridge = bridge
        self.range = range
        self.mtu = mtu
        self.domain = domain
        self.leases = leases
        self.names = names
    }

    /// How a network of the cluster is wanted.
    package init(of network: ClusterSpec.Network, in spec: ClusterSpec) {
        self.init(
            mode: network.mode, bridge: network.bridge, range: network.range, mtu: network.mtu, domain: network.domain,
            leases: network.leases, names: Set(spec.dnsHosts(of: network)))
    }

    /// What of this, which is there, is wanted otherwise and cannot be changed while the network is active, or nil.
    func difference(to wanted: NetworkShape) -> String? {
        let parts: [(differs: Bool, wanted: String, had: String)] = [
            (range != wanted.range, "the range \(wanted.range)", "\(range)"),
            (mode != wanted.mode, "the mode '\(wanted.mode.rawValue)'", "'\(mode.rawValue)'"),
            (bridge != wanted.bridge, "the bridge \(wanted.bridge)", bridge),
            (mtu != wanted.mtu, "an MTU of \(wanted.mtu ?? 1500)", "\(mtu ?? 1500)"),
            (domain != wanted.domain, "the domain \(wanted.domain ?? "none")", domain ?? "none"),
            (leases != wanted.leases, "other leases", "its own"),
        ]
        return parts.first { $0.differs }.map { "the Clusterfile wants \($0.wanted) for it, and it has \($0.had)" }
    }
}
