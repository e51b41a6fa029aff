import Clusterfiles
import Hypervisor
import Planning

/// Where libvirt has a machine's parts, and what else its definition needs that its spec does not say.
struct MachineParts: Sendable {
    /// Paths of volumes on the libvirt host.
    var systemDisk: String
    var seed: String
    /// By the volume's name.
    var dataDisks: [String: String]
    var agents: String?
    var boot: DomainHardware.Boot
    var virtualization: DomainHardware.Virtualization
    var consoleLog: String
    /// The Clusterfile's folder, to which its paths are relative.
    var folder: String
}

extension DomainSpec {
    /// A machine of a cluster as libvirt is to have it.
    init(_ machine: MachineSpec, of cluster: ClusterSpec, _ parts: MachineParts) throws {
        var more = [
            ObservedCluster.Attribute.address: "\(machine.address)", ObservedCluster.Attribute.user: cluster.user,
            ObservedCluster.Attribute.image: "\(machine.image)",
        ]
        more[ObservedCluster.Attribute.role] = machine.role?.rawValue
        self.init(
            name: machine.domainName, uuid: machine.domainUUID,
            hardware: DomainHardware(machine, parts), consoleLogPath: parts.consoleLog,
            overlays: try [machine.tunnel?.xml, machine.overlay].compactMap { try $0.map { try DomainOverlay($0) } },
            metadata: ClusterMetadata(
                cluster: cluster.uuid.text, clusterName: cluster.name, name: machine.name, spec: "\(machine.specHash)",
                more: more))
    }
}

extension DomainHardware {
    fileprivate init(_ machine: MachineSpec, _ parts: MachineParts) {
        let processor = machine.processor
        let model: Processors.Model =
            switch processor.model {
            case .automatic, .host: .standard(parts.virtualization)
            case .named(let name): .named(name)
            }
        self.init(
            virtualization: parts.virtualization,
            processors: .init(
                count: processor.count, maximum: processor.maximum, model: model, nested: processor.isNested,
                pinning: MachineHardware(of: machine, folder: parts.folder).pinning),
            memory: .init(
                bytes: UInt64(machine.memory.size.bytes), maximumBytes: UInt64(machine.memory.maximum.bytes)),
            boot: parts.boot, disks: Self.disks(machine, parts), interfaces: machine.interfaces.map(Interface.init),
            sharedFolders: machine.shares.map { share in
                let path = share.hostPath
                return SharedFolder(
                    share.driver == .virtiofs ? .virtiofs : .plan9,
                    path: path.hasPrefix("/") ? path : parts.folder + "/" + path, tag: share.tag)
            },
            pciDevices: machine.passthrough.map {
                PCIAddress(domain: $0.domain, bus: $0.bus, slot: $0.slot, function: $0.function)
            })
    }

    private static func disks(_ machine: MachineSpec, _ parts: MachineParts) -> [Disk] {
        var disks = [
            Disk(
                path: parts.systemDisk, format: .qcow2, access: .readWrite, cache: .init(machine.systemDisk.cache)),
            Disk(path: parts.seed, format: .raw, access: .readOnly, serial: "seed"),
        ]
        if let agents = parts.agents {
            disks.append(Disk(path: agents, format: .raw, access: .readOnly, serial: AgentDisk.serial))
        }
        return disks + machine.disks.map { Disk($0, path: parts.dataDisks[$0.volume] ?? "") }
    }
}

extension DomainHardware.Disk {
    /// A disk beyond the system's.
    init(_ disk: MachineSpec.DataDisk, path: String) {
        self.init(path: path, format: .qcow2, access: .readWrite, serial: disk.serial, cache: .init(disk.cache))
    }
}

extension DomainHardware.Disk.Cache {
    fileprivate init(_ cache: MachineSpec.DiskCache) {
        switch cache {
        // What a cluster of virtual machines writes may wait in the host's page cache: a guest's flush costs nothing.
        case .automatic, .unsafe: self = .unsafe
        case .none: self = .none
        case .writethrough: self = .writethrough
        case .writeback: self = .writeback
        case .directsync: self = .directsync
        }
    }
}

extension DomainHardware.Interface {
    init(_ interface: MachineSpec.Interface) {
        let source: Source =
            switch interface.link {
            case .network(let name): .network(name)
            case .bridge(let name): .bridge(name)
            }
        self.init(source, mac: "\(interface.macAddress)", mtu: interface.mtu)
    }
}

extension NetworkConfiguration {
    /// A network of a cluster as libvirt is to have it.
    init(_ network: ClusterSpec.Network, of cluster: ClusterSpec) {
        let mode: Mode =
            switch network.mode {
            case .nat: .nat
            case .isolated: .isolated
            case .routed: .routed
            }
        self.init(
            mode: mode, bridge: network.bridge, mtu: network.mtu, domain: network.domain, gateway: "\(network.host)",
            prefixLength: network.range.prefixLength,
            dnsHosts: cluster.dnsHosts(of: network).map { .init(address: "\($0.address)", names: $0.names) },
            dhcp: network.leases.map {
                .init(range: .init(first: "\($0.lowerBound)", last: "\($0.upperBound)"))
            })
    }
}
