import Clusterfiles
import Credentials
import Diagnostics
import JSON

/// The tunnels of a cluster on several hypervisors: what each machine is told to reach those on the others.
///
/// A machine has a WireGuard end that the others' machines reach at their hypervisor's address and its own port, and over it a
/// VXLAN (RFC 7348) in which those machines are neighbours under the addresses that they have anyway. So routes of the
/// orchestrator's pods go through it as they do on one hypervisor, and between hosts everything is encrypted.
/// systemd-networkd carries it out (systemd.netdev(5), systemd.network(5)).
struct TunnelMesh {
    private let spec: ClusterSpec
    private let sites: Sites
    /// By site's name.
    private let addresses: [String: String]
    private let credentials: CredentialStore

    /// Nil where the cluster's machines are on one hypervisor only.
    init?(of spec: ClusterSpec, on sites: Sites, _ credentials: CredentialStore) throws {
        guard spec.machines.contains(where: { $0.tunnel != nil }), Set(sites.places.values).count > 1 else {
            return nil
        }
        self.spec = spec
        self.sites = sites
        self.credentials = credentials
        addresses = try sites.addresses()
    }

    /// The files of a machine in `/etc/systemd/network`, as the playbook takes them.
    func files(of machine: MachineSpec) throws -> [JSON] {
        guard let end = machine.tunnel, let place = sites.places[machine.name] else { return [] }
        let others = spec.machines.filter { sites.places[$0.name] != place }
        let hosts = Set(others.compactMap { sites.places[$0.name].flatMap { addresses[$0] } }).sorted()
        return [
            file("30-clusterfile-card.network", cardLines(end, hosts)),
            file("31-clusterfile-tunnel.netdev", try tunnelLines(machine, others), isSecret: true),
            file("31-clusterfile-tunnel.network", tunnelNetworkLines(end)),
            file("32-clusterfile-span.netdev", spanLines(end)),
            file("32-clusterfile-span.network", spanNetworkLines(machine, others)),
        ]
    }

    private func file(_ name: String, _ lines: [String], isSecret: Bool = false) -> JSON {
        [
            "path": .string("/etc/systemd/network/\(name)"), "content": .string(lines.joined(separator: "\n") + "\n"),
            "mode": isSecret ? "0640" : "0644", "group": isSecret ? "systemd-network" : "root",
        ]
    }

    private func cardLines(_ end: MachineSpec.Tunnel, _ hosts: [String]) -> [String] {
        typealias Tunnel = MachineSpec.Tunnel
        return [
            "# The card behind which QEMU carries this machine's UDP port of its hypervisor.",
            "[Match]", "MACAddress=\(end.cardAddress)", "", "[Link]", "RequiredForOnline=no", "",
            "[Network]", "Address=\(Tunnel.cardHost)/\(Tunnel.cardPrefixLength)", "LinkLocalAddressing=no",
            "IPv6AcceptRA=no",
        ] + hosts.flatMap { ["", "[Route]", "Destination=\($0)/32", "Gateway=\(Tunnel.cardGateway)"] }
    }

    private func tunnelLines(_ machine: MachineSpec, _ others: [MachineSpec]) throws -> [String] {
        let key = try credentials.hostKey(ofMachine: machine.name).tunnelKey
        var lines = [
            "# The machine's end of the tunnels to those on other hypervisors.",
            "[NetDev]", "Name=cftunnel", "Kind=wireguard", "", "[WireGuard]",
            "ListenPort=\(MachineSpec.Tunnel.listeningPort)", "PrivateKey=\(key.privateText)",
        ]
        for other in others {
            guard let end = other.tunnel, let address = sites.places[other.name].flatMap({ addresses[$0] }) else {
                continue
            }
            lines += [
                "", "# \(other.name)", "[WireGuardPeer]",
                "PublicKey=\(try credentials.hostKey(ofMachine: other.name).tunnelKey.publicText)",
                "Endpoint=\(address):\(end.port)", "AllowedIPs=\(end.address)/128", "PersistentKeepalive=25",
            ]
        }
        return lines
    }

    private func tunnelNetworkLines(_ end: MachineSpec.Tunnel) -> [String] {
        [
            "[Match]", "Name=cftunnel", "", "[Link]", "RequiredForOnline=no", "", "[Network]",
            "Address=\(end.address)/128", "VXLAN=cfspan", "", "[Route]", "Destination=\(spec.uuid.tunnelPrefix)::/64",
        ]
    }

    private func spanLines(_ end: MachineSpec.Tunnel) -> [String] {
        [
            "# The part of the cluster's network that the tunnels carry.",
            "[NetDev]", "Name=cfspan", "Kind=vxlan", "MACAddress=\(end.macAddress)", "", "[VXLAN]", "VNI=1",
            "Local=\(end.address)", "DestinationPort=4789", "MacLearning=no",
        ]
    }

    private func spanNetworkLines(_ machine: MachineSpec, _ others: [MachineSpec]) -> [String] {
        var lines = [
            "[Match]", "Name=cfspan", "", "[Link]", "RequiredForOnline=no", "", "[Network]", "LinkLocalAddressing=no",
        ]
        for other in others {
            guard let end = other.tunnel else { continue }
            lines += [
                "", "# \(other.name)", "[Route]", "Destination=\(other.address)/32", "Scope=link",
                "PreferredSource=\(machine.address)", "", "[Neighbor]", "Address=\(other.address)",
                "LinkLayerAddress=\(end.macAddress)", "", "[BridgeFDB]", "MACAddress=\(end.macAddress)",
                "Destination=\(end.address)", "AssociatedWith=self",
            ]
        }
        return lines
    }
}
