/// How a network is made, as it is wanted and as libvirt shows it: the same terms for both, so that `==` compares them.
package struct NetworkConfiguration: Hashable, Sendable {
    /// How the network meets the world beyond the host.
    package enum Mode: Hashable, Sendable {
        /// Machines reach out behind the host's address.
        case nat
        /// Machines reach out with their own addresses, which the world beyond must know a way to.
        case routed
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

    /// Addresses that machines ask for.
    package struct DHCP: Hashable, Sendable {
        /// An address that one machine gets; it may lie outside the range.
        package struct Reservation: Hashable, Sendable {
            package var mac: String
            package var name: String
            package var address: String

            package init(mac: String, name: String, address: String) {
                self.mac = mac.lowercased()
                self.name = name
                self.address = address
            }
        }

        /// The first and the last address for machines without a reservation; nil for none.
        package var range: Range?
        /// In order of address.
        package var reservations: [Reservation]

        package struct Range: Hashable, Sendable {
            package var first: String
            package var last: String

            package init(first: String, last: String) {
                self.first = first
                self.last = last
            }
        }

        package init(range: Range?, reservations: [Reservation] = []) {
            self.range = range
            self.reservations = reservations.sorted { $0.address < $1.address }
        }
    }

    package var mode: Mode
    /// The interface on the host, at most 15 characters.
    package var bridge: String
    /// The largest packet in bytes; nil for 1500.
    package var mtu: Int?
    /// The DNS domain that the resolver alone answers for, never asking others; nil for none.
    package var domain: String?
    /// The host's own address in the network.
    package var gateway: String
    package var prefixLength: Int
    /// In order of address.
    package var dnsHosts: [DNSHost]
    package var dhcp: DHCP?

    package init(
        mode: Mode, bridge: String, mtu: Int? = nil, domain: String? = nil, gateway: String, prefixLength: Int,
        dnsHosts: [DNSHost] = [], dhcp: DHCP? = nil
    ) {
        self.mode = mode
        self.bridge = bridge
        self.mtu = mtu
        self.domain = domain
        self.gateway = gateway
        self.prefixLength = prefixLength
        self.dnsHosts = dnsHosts.sorted { $0.address < $1.address }
        self.dhcp = dhcp
    }
}
