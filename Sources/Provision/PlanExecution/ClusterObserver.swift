import Addresses
import Clusterfiles
package import Hypervisor
package import Planning

/// Looks at libvirt and at this host, and says what is there in the planner's terms.
package struct ClusterObserver: Sendable {
    package var hypervisor: Hypervisor
    package var pool: String

    package init(hypervisor: Hypervisor, pool: String) {
        self.hypervisor = hypervisor
        self.pool = pool
    }

    /// Everything there, the cluster's and other people's, in one look.
    package func observe() async throws -> ClusterSnapshot {
        let found = try await hypervisor.observe(pool: pool)
        let names = Set(found.volumes.map(\.name))
        return ClusterSnapshot(
            networks: found.networks.map { network in
                ClusterSnapshot.Network(
                    name: network.name, owner: network.metadata.flatMap { ClusterUUID($0.cluster) },
                    specHash: network.metadata?.spec, bridge: network.bridge, isActive: network.isActive)
            },
            machines: found.domains.map { domain in
                MachineSnapshot(
                    domainName: domain.name, domainUUID: domain.uuid.lowercased(),
                    owner: domain.metadata.flatMap { ClusterUUID($0.cluster) }, machine: domain.metadata?.name,
                    specHash: domain.metadata.flatMap { SpecHash($0.spec) }, state: Self.state(domain.state))
            },
            volumes: found.volumes.map { volume in
                ClusterSnapshot.Volume(
                    name: volume.name, capacity: ByteCount(bytes: Int(volume.capacityBytes)),
                    isComplete: !ImageVolumes.isDisk(volume.name)
                        || names.contains(ImageVolumes(disk: volume.name).marker))
            },
            hostInterfaces: try hostInterfaces())
    }

    private func hostInterfaces() throws -> [HostInterfaceSnapshot] {
        try HostInterface.all().compactMap { interface in
            guard let address = IPv4Address(interface.address) else { return nil }
            return HostInterfaceSnapshot(
                name: interface.name, range: IPv4Network(containing: address, prefixLength: interface.prefixLength))
        }
    }

    private static func state(_ state: DomainSnapshot.State) -> MachineSnapshot.State {
        switch state {
        case .running, .shuttingDown, .unknown: .running
        case .paused: .paused
        case .suspendedByGuest: .suspended
        case .shutOff, .crashed: .stopped
        }
    }
}
