/// A network of libvirt's as it shall be defined: a bridge on the host with an address range and no DHCP.
package struct NetworkSpec: Hashable, Sendable {
    /// How the network meets the world beyond the host.
    package enum Mode: Hashable, Sendable {
        /// Machines reach out behind the host's address.
        case nat
        /// Machines reach one another and the host only.
        case isolated
    }

    /// A name that libvirt's resolver on the gateway answers.
    package struct DNSHost: Hashable, Sendable {
        package var address: String
        package var names: [String]

        package init(address: String, names: [String]) {
            self.address = address
            self.names = names
        }
    }

    package var name: String
    package var uuid: String
    /// The interface on the host, at most 15 characters.
    package var bridge: String
    package var mode: Mode
    /// The host's own address in the network.
    package var gateway: String
    package var prefixLength: Int
    package var dnsHosts: [DNSHost]
    package var metadata: ClusterMetadata

    package init(
        name: String, uuid: String, bridge: String, mode: Mode, gateway: String, prefixLength: Int,
        dnsHosts: [DNSHost] = [], metadata: ClusterMetadata
    ) {
        self.name = name
        self.uuid = uuid
        self.bridge = bridge
        self.mode = mode
        self.gateway = gateway
        self.prefixLength = prefixLength
        self.dnsHosts = dnsHosts
        self.metadata = metadata
    }
}

extension NetworkSpec {
    /// The network in libvirt's format (https://libvirt.org/formatnetwork.html).
    package var xml: String {
        var network = XMLElement(
            "network",
            [XMLElement("name", text: name), XMLElement("uuid", text: uuid), metadata.element(of: .network)])
        if mode == .nat { network.children.append(XMLElement("forward", ["mode": "nat"])) }
        // No spanning tree and no delay: a new link forwards at once.
        network.children.append(XMLElement("bridge", ["name": bridge, "stp": "off", "delay": "0"]))
        if !dnsHosts.isEmpty {
            network.children.append(
                XMLElement(
                    "dns",
                    dnsHosts.map { host in
                        XMLElement("host", ["ip": host.address], host.names.map { XMLElement("hostname", text: $0) })
                    }))
        }
        network.children.append(XMLElement("ip", ["address": gateway, "prefix": "\(prefixLength)"]))
        return network.rendered()
    }
}
