package import Addresses
package import Diagnostics

extension ClusterSpec {
    /// A network of libvirt's that the cluster makes: the host has its first address.
    package struct Network: Hashable, Sendable {
        /// How the network meets the world beyond the host.
        package enum Mode: String, Hashable, Sendable, CaseIterable {
            /// Machines reach out behind the host's address.
            case nat
            /// Machines reach one another and the host only.
            case isolated
            /// Machines reach out under their own addresses, and others know the way back.
            case routed
        }

        /// Names of an address in the network's DNS.
        package struct DNSHost: Hashable, Sendable {
            package var address: IPv4Address
            package var names: [String]

            package init(address: IPv4Address, names: [String]) {
                self.address = address
                self.names = names
            }
        }

        package let range: IPv4Network
        package let mode: Mode
        /// In bytes; nil for the usual 1500.
        package let mtu: Int?
        /// What the names of machines end in within this network, or nil.
        package let domain: String?
        /// Names beyond those of the machines.
        package let dnsHosts: [DNSHost]
        /// The addresses that DHCP gives, first and last; nil where every address is fixed.
        package let leases: ClosedRange<IPv4Address>?
        /// The network's name in libvirt.
        package let name: String
        /// The network's UUID in libvirt, the same on every run.
        package let uuid: String
        /// The bridge on the host, named after the cluster's UUID (at most 15 characters).
        package let bridge: String
        /// Where the Clusterfile says the range.
        package let location: SourceLocation

        /// The host's address, which is the machines' gateway and name server.
        package var host: IPv4Address { range.host }

        /// Changes whenever the network has to be made anew; what DNS knows can be changed while it is there.
        package var specHash: String {
            var parts = [name, bridge, range.description]
            if mode != .nat { parts.append("mode \(mode.rawValue)") }
            if let mtu { parts.append("mtu \(mtu)") }
            if let domain { parts.append("domain \(domain)") }
            if let leases { parts.append("leases \(leases.lowerBound)-\(leases.upperBound)") }
            return Fingerprint(of: parts.joined(separator: "\0")).shortText
        }
    }

    /// A network beyond the cluster's own.
    package struct FurtherNetwork: Hashable, Sendable {
        package enum Kind: Hashable, Sendable {
            /// The cluster makes it and takes it away.
            case made(Network)
            /// A bridge of the host's, by its interface's name.
            case bridge(String)
            /// A network that libvirt has already, by its name there.
            case existing(String)
        }

        /// The name by which machines name it.
        package let name: String
        package let kind: Kind
        /// Where the Clusterfile names it.
        package let location: SourceLocation
    }

    /// The networks that the cluster makes and takes away, its own first.
    package var madeNetworks: [Network] {
        [network] + networks.compactMap { if case .made(let network) = $0.kind { network } else { nil } }
    }
}

extension ClusterSpec.Network {
    /// The cluster's own network, or a further one of that name.
    init(
        range: Located<IPv4Network>, mode: Mode = .nat, mtu: Int? = nil, domain: String? = nil,
        dnsHosts: [DNSHost] = [], leases: ClosedRange<IPv4Address>? = nil, cluster: String, uuid: ClusterUUID,
        furtherName: String? = nil
    ) {
        self.range = range.value
        location = range.location
        (self.mode, self.mtu, self.domain, self.dnsHosts, self.leases) = (mode, mtu, domain, dnsHosts, leases)
        if let furtherName {
            // Neither of the two can hold an underscore, so that nothing else is called so.
            name = "clusterfile_\(cluster)_\(furtherName)"
            self.uuid = uuid.networkUUID(named: furtherName)
            bridge = "cf" + self.uuid.filter { $0 != "-" }.suffix(10)
        } else {
            name = "clusterfile_\(cluster)"
            self.uuid = uuid.networkUUID
            bridge = "cf" + uuid.text.filter { $0 != "-" }.suffix(10)
        }
    }
}

extension ClusterSpec {
    /// What the DNS of a network that the cluster makes knows: the machines in it, and the names that it lists itself. The
    /// cluster's own network is the one that machines ask, so that it knows the further networks' names, too.
    package func dnsHosts(of network: Network) -> [Network.DNSHost] {
        let own = ownHosts(of: network)
        guard network.name == self.network.name else { return own }
        let known = Set(own.flatMap(\.names))
        return own
            + furtherHosts.compactMap { host in
                let names = host.names.filter { !known.contains($0) }
                return names.isEmpty ? nil : Network.DNSHost(address: host.address, names: names)
            }
    }

    private func ownHosts(of network: Network) -> [Network.DNSHost] {
        let machines = (machines + machinesElsewhere).compactMap { machine -> Network.DNSHost? in
            for interface in machine.interfaces where interface.link == .network(network.name) {
                guard case .fixed(let address, _) = interface.address else { continue }
                return Network.DNSHost(address: address, names: [machine.name] + interface.dnsNames)
            }
            return nil
        }
        return machines + network.dnsHosts
    }

    /// The names of machines' further cards, and those that further networks list.
    private var furtherHosts: [Network.DNSHost] {
        let networks = madeNetworks.dropFirst()
        let cards = machines.flatMap { machine in
            machine.interfaces.dropFirst().compactMap { card -> Network.DNSHost? in
                guard case .fixed(let address, _) = card.address else { return nil }
                let domain = networks.first { card.link == .network($0.name) }?.domain
                return Network.DNSHost(
                    address: address, names: (domain.map { ["\(machine.name).\($0)"] } ?? []) + card.dnsNames)
            }
        }
        return cards + networks.flatMap(\.dnsHosts)
    }
}
