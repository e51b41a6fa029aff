internal import Addresses
internal import JSON

/// Gives drafted machines what follows from the cluster they are in: names in libvirt, addresses of cards, hashes.
struct MachineIdentity {
    let cluster: String
    let uuid: ClusterUUID
    let user: String
    let network: ClusterSpec.Network

    /// The specs of machines that were checked.
    func specs(of machines: [DraftedMachine]) -> [MachineSpec] {
        var taken: Set<MACAddress> = []
        return machines.compactMap { machine in
            guard let address = machine.address, let image = machine.draft.image?.value else { return nil }
            let mac = freeMAC(machine.name, &taken)
            return spec(of: machine, address, image, mac)
        }
    }

    private func freeMAC(_ machine: String, _ taken: inout Set<MACAddress>) -> MACAddress {
        var attempt = 0
        while true {
            let address = MACAddress(cluster: uuid, machine: machine, attempt: attempt)
            if taken.insert(address).inserted { return address }
            attempt += 1
        }
    }

    private func spec(
        of machine: DraftedMachine, _ address: IPv4Address, _ image: String, _ mac: MACAddress
    ) -> MachineSpec {
        let draft = machine.draft
        let system: JSON = [
            "name": .string(machine.name), "image": .string(image), "user": .string(user),
            "address": JSON("\(address)"), "network": JSON("\(network.range)"), "mac": JSON("\(mac)"),
        ]
        let overlay: JSON = [:]
        return MachineSpec(
            name: machine.name, address: address, macAddress: mac, role: draft.role?.value, image: .catalogue(image),
            firstBoot: .native,
            processor: .init(
                count: draft.cpus, maximum: draft.cpus, model: .automatic, isNested: false, pinning: []),
            memory: .init(size: draft.memory.value, maximum: draft.memory.value),
            systemDisk: .init(size: draft.disk.value, cache: .automatic), disks: [],
            interfaces: [
                .init(
                    network: nil, link: .network(network.name),
                    address: .fixed(address, prefixLength: network.range.prefixLength), macAddress: mac,
                    mtu: network.mtu, dnsNames: [])
            ],
            ports: [], shares: [], files: [], provision: [], passthrough: [], overlay: nil, hypervisor: nil,
            groups: draft.groups, vars: draft.vars, domainName: "\(cluster)_\(machine.name)",
            domainUUID: uuid.domainUUID(ofMachine: machine.name),
            diskVolume: uuid.volumeName(machine: machine.name, disk: "system"),
            seedVolume: uuid.volumeName(machine: machine.name, disk: "seed"),
            specHash: SpecHash(
                system: Fingerprint(of: system.bytes).shortText, hardware: Fingerprint(of: overlay.bytes).shortText))
    }
}
