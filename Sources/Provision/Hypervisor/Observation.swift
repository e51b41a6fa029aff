import CLibvirt

/// Reading one libvirt object into a snapshot; nil where it disappeared between the listing and the look.
enum Observation {
    static func domain(_ pointer: virDomainPtr) throws(HypervisorError) -> DomainSnapshot? {
        // The one reason why a look at a listed domain fails: it is gone.
        guard let name = virDomainGetName(pointer).map({ String(cString: $0) }), let state = try? state(pointer),
            let xml = takeString(virDomainGetXMLDesc(pointer, 0))
        else { return nil }
        let element = try parsed(xml, about: "domain '\(name)'")
        var startsWithHost: Int32 = 0
        if virDomainGetAutostart(pointer, &startsWithHost) < 0 { virResetLastError() }
        return DomainSnapshot(
            name: name, uuid: element.textOf("uuid") ?? "", state: state,
            metadata: ClusterMetadata(in: element, of: .machine), startsWithHost: startsWithHost != 0, xml: xml)
    }

    static func state(_ pointer: virDomainPtr) throws(HypervisorError) -> DomainSnapshot.State {
        var state: Int32 = 0
        try HypervisorError.check(virDomainGetState(pointer, &state, nil, 0), "read a domain's state")
        switch virDomainState(rawValue: UInt32(state)) {
        case VIR_DOMAIN_RUNNING, VIR_DOMAIN_BLOCKED: return .running
        case VIR_DOMAIN_PAUSED: return .paused
        case VIR_DOMAIN_SHUTDOWN: return .shuttingDown
        case VIR_DOMAIN_SHUTOFF: return .shutOff
        case VIR_DOMAIN_CRASHED: return .crashed
        case VIR_DOMAIN_PMSUSPENDED: return .suspendedByGuest
        default: return .unknown
        }
    }

    static func network(_ pointer: virNetworkPtr) throws(HypervisorError) -> NetworkSnapshot? {
        guard let name = virNetworkGetName(pointer).map({ String(cString: $0) }),
            let xml = takeString(virNetworkGetXMLDesc(pointer, 0))
        else { return nil }
        let element = try parsed(xml, about: "network '\(name)'")
        return NetworkSnapshot(
            name: name, uuid: element.textOf("uuid") ?? "", bridge: element.child("bridge")?["name"],
            isActive: virNetworkIsActive(pointer) == 1,
            addresses: element.children("ip").compactMap(NetworkSnapshot.Address.init),
            metadata: ClusterMetadata(in: element, of: .network), xml: xml)
    }

    /// A volume's name, which its pointer carries: no call to libvirt.
    static func volumeName(_ pointer: virStorageVolPtr) -> String? {
        virStorageVolGetName(pointer).map { String(cString: $0) }
    }

    /// Everything about a volume by one call; nil where its file is gone, and nowhere else: a disk that cannot be looked
    /// at for another reason is not one that may be made anew.
    static func volume(_ pointer: virStorageVolPtr, pool: String) throws(HypervisorError) -> VolumeSnapshot? {
        guard let name = volumeName(pointer) else { return nil }
        guard let xml = takeString(virStorageVolGetXMLDesc(pointer, 0)) else {
            let failure = LibvirtFailure.last()
            if failure.isOne(of: VIR_ERR_NO_STORAGE_VOL, VIR_ERR_NO_STORAGE_POOL) { return nil }
            throw .refused(action: "look at volume '\(name)'", failure)
        }
        let element = try parsed(xml, about: "volume '\(name)'")
        guard let path = element.child("target")?.textOf("path"),
            let capacity = element.textOf("capacity").flatMap({ UInt64($0) }),
            let allocation = element.textOf("allocation").flatMap({ UInt64($0) })
        else { throw .malformedAnswer(about: "volume '\(name)'") }
        return VolumeSnapshot(
            pool: pool, name: name, path: path, capacityBytes: capacity, allocationBytes: allocation,
            backingPath: element.child("backingStore")?.textOf("path"))
    }

    static func pool(_ pointer: virStoragePoolPtr, name: String) throws(HypervisorError) -> PoolSnapshot {
        var info = virStoragePoolInfo()
        try HypervisorError.check(virStoragePoolGetInfo(pointer, &info), "look at pool '\(name)'")
        guard let xml = takeString(virStoragePoolGetXMLDesc(pointer, 0)) else {
            throw .refused(action: "look at pool '\(name)'", .last())
        }
        let element = try parsed(xml, about: "pool '\(name)'")
        return PoolSnapshot(
            name: name, path: element.child("target")?.textOf("path") ?? "",
            isActive: virStoragePoolIsActive(pointer) == 1, capacityBytes: info.capacity, freeBytes: info.available)
    }

    static func restorePoint(
        _ pointer: virDomainSnapshotPtr, domain: String
    ) throws(HypervisorError) -> RestorePointSnapshot? {
        guard let xml = takeString(virDomainSnapshotGetXMLDesc(pointer, 0)) else { return nil }
        let element = try parsed(xml, about: "a snapshot of domain '\(domain)'")
        return RestorePointSnapshot(
            domain: domain, name: element.textOf("name") ?? "", description: element.textOf("description") ?? "",
            createdAtSeconds: element.textOf("creationTime").flatMap { Int64($0) } ?? 0,
            state: element.textOf("state") ?? "")
    }

    private static func parsed(_ xml: String, about subject: String) throws(HypervisorError) -> XMLElement {
        do {
            return try XMLReader.read(xml)
        } catch {
            throw .malformedAnswer(about: subject)
        }
    }
}
