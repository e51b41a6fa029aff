import CLibvirt

/// Reading one libvirt object into a snapshot; nil where it disappeared between the listing and the look.
enum Observation {
    static func domain(_ pointer: virDomainPtr) throws(HypervisorError) -> DomainSnapshot? {
        guard let name = virDomainGetName(pointer).map({ String(cString: $0) }), let state = try? state(pointer),
            let xml = takeString(virDomainGetXMLDesc(pointer, 0))
        else { return nil }  // The one reason why a look at a listed domain fails: it is gone.
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

    static func volume(_ pointer: virStorageVolPtr, pool: String, prefix: String) -> VolumeSnapshot? {
        guard let name = virStorageVolGetName(pointer).map({ String(cString: $0) }), name.hasPrefix(prefix),
            let path = takeString(virStorageVolGetPath(pointer))
        else { return nil }
        var info = virStorageVolInfo()
        guard virStorageVolGetInfo(pointer, &info) == 0 else { return nil }
        return VolumeSnapshot(
            pool: pool, name: name, path: path, capacityBytes: info.capacity, allocationBytes: info.allocation)
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
