internal import Addresses

extension MachineSpec {
    /// A machine's end of the tunnels over which a cluster's network spans several hypervisors.
    ///
    /// QEMU itself carries the UDP port of the hypervisor to the machine's WireGuard, through a card of its own; so the
    /// hypervisor needs no route, no rule and no program for it.
    package struct Tunnel: Hashable, Sendable {
        /// The UDP port of the machine's hypervisor that leads to its WireGuard.
        package let port: Int
        /// Of the card behind which QEMU carries that port.
        package let cardAddress: MACAddress
        /// The machine's IPv6 address among the tunnels' ends (RFC 4193), the same on every run.
        package let address: String
        /// Of the machine's end of the network that the tunnels carry.
        package let macAddress: MACAddress

        /// Below Linux's ephemeral ports, so that no client's socket has it.
        package static let ports = 20000...32767
        /// The UDP port on which the machine itself listens.
        package static let listeningPort = 51820
        /// The network that QEMU makes up for the card, and the machine's and the gateway's addresses in it.
        package static let (cardNetwork, cardPrefixLength) = ("169.254.254.0/24", 24)
        package static let (cardHost, cardGateway) = ("169.254.254.15", "169.254.254.2")

        /// The libvirt XML of the card, to be laid over the domain's: libvirt has no word for such a port. Its place on the bus
        /// is one that libvirt gives to others last.
        package var xml: String {
            let arguments = [
                "-netdev",
                "user,id=cftunnel,ipv6=off,net=\(Self.cardNetwork),host=\(Self.cardGateway),"
                    + "hostfwd=udp::\(port)-\(Self.cardHost):\(Self.listeningPort)",
                "-device", "virtio-net-pci,netdev=cftunnel,mac=\(cardAddress),bus=pci.0,addr=0x1e,romfile=",
            ].map { "<qemu:arg value='\($0)'/>" }
            return "<domain xmlns:qemu='http://libvirt.org/schemas/domain/qemu/1.0'><qemu:commandline>"
                + arguments.joined() + "</qemu:commandline></domain>"
        }
    }
}

extension MachineSpec.Tunnel {
    /// The ends of a cluster's machines, in order; ports that fall on the same number are told apart by the order.
    static func ends(of machines: [(name: String, address: IPv4Address)], in uuid: ClusterUUID) -> [MachineSpec.Tunnel]
    {
        var taken: Set<Int> = []
        return machines.map { machine in
            let wanted = Fingerprint(of: "tunnel", uuid.text, machine.name).value % UInt128(ports.count)
            var port = ports.lowerBound + Int(wanted)
            while !taken.insert(port).inserted { port = port == ports.upperBound ? ports.lowerBound : port + 1 }
            return .init(
                port: port,
                // No network's name has an underscore.
                cardAddress: MACAddress(cluster: uuid, machine: machine.name, network: "_card", attempt: 0),
                address: uuid.tunnelAddress(of: machine.address),
                macAddress: MACAddress(cluster: uuid, machine: machine.name, network: "_tunnel", attempt: 0))
        }
    }
}

extension ClusterUUID {
    /// The unique local IPv6 prefix of the cluster's tunnels, without its length of 64.
    package var tunnelPrefix: String {
        let digits = text.filter { $0 != "-" }.suffix(10)
        let groups = ["fd" + digits.prefix(2), String(digits.dropFirst(2).prefix(4)), String(digits.suffix(4))]
        return groups.joined(separator: ":") + ":0"
    }

    fileprivate func tunnelAddress(of address: IPv4Address) -> String {
        let (high, low) = (address.number >> 16, address.number & 0xFFFF)
        return "\(tunnelPrefix):0:0:\(String(high, radix: 16)):\(String(low, radix: 16))"
    }
}
