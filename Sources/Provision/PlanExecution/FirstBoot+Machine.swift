import Clusterfiles
import Credentials
import MachineImages

extension FirstBoot {
    /// What a machine of a cluster is told at its first boot. The master's user gets the key that opens all machines.
    init(of machine: MachineSpec, in spec: ClusterSpec, credentials: CredentialStore) throws {
        let (userKey, hostKey) = (try credentials.userKey(), try credentials.hostKey(ofMachine: machine.name))
        let knownHosts = try spec.machines.map { peer in
            "\(peer.name),\(peer.address) \(try credentials.hostKey(ofMachine: peer.name).publicKeyWithoutComment)\n"
        }.joined()
        self.init(
            instanceID: machine.domainUUID, hostname: machine.name,
            machineID: machine.machineID, cards: machine.interfaces.map(Card.init),
            gateway: spec.network.mode == .isolated ? nil : "\(spec.network.host)", nameserver: "\(spec.network.host)",
            peers: spec.machines.map { .init(name: $0.name, address: "\($0.address)") }, user: spec.user,
            hostKey: .init(privateKey: hostKey.privateKeyText, publicKey: hostKey.publicKeyLine),
            authorizedKeys: [userKey.publicKeyLine],
            userKey: machine.role == .master
                ? .init(privateKey: userKey.privateKeyText, publicKey: userKey.publicKeyLine) : nil,
            knownHosts: knownHosts)
    }

    /// What the machine's seed disk holds.
    func bytes(for kind: MachineSpec.FirstBoot) -> [UInt8] {
        switch kind {
        case .native: seed.bytes
        case .cloudInit(let userData): NoCloudSeed(self, userData: userData).bytes
        }
    }
}

extension FirstBoot.Card {
    fileprivate init(_ interface: MachineSpec.Interface) {
        let address: Address =
            switch interface.address {
            case .fixed(let address, let prefixLength): .fixed("\(address)", prefixLength: prefixLength)
            case .leased: .leased
            }
        self.init(macAddress: "\(interface.macAddress)", address: address, mtu: interface.mtu)
    }
}
