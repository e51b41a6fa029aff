import CLibvirt

/// Reading one libvirt object into a snapshot; nil where it disappeared between the listing and the look.
enum Observation {
    static func domain(_ pointer: virDomainPtr) throws(HypervisorError) -> DomainSnapshot? {
        // The one reason why a look at a listed domain fails: it is gone.
        guard let name = virDomainGetName(pointer).map({ String(cString: $0) }),
            let (state, reason) = try? stateAndReason(pointer),
            let xml = takeString(virDomainGetXMLDesc(pointer, 0))
        else { return nil }
        let element = try parsed(xml, about: "domain '\(name)'")
        let isRunning = element["id"] != nil
        var defined = element
        if isRunning, ClusterMetadata(in: element, of: .machine) != nil {
            guard let found = try definition(ofDomain: pointer, named: name) else { return nil }
            defined = found
        }
        let metadata = ClusterMetadata(in: defined, of: .machine)
        var startsWithHost: Int32 = 0
        if virDomainGetAutostart(pointer, &startsWithHost) < 0 { virResetLastError() }
        return DomainSnapshot(
            name: name, uuid: element.textOf("uuid") ?? "", state: state,
            pause: state == .paused ? pauseReason(pointer, reason) : nil, metadata: metadata,
            startsWithHost: startsWithHost != 0, defined: metadata.map { _ in DomainHardware(in: defined) },
            running: isRunning ? metadata.map { _ in running(element, definedAs: defined, pointer) } : nil,
            isAsRecorded: DefinitionDigest.isKept(in: defined, of: .machine), xml: xml)
    }

    /// The hardware of what runs. A pinning that was taken away is there as one to all of the host's processors; a balloon
    /// whose driver the guest has not loaded yet is as large as it is about to be.
    private static func running(
        _ description: XMLElement, definedAs definition: XMLElement, _ domain: virDomainPtr
    ) -> DomainHardware {
        var hardware = DomainHardware(in: description)
        let wanted = DomainHardware(in: definition)
        if hardware.memory.hasBalloon, hardware.memory.bytes > wanted.memory.bytes, !hasBalloonDriver(domain) {
            hardware.memory.bytes = wanted.memory.bytes
        }
        let defined = wanted.processors.pinning
        guard hardware.processors.pinning != defined else { return hardware }
        var info = virNodeInfo()
        guard virNodeGetInfo(virDomainGetConnect(domain), &info) == 0 else {
            virResetLastError()
            return hardware
        }
        let all = Set(0..<Int(info.cpus))
        hardware.processors.pinning = hardware.processors.pinning.filter {
            defined[$0.key] != nil || !$0.value.isSuperset(of: all)
        }
        return hardware
    }

    /// Whether the guest's balloon has ever reported: its driver does so once it is there.
    private static func hasBalloonDriver(_ domain: virDomainPtr) -> Bool {
        var statistics = [virDomainMemoryStatStruct](
            repeating: virDomainMemoryStatStruct(), count: Int(VIR_DOMAIN_MEMORY_STAT_NR.rawValue))
        let count = virDomainMemoryStats(domain, &statistics, UInt32(statistics.count), 0)
        if count < 0 { virResetLastError() }
        return statistics.prefix(Int(max(0, count))).contains {
            $0.tag == Int32(VIR_DOMAIN_MEMORY_STAT_LAST_UPDATE.rawValue) && $0.val > 0
        }
    }

    /// The description that libvirt keeps for a domain's next start; nil where the domain is gone.
    static func definition(ofDomain pointer: virDomainPtr, named name: String) throws(HypervisorError) -> XMLElement? {
        guard let xml = takeString(virDomainGetXMLDesc(pointer, VIR_DOMAIN_XML_INACTIVE.rawValue)) else { return nil }
        return try parsed(xml, about: "domain '\(name)'")
    }

    /// The description of what runs; nil where the domain does not.
    static func running(domain pointer: virDomainPtr, named name: String) throws(HypervisorError) -> XMLElement? {
        guard virDomainIsActive(pointer) == 1, let xml = takeString(virDomainGetXMLDesc(pointer, 0)) else { return nil }
        let element = try parsed(xml, about: "domain '\(name)'")
        return element["id"] == nil ? nil : element
    }

    static func state(_ pointer: virDomainPtr) throws(HypervisorError) -> DomainSnapshot.State {
        try stateAndReason(pointer).state
    }

    private static func stateAndReason(
        _ pointer: virDomainPtr
    ) throws(HypervisorError) -> (state: DomainSnapshot.State, reason: Int32) {
        var (state, reason): (Int32, Int32) = (0, 0)
        try HypervisorError.check(virDomainGetState(pointer, &state, &reason, 0), "read a domain's state")
        let known: DomainSnapshot.State =
            switch virDomainState(rawValue: UInt32(state)) {
            case VIR_DOMAIN_RUNNING, VIR_DOMAIN_BLOCKED: .running
            case VIR_DOMAIN_PAUSED: .paused
            case VIR_DOMAIN_SHUTDOWN: .shuttingDown
            case VIR_DOMAIN_SHUTOFF: .shutOff
            case VIR_DOMAIN_CRASHED: .crashed
            case VIR_DOMAIN_PMSUSPENDED: .suspendedByGuest
            default: .unknown
            }
        return (known, reason)
    }

