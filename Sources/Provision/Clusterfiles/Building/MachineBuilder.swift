internal import Addresses
internal import JSON

/// Gives drafted machines what follows from the cluster they are in: names in libvirt, addresses of cards, hashes.
struct MachineBuilder {
    let cluster: String
    let uuid: ClusterUUID
    let user: String
    let network: ClusterSpec.Network
    let networks: [ClusterSpec.FurtherNetwork]
    let drafts: [NetworkDraft]
    /// The cluster's, which every machine has.
    let steps: [ProvisionStep]
    let surroundings: Surroundings
    /// Whether machines may be on several hypervisors.
    let spansHypervisors: Bool

    /// The specs of machines that were checked.
    func specs(of machines: [DraftedMachine]) -> [MachineSpec] {
        var taken = Set(
            machines.flatMap { machine in
                [machine.mac] + machine.interfaces.map { $0.value.mac?.value.advanced(by: machine.offset) }
            }.compactMap(\.self))
        let macs = machines.map { $0.mac ?? freeMAC($0.name, &taken) }
        let tunnels = spansHypervisors ? tunnels(of: machines) : [:]
        return zip(machines, macs).compactMap { machine, mac in
            guard let address = machine.address, let image = machine.settings.image?.value else { return nil }
            let own = MachineSpec.Interface(
                network: nil, link: .network(network.name),
                address: .fixed(address, prefixLength: network.range.prefixLength), macAddress: mac, mtu: network.mtu,
                dnsNames: machine.draft.dns.map(\.value))
            let others = machine.interfaces.compactMap { interface($0.value, of: machine, &taken) }
            return spec(of: machine, address, image, [own] + others, tunnels[machine.name])
        }
    }

    private func tunnels(of machines: [DraftedMachine]) -> [String: MachineSpec.Tunnel] {
        let ends = machines.compactMap { machine in machine.address.map { (name: machine.name, address: $0) } }
        return Dictionary(zip(ends.map(\.name), MachineSpec.Tunnel.ends(of: ends, in: uuid))) { first, _ in first }
    }

    private func freeMAC(_ machine: String, in network: String? = nil, _ taken: inout Set<MACAddress>) -> MACAddress {
        var attempt = 0
        while true {
            let address = MACAddress(cluster: uuid, machine: machine, network: network, attempt: attempt)
            if taken.insert(address).inserted { return address }
            attempt += 1
        }
    }

    private func interface(
        _ card: InterfaceDraft, of machine: DraftedMachine, _ taken: inout Set<MACAddress>
    ) -> MachineSpec.Interface? {
        let name = card.network.value
        guard let network = networks.first(where: { $0.name == name }),
            let draft = drafts.first(where: { $0.name?.value == name })
        else { return nil }
        let link: MachineSpec.Interface.Link =
            switch network.kind {
            case .made(let network): .network(network.name)
            case .bridge(let bridge): .bridge(bridge)
            case .existing(let existing): .network(existing)
            }
        var address = MachineSpec.Interface.Address.leased
        if let fixed = machine.address(in: draft), let range = draft.address?.value {
            address = .fixed(fixed, prefixLength: range.prefixLength)
        }
        return MachineSpec.Interface(
            network: name, link: link, address: address,
            macAddress: card.mac?.value.advanced(by: machine.offset) ?? freeMAC(machine.name, in: name, &taken),
            mtu: card.mtu?.value ?? draft.mtu, dnsNames: card.dns.map(\.value))
    }

    private func spec(
        of machine: DraftedMachine, _ address: IPv4Address, _ image: MachineSpec.Image,
        _ interfaces: [MachineSpec.Interface], _ tunnel: MachineSpec.Tunnel?
    ) -> MachineSpec {
        let (draft, cpus, memory) = (machine.draft, machine.cpus, machine.memory)
        let firstBoot: MachineSpec.FirstBoot =
            machine.firstBoot(surroundings) == .native
            ? .native : .cloudInit(userData: machine.settings.userData?.value)
        let parts = MachineParts(
            image: image, firstBoot: firstBoot, macAddress: interfaces[0].macAddress,
            overlay: machine.settings.xml?.value, tunnel: tunnel)
        return MachineSpec(
            name: machine.name, address: address, macAddress: interfaces[0].macAddress, role: draft.role?.value,
            image: image, firstBoot: firstBoot,
            processor: .init(
                count: cpus.count, maximum: cpus.maximum?.value ?? cpus.count, model: cpus.model,
                isNested: cpus.isNested, pinning: cpus.pinning.map(\.value)),
            memory: .init(size: memory.size.value, maximum: memory.maximum?.value ?? memory.size.value),
            systemDisk: .init(size: machine.disk.size.value, cache: machine.disk.cache),
            disks: machine.disks.map { disk(of: machine, $0.value) }, interfaces: interfaces,
            ports: machine.ports.map(\.forward), shares: machine.shares.map(\.value.spec),
            files: machine.files.map(\.value.spec), provision: draft.provision.specs(besides: steps),
            passthrough: draft.passthrough.map(\.value), overlay: machine.settings.xml?.value,
            hypervisor: draft.hypervisor?.value, tunnel: tunnel, groups: draft.groups, vars: draft.vars,
            domainName: "\(cluster)_\(machine.name)", domainUUID: uuid.domainUUID(ofMachine: machine.name),
            diskVolume: uuid.volumeName(machine: machine.name, disk: "system"),
            seedVolume: uuid.volumeName(machine: machine.name, disk: "seed"),
            specHash: parts.hash(name: machine.name, address: address, network: network.range, user: user))
    }

    private func disk(of machine: DraftedMachine, _ disk: DataDiskDraft) -> MachineSpec.DataDisk {
        .init(
            name: disk.name.value, size: disk.size, fileSystem: disk.fileSystem, mountPath: disk.mount?.value,
            cache: disk.cache, volume: uuid.volumeName(machine: machine.name, disk: disk.name.value))
    }
}

extension ShareDraft {
    var spec: MachineSpec.Share {
        .init(
            hostPath: host.value, mountPath: mount.value, driver: driver?.value ?? .virtiofs, isReadOnly: isReadOnly)
    }
}

extension FileDraft {
    var spec: MachineSpec.PlacedFile {
        .init(contents: contents.value, destination: destination.value, owner: owner, group: group, mode: mode)
    }
}

extension ClusterSpec.Network {
    /// The network that a draft wants made.
    init(
        of draft: NetworkDraft, range: Located<IPv4Network>, dnsHosts: [DNSHost], cluster: String, uuid: ClusterUUID
    ) {
        self.init(
            range: range, mode: draft.mode?.value ?? .nat, mtu: draft.mtu, domain: draft.dns?.domain,
            dnsHosts: dnsHosts, leases: draft.leases?.value, cluster: cluster, uuid: uuid,
            furtherName: draft.name?.value)
    }
}
