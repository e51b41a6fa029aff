import CLibvirt

/// Finding libvirt's objects by name; all of it runs on a lane.
enum Lookup {
    static func domain(_ name: String, on connection: virConnectPtr) throws(HypervisorError) -> Handle {
        try Handle(virDomainLookupByName(connection, name), release: virDomainFree) {
            failure($0, .domain, name, missing: VIR_ERR_NO_DOMAIN)
        }
    }

    static func network(_ name: String, on connection: virConnectPtr) throws(HypervisorError) -> Handle {
        try Handle(virNetworkLookupByName(connection, name), release: virNetworkFree) {
            failure($0, .network, name, missing: VIR_ERR_NO_NETWORK)
        }
    }

    static func pool(_ name: String, on connection: virConnectPtr) throws(HypervisorError) -> Handle {
        try Handle(virStoragePoolLookupByName(connection, name), release: virStoragePoolFree) {
            failure($0, .pool, name, missing: VIR_ERR_NO_STORAGE_POOL)
        }
    }

    static func volume(_ name: String, in pool: borrowing Handle) throws(HypervisorError) -> Handle {
        let pointer = pool.pointer
        return try Handle(virStorageVolLookupByName(pointer, name), release: virStorageVolFree) {
            if $0.message.hasSuffix("is not active"), let pool = virStoragePoolGetName(pointer) {
                return .poolInactive(name: String(cString: pool))
            }
            return failure($0, .volume, name, missing: VIR_ERR_NO_STORAGE_VOL)
        }
    }

    static func restorePoint(_ name: String, of domain: borrowing Handle) throws(HypervisorError) -> Handle {
        try Handle(virDomainSnapshotLookupByName(domain.pointer, name, 0), release: virDomainSnapshotFree) {
            failure($0, .snapshot, name, missing: VIR_ERR_NO_DOMAIN_SNAPSHOT)
        }
    }

    private static func failure(
        _ failure: LibvirtFailure, _ kind: HypervisorError.ObjectKind, _ name: String, missing: virErrorNumber
    ) -> HypervisorError {
        failure.isOne(of: missing)
            ? .notFound(kind, name: name) : .refused(action: "look for \(kind.rawValue) '\(name)'", failure)
    }
}

extension HypervisorError {
    /// Throws what libvirt last said where `status` is negative, as libvirt's calls report failure.
    static func check(_ status: Int32, _ action: @autoclosure () -> String) throws(HypervisorError) {
        if status < 0 { throw .refused(action: action(), .last()) }
    }
}

extension Lookup {
    /// What `find` finds, or nil where libvirt does not know the object.
    static func present(_ find: () throws -> Handle) throws -> Handle? {
        do {
            return try find()
        } catch HypervisorError.notFound {
            return nil
        }
    }
}
