import CLibvirt

extension Hypervisor {
    /// Makes sure of an active storage pool: defines, builds and starts what is missing, and starts it with the host.
    package func ensure(_ spec: PoolSpec) async throws {
        try await call { connection in
            let existing = try Lookup.present { try Lookup.pool(spec.name, on: connection) }
            let pool: Handle
            if let existing {
                pool = existing
            } else {
                pool = try Handle(virStoragePoolDefineXML(connection, spec.xml, 0), release: virStoragePoolFree) {
                    .refused(action: "define pool '\(spec.name)'", $0)
                }
            }
            guard virStoragePoolIsActive(pool.pointer) != 1 else { return }
            let flags = VIR_STORAGE_POOL_CREATE_WITH_BUILD.rawValue
            try HypervisorError.check(virStoragePoolCreate(pool.pointer, flags), "start pool '\(spec.name)'")
            try HypervisorError.check(
                virStoragePoolSetAutostart(pool.pointer, 1), "let pool '\(spec.name)' start itself")
        }
    }

    /// Creates a volume and tells its path; one of that name that exists already is left as it is.
    @discardableResult
    package func create(_ spec: VolumeSpec) async throws -> VolumeSnapshot {
        try await call { connection in
            let pool = try Lookup.pool(spec.pool, on: connection)
            if let existing = try Lookup.present({ try Lookup.volume(spec.name, in: pool) }) {
                if let snapshot = try Observation.volume(existing.pointer, pool: spec.pool) { return snapshot }
                // Somebody removed its file behind libvirt's back: libvirt has to forget it first.
                if virStorageVolDelete(existing.pointer, 0) < 0 {
                    let failure = LibvirtFailure.last()
                    // Unless another's refresh of the pool has made it do so meanwhile.
                    guard failure.isOne(of: VIR_ERR_NO_STORAGE_VOL) else {
                        throw HypervisorError.refused(action: "forget volume '\(spec.name)'", failure)
                    }
                }
            }
            let volume = try Handle(virStorageVolCreateXML(pool.pointer, spec.xml, 0), release: virStorageVolFree) {
                .notWritten(to: pool, named: spec.pool, neededBytes: 0, action: "create volume '\(spec.name)'", $0)
            }
            guard let snapshot = try Observation.volume(volume.pointer, pool: spec.pool) else {
                throw HypervisorError.notFound(.volume, name: spec.name)
            }
            return snapshot
        }
    }

    /// Deletes a volume; one that does not exist is no error.
    package func delete(volume name: String, pool: String) async throws {
        try await call { connection in
            let handle = try Lookup.pool(pool, on: connection)
            guard let volume = try Lookup.present({ try Lookup.volume(name, in: handle) }) else { return }
            try HypervisorError.check(virStorageVolDelete(volume.pointer, 0), "delete volume '\(name)'")
        }
    }

    /// Makes libvirt look at a pool's folder again, for files that did not come through it.
    ///
    /// libvirt refuses while it finishes an upload, by anyone; that is waited for, until the deadline.
    package func refresh(
        pool name: String, deadline: ContinuousClock.Instant = .now + .seconds(30)
    ) async throws {
        while true {
            do {
                return try await call { connection in
                    let pool = try Lookup.pool(name, on: connection)
                    try HypervisorError.check(virStoragePoolRefresh(pool.pointer, 0), "refresh pool '\(name)'")
                }
            } catch HypervisorError.refused(_, let failure)
                where failure.message.contains("asynchronous jobs") && ContinuousClock.now < deadline
            {
                try await Task.sleep(for: .milliseconds(20))
            }
        }
    }
}

extension HypervisorError {
    /// Why something could not be written to a pool, as far as libvirt's words tell: it has one code for all of it.
    static func notWritten(
        to pool: borrowing Handle, named name: String, neededBytes: UInt64, action: String, _ failure: LibvirtFailure
    ) -> HypervisorError {
        if failure.message.contains("is not active") { return .poolInactive(name: name) }
        if failure.message.contains("No such file or directory") {
            return .poolFolderGone(name: name, reason: failure.message)
        }
        guard failure.message.contains("No space left on device") else { return .refused(action: action, failure) }
        return .poolFull(name: name, freeBytes: Hypervisor.freeBytes(of: pool), neededBytes: neededBytes)
    }
}

extension Hypervisor {
    /// What is free in a pool, looked at anew; 0 where that cannot be told.
    static func freeBytes(of pool: borrowing Handle) -> UInt64 {
        var info = virStoragePoolInfo()
        // libvirt tells what it saw at the last refresh, which another's upload may put off.
        if virStoragePoolRefresh(pool.pointer, 0) < 0 { virResetLastError() }
        guard virStoragePoolGetInfo(pool.pointer, &info) == 0 else {
            virResetLastError()
            return 0
        }
        return info.available
    }
}
