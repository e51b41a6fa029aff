internal import Addresses
internal import Diagnostics
internal import JSON

/// What both a machine and `defaults` can say.
struct MachineDefaults: Sendable {
    var image: Located<MachineSpec.Image>?
    var firstBoot: Located<FirstBootChoice>?
    var userData: Located<String>?
    var cpus: Located<ProcessorDraft>?
    var memory: Located<MemoryDraft>?
    var disk: Located<SystemDiskDraft>?
    var disks: Located<[Located<DataDiskDraft>]>?
    var interfaces: Located<[Located<InterfaceDraft>]>?
    var shares: Located<[Located<ShareDraft>]>?
    var files: Located<[Located<FileDraft>]>?
    var xml: Located<String>?

    /// What holds where there are no defaults.
    init() {}

    init?(_ reader: SectionReader) {
        image = reader.value(MachineKeys.image)
        firstBoot = reader.value(MachineKeys.firstBoot)
        userData = reader.value(MachineKeys.userData)
        cpus = reader.value(MachineKeys.cpus)
        memory = reader.value(MachineKeys.memory)
        disk = reader.value(MachineKeys.disk)
        disks = reader.value(MachineKeys.disks)
        interfaces = reader.value(MachineKeys.interfaces)
        shares = reader.value(MachineKeys.shares)
        files = reader.value(MachineKeys.files)
        xml = reader.value(MachineKeys.xml)
    }

    /// These, and others where these say nothing.
    func over(_ others: MachineDefaults) -> MachineDefaults {
        var merged = self
        merged.image = image ?? others.image
        merged.firstBoot = firstBoot ?? others.firstBoot
        merged.userData = userData ?? others.userData
        merged.cpus = cpus ?? others.cpus
        merged.memory = memory ?? others.memory
        merged.disk = disk ?? others.disk
        merged.disks = disks ?? others.disks
        merged.interfaces = interfaces ?? others.interfaces
        merged.shares = shares ?? others.shares
        merged.files = files ?? others.files
        merged.xml = xml ?? others.xml
        return merged
    }
}

/// One entry of `machines` as the file has it, with places; nil is what was not given, or was wrong and reported.
struct MachineDraft: Sendable {
    let name: Located<NamePattern>
    let count: Int?
    let address: Located<IPv4Address>?
    let mac: Located<MACAddress>?
    let dns: [Located<String>]
    let role: Located<MachineRole>?
    /// Its own, and once the defaults are known, those as well.
    var settings: MachineDefaults
    let ports: [Located<MachineSpec.PortForward>]
    let provision: [Located<ProvisionStepDraft>]
    let passthrough: [Located<PCIAddress>]
    let hypervisor: Located<String>?
    let groups: [String]
    let vars: JSONObject
    /// Whether a value was given and did not fit, so that its absence here says nothing.
    let isFlawed: Bool
    let location: SourceLocation

    init?(_ reader: SectionReader) {
        let name = reader.value(MachineKeys.name)
        count = reader.value(MachineKeys.count)?.value
        address = reader.value(MachineKeys.address)
        mac = reader.value(MachineKeys.mac)
        dns = reader.list(MachineKeys.dns)
        role = reader.value(MachineKeys.role)
        settings = MachineDefaults(reader) ?? MachineDefaults()
        ports = reader.list(MachineKeys.ports)
        provision = reader.list(MachineKeys.provision)
        passthrough = reader.list(MachineKeys.passthrough)
        hypervisor = reader.value(MachineKeys.hypervisor)
        var seen: Set<String> = []
        groups = reader.list(MachineKeys.groups).map(\.value).filter { seen.insert($0).inserted }
        vars = reader.value(MachineKeys.vars)?.value ?? JSONObject()
        isFlawed = reader.isFlawed
        location = reader.location
        guard let name else { return nil }
        self.name = name
    }

    /// The machines that this entry stands for.
    func expanded(into mistakes: Mistakes) -> [DraftedMachine] {
        guard let count else {
            if name.value.digits != nil {
                mistakes.add(MachineMistake.patternWithoutCount(name.value.text, name.location))
            }
            return [DraftedMachine(name: name.value.text, offset: 0, draft: self)]
        }
        let machines = (0..<count).map { DraftedMachine(name: name.value.name($0 + 1), offset: $0, draft: self) }
        if let last = machines.last, last.name.utf8.count > 63 {
            mistakes.add(MachineMistake.nameTooLong(last.name, name.location))
        }
        return machines
    }
}

/// One machine of a draft, before it is known to be valid.
struct DraftedMachine: Sendable {
    let name: String
    /// How many machines of its entry come before it: by so much everything counts up that must differ.
    let offset: Int
    let draft: MachineDraft

    var settings: MachineDefaults { draft.settings }
    /// Its address in the cluster's network; nil where there is none, or counting led past the end.
    var address: IPv4Address? { draft.address?.value.advanced(by: offset) }
    /// Its card's address in the cluster's network where the file says it.
    var mac: MACAddress? { draft.mac?.value.advanced(by: offset) }
    var cpus: ProcessorDraft { settings.cpus?.value ?? ProcessorDraft(count: 1) }
    var memory: MemoryDraft { settings.memory?.value ?? MemoryDraft(size: Located(.gibibytes(1), at: draft.location)) }
    var disk: SystemDiskDraft {
        settings.disk?.value ?? SystemDiskDraft(size: Located(.gibibytes(10), at: draft.location))
    }
    var disks: [Located<DataDiskDraft>] { settings.disks?.value ?? [] }
    var interfaces: [Located<InterfaceDraft>] { settings.interfaces?.value ?? [] }
    var shares: [Located<ShareDraft>] { settings.shares?.value ?? [] }
    var files: [Located<FileDraft>] { settings.files?.value ?? [] }
    /// Its forwards; nil of the host's port is one that counting led past the end.
    var ports: [(forward: MachineSpec.PortForward, location: SourceLocation, hostPort: Int?)] {
        draft.ports.map { port in
            let hostPort = port.value.hostPort + offset
            var forward = port.value
            forward.hostPort = hostPort
            return (forward, port.location, hostPort <= 65535 ? hostPort : nil)
        }
    }
}
