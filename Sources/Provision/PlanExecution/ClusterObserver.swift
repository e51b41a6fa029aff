import Addresses
package import Clusterfiles
package import Hypervisor
package import Planning

/// Looks at libvirt and at this host, and says what is there in the planner's terms.
package struct ClusterObserver: Sendable {
    package var hypervisor: Hypervisor
    package var pool: String
    /// The cluster that is planned: of the volumes, only its own and the images' are looked at.
    package var cluster: ClusterUUID
    /// The addresses of this host.
    var interfaces: @Sendable () throws -> [HostInterface] = { try HostInterface.all() }

    package init(hypervisor: Hypervisor, pool: String, cluster: ClusterUUID) {
        self.hypervisor = hypervisor
        self.pool = pool
        self.cluster = cluster
    }

    /// The cluster's and other people's domains and networks, the images and the cluster's own volumes, in one look.
    package func observe() async throws -> ClusterSnapshot {
        let found = try await hypervisor.observe(pool: pool) { [cluster] name in
            cluster.owner(ofVolume: name) != nil || ImageVolumes.isDisk(name) || WarmDisk.isDisk(name)
        }
        let names = Set(found.volumeNames)
        let warm = found.volumes.filter { WarmDisk.isDisk($0.name) }
        let snapshots = try await restorePoints(of: found.domains)
        let volumeNames = Dictionary(found.volumes.map { ($0.path, $0.name) }) { first, _ in first }
        // A disk of a volume that is gone, or of another pool, still has a name of its own.
        let hardware = { (found: DomainHardware) in
            MachineHardware(found) { path in
                volumeNames[path] ?? path.split(separator: "/").last.map(String.init) ?? path
            }
        }
        return ClusterSnapshot(
            networks: found.networks.map(Self.network),
            machines: found.domains.map { domain in
                MachineSnapshot(
                    domainName: domain.name, domainUUID: domain.uuid.lowercased(),
                    owner: domain.metadata.flatMap { ClusterUUID($0.cluster) }, machine: domain.metadata?.name,
                    specHash: domain.metadata.flatMap { SpecHash($0.spec) }, state: Self.state(domain.state),
                    fault: domain.pause?.fault,
                    snapshots: snapshots[domain.name] ?? [],
                    origin: .init(
                        image: domain.metadata?.more[ObservedCluster.Attribute.image],
                        address: domain.metadata?.more[ObservedCluster.Attribute.address],
                        user: domain.metadata?.more[ObservedCluster.Attribute.user]),
                    defined: domain.defined.map(hardware), running: domain.running.map(hardware),
                    isAltered: domain.isAsRecorded == false)
            },
            volumes: found.volumes.map { volume in
                ClusterSnapshot.Volume(
                    name: volume.name, capacity: ByteCount(bytes: Int(volume.capacityBytes)),
                    backingVolume: Self.image(below: volume, warm),
                    isComplete: !ImageVolumes.isDisk(volume.name)
                        || names.contains(ImageVolumes(disk: volume.name).marker))
            },
            hostInterfaces: try hostInterfaces())
    }

    /// The networks and this host's addresses alone, for a last look before a network is made or started.
    func observeNetworks() async throws -> ClusterSnapshot {
        ClusterSnapshot(
            networks: try await hypervisor.networks().map(Self.network), hostInterfaces: try hostInterfaces())
    }

    /// What a volume is an overlay of, a warm disk in between not counted: machines are made of images. One that is gone is
    /// named all the same.
    private static func image(
        below volume: LibvirtVolumeSnapshot, _ warm: [LibvirtVolumeSnapshot]
    ) -> String? {
        warm.first { $0.name == volume.backingVolume }.map(\.backingVolume) ?? volume.backingVolume
    }

    /// The names of snapshots of the cluster's own domains, by domain.
    private func restorePoints(of domains: [DomainSnapshot]) async throws -> [String: [String]] {
        let own = ObservedCluster(name: "", uuid: cluster, domains: domains).machines
        return try await withThrowingTaskGroup(of: (String, [String]).self) { group in
            for machine in own {
                group.addTask {
                    (machine.domain, try await hypervisor.restorePoints(domain: machine.domain).map(\.name))
                }
            }
            return try await group.reduce(into: [:]) { $0[$1.0] = $1.1 }
        }
    }

    private static func network(_ network: LibvirtNetworkSnapshot) -> ClusterSnapshot.Network {
        ClusterSnapshot.Network(
            name: network.name, owner: network.metadata.flatMap { ClusterUUID($0.cluster) },
            bridge: network.bridge, isActive: network.isActive, defined: network.defined.flatMap(NetworkShape.init),
            running: network.running.flatMap(NetworkShape.init))
    }

    private func hostInterfaces() throws -> [HostInterfaceSnapshot] {
        try interfaces().compactMap { interface in
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
