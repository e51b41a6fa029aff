import CLibvirt
import Glibc

/// An address that a network's DHCP server has given away.
package struct LeaseSnapshot: Hashable, Sendable {
    package var macAddress: String
    package var address: String
    /// What the guest calls itself, or nil.
    package var hostname: String?
}

extension Hypervisor {
    /// The leases of a network, which has none where it serves no DHCP.
    package func leases(network name: String) async throws -> [LeaseSnapshot] {
        try await call { connection in
            let network = try Lookup.network(name, on: connection)
            var list: UnsafeMutablePointer<virNetworkDHCPLeasePtr?>?
            let count = virNetworkGetDHCPLeases(network.pointer, nil, &list, 0)
            guard count >= 0 else {
                throw HypervisorError.refused(action: "list the leases of network '\(name)'", .last())
            }
            defer { free(list) }
            return (0..<Int(count)).compactMap { index in
                guard let lease = list?[index] else { return nil }
                defer { virNetworkDHCPLeaseFree(lease) }
                guard let mac = lease.pointee.mac, let address = lease.pointee.ipaddr else { return nil }
                return LeaseSnapshot(
                    macAddress: String(cString: mac).lowercased(), address: String(cString: address),
                    hostname: lease.pointee.hostname.map { String(cString: $0) })
            }
        }
    }
}