    private static func pauseReason(_ pointer: virDomainPtr, _ reason: Int32) -> PauseReason {
        switch virDomainPausedReason(rawValue: UInt32(reason)) {
        case VIR_DOMAIN_PAUSED_USER, VIR_DOMAIN_PAUSED_STARTING_UP: .asked
        case VIR_DOMAIN_PAUSED_SAVE, VIR_DOMAIN_PAUSED_DUMP, VIR_DOMAIN_PAUSED_SNAPSHOT: .saving
        case VIR_DOMAIN_PAUSED_FROM_SNAPSHOT: .restored
        case VIR_DOMAIN_PAUSED_IOERROR: diskFault(pointer)
        default: .other(Int(reason))
        }
    }

    /// Which disks it is, as QEMU remembers it.
    private static func diskFault(_ pointer: virDomainPtr) -> PauseReason {
        let most = max(0, virDomainGetDiskErrors(pointer, nil, 0, 0))
        var errors = [virDomainDiskError](repeating: virDomainDiskError(), count: Int(most))
        let count = virDomainGetDiskErrors(pointer, &errors, UInt32(most), 0)
        if count < 0 { virResetLastError() }
        let found = errors.prefix(Int(max(0, count))).map { error in
            (disk: takeString(error.disk) ?? "", isFull: error.error == Int32(VIR_DOMAIN_DISK_ERROR_NO_SPACE.rawValue))
        }
        let disks = found.map(\.disk).sorted()
        return found.contains { $0.isFull } ? .noSpace(disks: disks) : .diskFault(disks: disks)
    }

    static func network(_ pointer: virNetworkPtr) throws(HypervisorError) -> NetworkSnapshot? {
        guard let name = virNetworkGetName(pointer).map({ String(cString: $0) }),
            let xml = takeString(virNetworkGetXMLDesc(pointer, 0)),
            let defined = try definition(ofNetwork: pointer, named: name)
        else { return nil }
        let element = try parsed(xml, about: "network '\(name)'")
        let metadata = ClusterMetadata(in: defined, of: .network)
        let isActive = virNetworkIsActive(pointer) == 1
        var startsWithHost: Int32 = 0
        if virNetworkGetAutostart(pointer, &startsWithHost) < 0 { virResetLastError() }
        return NetworkSnapshot(
            name: name, uuid: element.textOf("uuid") ?? "", bridge: element.child("bridge")?["name"],
            hardwareAddress: element.child("mac")?["address"].map { address in
                address.split(separator: ":").compactMap { UInt8($0, radix: 16) }
            }, isActive: isActive, addresses: element.children("ip").compactMap(NetworkSnapshot.Address.init),
            metadata: metadata, startsWithHost: startsWithHost != 0,
            defined: metadata.flatMap { _ in NetworkConfiguration(in: defined) },
            running: isActive ? metadata.flatMap { _ in NetworkConfiguration(in: element) } : nil,
            isAsRecorded: DefinitionDigest.isKept(in: defined, of: .network), xml: xml)
    }

    /// The description that libvirt keeps for a network's next start; nil where the network is gone.
    static func definition(
        ofNetwork pointer: virNetworkPtr, named name: String
    ) throws(HypervisorError) -> XMLElement? {
        var xml = takeString(virNetworkGetXMLDesc(pointer, VIR_NETWORK_XML_INACTIVE.rawValue))
        // A driver that keeps one description for both does not know that flag.
        if xml == nil, LibvirtFailure.last().isOne(of: VIR_ERR_INVALID_ARG) {
            xml = takeString(virNetworkGetXMLDesc(pointer, 0))
        }
        guard let xml else { return nil }
        return try parsed(xml, about: "network '\(name)'")
    }

    /// The description of what is active; nil where the network is not.
    static func running(network pointer: virNetworkPtr, named name: String) throws(HypervisorError) -> XMLElement? {
        guard virNetworkIsActive(pointer) == 1, let xml = takeString(virNetworkGetXMLDesc(pointer, 0)) else {
            return nil
        }
        return try parsed(xml, about: "network '\(name)'")
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
        return RestorePointSnapshot(try parsed(xml, about: "a snapshot of domain '\(domain)'"), domain: domain)
    }

    private static func parsed(_ xml: String, about subject: String) throws(HypervisorError) -> XMLElement {
        do {
            return try XMLReader.read(xml)
        } catch {
            throw .malformedAnswer(about: subject)
        }
    }
}
