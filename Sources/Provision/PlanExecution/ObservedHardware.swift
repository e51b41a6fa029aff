import Addresses
import Clusterfiles
import Hypervisor
import Planning

extension MachineHardware {
    /// What libvirt shows of a domain, in the planner's terms; read-only disks are what this program gives each machine.
    init(_ hardware: DomainHardware, volumeName: (String) -> String) {
        var model: String?
        switch hardware.processors.model {
        case .maximum, .hostPassthrough: model = nil
        case .hostModel: model = "host-model"
        case .named(let name): model = name
        }
        self.init(
            processors: hardware.processors.count, maximumProcessors: hardware.processors.maximum,
            processorModel: model, isNested: hardware.processors.nested, pinning: hardware.processors.pinning,
            memory: ByteCount(bytes: Int(hardware.memory.bytes)),
            maximumMemory: ByteCount(bytes: Int(hardware.memory.maximumBytes)),
            hasBalloon: hardware.memory.hasBalloon,
            disks: Set(
                hardware.disks.filter { $0.access == .readWrite }.map {
                    Disk(volume: volumeName($0.path), cache: .init($0.cache))
                }),
            cards: Set(hardware.interfaces.map(Card.init)),
            shares: Set(
                hardware.sharedFolders.map {
                    Share(tag: $0.tag, hostPath: $0.path, driver: $0.driver == .virtiofs ? .virtiofs : .ninep)
                }),
            passthrough: Set(hardware.pciDevices.compactMap { PCIAddress("\($0)") }))
    }
}

extension MachineSpec.DiskCache {
    fileprivate init(_ cache: DomainHardware.Disk.Cache) {
        switch cache {
        case .unsafe: self = .unsafe
        case .none: self = .none
        case .writeback, .unspecified: self = .writeback
        case .writethrough: self = .writethrough
        case .directsync: self = .directsync
        }
    }
}

extension MachineHardware.Card {
    fileprivate init(_ interface: DomainHardware.Interface) {
        let link: MachineSpec.Interface.Link =
            switch interface.source {
            case .network(let name): .network(name)
            case .bridge(let name): .bridge(name)
            }
        self.init(macAddress: interface.mac, link: link, mtu: interface.mtu)
    }
}

extension NetworkShape {
    /// What libvirt shows of a network, in the planner's terms; nil where its addresses are none.
    init?(_ configuration: NetworkConfiguration) {
        guard let gateway = IPv4Address(configuration.gateway) else { return nil }
        let mode: ClusterSpec.Network.Mode =
            switch configuration.mode {
            case .nat: .nat
            case .isolated: .isolated
            case .routed: .routed
            }
        var leases: ClosedRange<IPv4Address>?
        if let range = configuration.dhcp?.range, let first = IPv4Address(range.first),
            let last = IPv4Address(range.last), first <= last
        {
            leases = first...last
        }
        self.init(
            mode: mode, bridge: configuration.bridge,
            range: IPv4Network(containing: gateway, prefixLength: configuration.prefixLength), mtu: configuration.mtu,
            domain: configuration.domain, leases: leases,
            names: Set(
                configuration.dnsHosts.compactMap { host in
                    IPv4Address(host.address).map { .init(address: $0, names: host.names) }
                }))
    }
}
