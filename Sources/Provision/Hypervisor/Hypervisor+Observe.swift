import CLibvirt

extension Hypervisor {
    /// Looks at all domains and networks, and at the volumes of a pool: of all the names, and in full those asked for,
    /// which costs a call each.
    ///
    /// A pool that does not exist or is not active has no volumes. What disappears meanwhile is left out.
    package func observe(
        pool: String, inFull isWanted: @escaping @Sendable (String) -> Bool = { _ in true }
    ) async throws -> HypervisorSnapshot {
        async let domains = domains()
        async let networks = networks()
        async let contents = contents(ofPool: pool, inFull: isWanted)
        return try await HypervisorSnapshot(
            domains: domains, networks: networks, volumes: contents.volumes, volumeNames: contents.names)
    }

    /// All domains, in order of name.
    package func domains() async throws -> [DomainSnapshot] {
        try await call { connection in
            let list = try HandleList(release: virDomainFree, action: "list the domains") {
                virConnectListAllDomains(connection, $0, 0)
            }
            return try list.compactMap(Observation.domain).sorted { $0.name < $1.name }
        }
    }

    /// One domain, or nil where there is none of that name.
    package func domain(_ name: String) async throws -> DomainSnapshot? {
        try await call { connection in
            guard let domain = try Lookup.present({ try Lookup.domain(name, on: connection) }) else { return nil }
            return try Observation.domain(domain.pointer)
        }
    }

    /// All networks, in order of name.
    package func networks() async throws -> [NetworkSnapshot] {
        try await call { connection in
            let list = try HandleList(release: virNetworkFree, action: "list the networks") {
                virConnectListAllNetworks(connection, $0, 0)
            }
            return try list.compactMap(Observation.network).sorted { $0.name < $1.name }
        }
    }

    /// The volumes of a pool whose names begin with `prefix`, in order of name; none where the pool is missing or inactive.
    package func volumes(pool: String, prefix: String = "") async throws -> [VolumeSnapshot] {
        try await contents(ofPool: pool) { $0.hasPrefix(prefix) }.volumes
    }

    private func contents(
        ofPool pool: String, inFull isWanted: @escaping @Sendable (String) -> Bool
    ) async throws -> (names: [String], volumes: [VolumeSnapshot]) {
        try await call { connection in
            guard let handle = try Lookup.present({ try Lookup.pool(pool, on: connection) }),
                virStoragePoolIsActive(handle.pointer) == 1
            else { return ([], []) }
            let list = try HandleList(release: virStorageVolFree, action: "list the volumes of pool '\(pool)'") {
                virStoragePoolListAllVolumes(handle.pointer, $0, 0)
            }
            let names = try list.compactMap(Observation.volumeName)
            let volumes = try list.compactMap { (volume) throws(HypervisorError) -> VolumeSnapshot? in
                guard let name = Observation.volumeName(volume), isWanted(name) else { return nil }
                return try Observation.volume(volume, pool: pool)
            }
            return (names.sorted(), volumes.sorted { $0.name < $1.name })
        }
    }

    /// One domain's state, by a single cheap call after its lookup.
    package func state(ofDomain name: String) async throws -> DomainSnapshot.State {
        try await call { connection in
            let domain = try Lookup.domain(name, on: connection)
            return try Observation.state(domain.pointer)
        }
    }

    /// One pool, or nil where there is none of that name.
    package func pool(_ name: String) async throws -> PoolSnapshot? {
        try await call { connection in
            guard let pool = try Lookup.present({ try Lookup.pool(name, on: connection) }) else { return nil }
            return try Observation.pool(pool.pointer, name: name)
        }
    }

    /// One volume, or nil where the pool has none of that name, or has lost its file.
    package func volume(_ name: String, pool: String) async throws -> VolumeSnapshot? {
        try await call { connection in
            let handle = try Lookup.pool(pool, on: connection)
            guard let volume = try Lookup.present({ try Lookup.volume(name, in: handle) }) else { return nil }
            return try Observation.volume(volume.pointer, pool: pool)
        }
    }
}
