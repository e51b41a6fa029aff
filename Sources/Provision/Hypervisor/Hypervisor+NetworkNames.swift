import CLibvirt
import Glibc

extension Hypervisor {
    /// Defines a network anew, and gives what is active of it the names and reserved addresses at once.
    package func update(_ spec: NetworkSpec) async throws {
        try await define(spec)
        try await updateNames(ofNetwork: spec.name, to: spec.configuration)
    }

    /// Gives a network the DNS names and the reserved addresses of a configuration, at once where it is active; nothing else
    /// of it changes.
    package func updateNames(ofNetwork name: String, to wanted: NetworkConfiguration) async throws {
        try await call { connection in
            let network = try Lookup.network(name, on: connection)
            guard let defined = try Observation.definition(ofNetwork: network.pointer, named: name) else {
                throw HypervisorError.notFound(.network, name: name)
            }
            if let running = try Observation.running(network: network.pointer, named: name) {
                try Self.update(
                    network, name, from: running, to: wanted, VIR_NETWORK_UPDATE_AFFECT_LIVE.rawValue)
            }
            try Self.update(
                network, name, from: defined, to: wanted, VIR_NETWORK_UPDATE_AFFECT_CONFIG.rawValue)
            if DefinitionDigest.isKept(in: defined, of: .network) == true {
                try Recording.record(network: network.pointer, named: name, on: connection)
            }
        }
    }

    private static func update(
        _ network: borrowing Handle, _ name: String, from description: XMLElement,
        to wanted: NetworkConfiguration,
        _ flag: UInt32
    ) throws(HypervisorError) {
        guard let found = NetworkConfiguration(in: description) else {
            throw .malformedAnswer(about: "network '\(name)'")
        }
        let pointer = network.pointer
        func change(
            _ section: virNetworkUpdateSection, from found: [XMLElement], to wanted: [XMLElement]
        ) throws(HypervisorError) {
            // First what goes: libvirt refuses an address or a name that is there already.
            let gone = found.filter { !wanted.contains($0) }.map {
                (VIR_NETWORK_UPDATE_COMMAND_DELETE, $0)
            }
            let new = wanted.filter { !found.contains($0) }.map {
                (VIR_NETWORK_UPDATE_COMMAND_ADD_LAST, $0)
            }
            for (command, element) in gone + new {
                try HypervisorError.check(
                    virNetworkUpdate(
                        pointer, command.rawValue, section.rawValue, -1, element.rendered(), flag),
                    "change the names of network '\(name)'")
            }
        }
        try change(
            VIR_NETWORK_SECTION_DNS_HOST, from: found.dnsHosts.map(\.element),
            to: wanted.dnsHosts.map(\.element))
        try change(
            VIR_NETWORK_SECTION_IP_DHCP_HOST, from: (found.dhcp?.reservations ?? []).map(\.element),
            to: (wanted.dhcp?.reservations ?? []).map(\.element))
    }

    /// Lets a network start with its host, or not.
    package func setStartsWithHost(_ starts: Bool, network name: String) async throws {
        try await call { connection in
            let network = try Lookup.network(name, on: connection)
            try HypervisorError.check(
                virNetworkSetAutostart(network.pointer, starts ? 1 : 0),
                "let network '\(name)' start with its host")
        }
    }

    /// The addresses that machines have by DHCP from a network that is active, by their MACs in lower case.
    package func leases(ofNetwork name: String) async throws -> [String: String] {
        try await call { connection in
            let network = try Lookup.network(name, on: connection)
            var list: UnsafeMutablePointer<virNetworkDHCPLeasePtr?>?
            let count = virNetworkGetDHCPLeases(network.pointer, nil, &list, 0)
            try HypervisorError.check(count, "read the leases of network '\(name)'")
            defer { free(list) }
            return (0..<Int(count)).reduce(into: [:]) { leases, index in
                guard let lease = list?[index] else { return }
                defer { virNetworkDHCPLeaseFree(lease) }
                if let mac = lease.pointee.mac, let address = lease.pointee.ipaddr,
                    lease.pointee.type == Int32(VIR_IP_ADDR_TYPE_IPV4.rawValue)
                {
                    leases[String(cString: mac).lowercased()] = String(cString: address)
                }
            }
        }
    }
}
