/// What a machine is told at its first boot: its name, address, keys and peers, all decided before it starts.
package struct FirstBoot: Hashable, Sendable {
    /// A machine of the cluster, as the hosts file lists it.
    package struct Peer: Hashable, Sendable {
        package var name: String
        package var address: String

        package init(name: String, address: String) {
            self.name = name
            self.address = address
        }
    }

    /// A network card.
    package struct Card: Hashable, Sendable {
        package enum Address: Hashable, Sendable {
            /// Four numbers with dots.
            case fixed(String, prefixLength: Int)
            /// By DHCP.
            case leased
        }

        package var macAddress: String
        package var address: Address
        /// In bytes; nil for the usual 1500.
        package var mtu: Int?

        package init(macAddress: String, address: Address, mtu: Int? = nil) {
            self.macAddress = macAddress
            self.address = address
            self.mtu = mtu
        }
    }

    /// An SSH key pair in OpenSSH's text formats.
    package struct KeyPair: Hashable, Sendable {
        package var privateKey: String
        package var publicKey: String

        package init(privateKey: String, publicKey: String) {
            self.privateKey = privateKey
            self.publicKey = publicKey
        }
    }

    /// Names this boot's seed: the initrd applies a seed once for each value.
    package var instanceID: String
    package var hostname: String
    /// 32 lower-case hexadecimal digits, see machine-id(5).
    package var machineID: String
    /// The card in the cluster's own network first.
    package var cards: [Card]
    /// The way out through the cluster's own network, where there is one.
    package var gateway: String?
    package var nameserver: String
    package var peers: [Peer]
    package var user: String
    package var hostKey: KeyPair
    package var authorizedKeys: [String]
    /// The key with which the ordinary user logs in to the other machines, where it has one.
    package var userKey: KeyPair?
    /// The known_hosts file of that user.
    package var knownHosts: String

    package init(
        instanceID: String, hostname: String, machineID: String, cards: [Card], gateway: String?, nameserver: String,
        peers: [Peer], user: String, hostKey: KeyPair, authorizedKeys: [String], userKey: KeyPair?,
        knownHosts: String
    ) {
        self.instanceID = instanceID
        self.hostname = hostname
        self.machineID = machineID
        self.cards = cards
        self.gateway = gateway
        self.nameserver = nameserver
        self.peers = peers
        self.user = user
        self.hostKey = hostKey
        self.authorizedKeys = authorizedKeys
        self.userKey = userKey
        self.knownHosts = knownHosts
    }

    /// Disks are made in steps of this size, so that libvirt never rounds one up.
    static let diskStep = 1 << 20

    /// The seed disk's contents. It holds private keys: its volume's mode is 0600.
    package var seed: SeedArchive { SeedArchive(system + network + secureShell) }

    /// The same for a machine that nobody logs in to: no key is in it, and no SSH server starts.
    package var seedWithoutKeys: SeedArchive {
        SeedArchive(system + network + [.folder("etc/ssh"), .file("etc/ssh/sshd_not_to_be_run", "")])
    }

    private var system: [SeedEntry] {
        [
            .folder("etc"),
            .folder("etc/clusterfile"),
            .file("etc/clusterfile/instance-id", instanceID + "\n"),
            .file("etc/hostname", hostname + "\n"),
            .file("etc/machine-id", machineID + "\n", mode: 0o444),
            .file("etc/hosts", hostsFile),
        ]
    }

    /// hosts(5): loopback, then every machine of the cluster.
    package var hostsFile: String {
        let machines = peers.map { "\($0.address) \($0.name)\n" }.joined()
        return "127.0.0.1 localhost\n::1 localhost ip6-localhost ip6-loopback\n" + machines
    }

    private var network: [SeedEntry] {
        [.folder("etc/systemd"), .folder("etc/systemd/network")]
            // Further cards may come and go: they are playbooks/machine.yml's. The initrd reads this file, too.
            + cards.prefix(1).map {
                .file("etc/systemd/network/10-cluster.network", Self.file(of: $0, gateway: gateway))
            } + [.file("etc/resolv.conf", "nameserver \(nameserver)\n")]
    }

    /// systemd.network(5).
    private static func file(of card: Card, gateway: String?) -> String {
        var lines = ["# Written by clusterfile at the first boot: a card of the machine.", "[Match]"]
        lines += ["MACAddress=\(card.macAddress)", ""]
        if let mtu = card.mtu { lines += ["[Link]", "MTUBytes=\(mtu)", ""] }
        lines.append("[Network]")
        switch card.address {
        case .fixed(let address, let prefixLength): lines.append("Address=\(address)/\(prefixLength)")
        case .leased: lines.append("DHCP=ipv4")
        }
        if let gateway { lines.append("Gateway=\(gateway)") }
        lines += ["LinkLocalAddressing=no", "IPv6AcceptRA=no"]
        return lines.joined(separator: "\n") + "\n"
    }

    private var secureShell: [SeedEntry] {
        let home = "home/\(user)"
        var entries: [SeedEntry] = [
            .folder("etc/ssh"),
            .file("etc/ssh/ssh_host_ed25519_key", hostKey.privateKey, mode: 0o600),
            .file("etc/ssh/ssh_host_ed25519_key.pub", line(hostKey.publicKey)),
            .folder("home"),
            .folder(home, owner: .ordinaryUser),
            .folder(home + "/.ssh", mode: 0o700, owner: .ordinaryUser),
            .file(
                home + "/.ssh/authorized_keys", authorizedKeys.map(line).joined(), mode: 0o600, owner: .ordinaryUser),
            .file(home + "/.ssh/known_hosts", knownHosts, mode: 0o644, owner: .ordinaryUser),
        ]
        if let userKey {
            entries += [
                .file(home + "/.ssh/id_ed25519", userKey.privateKey, mode: 0o600, owner: .ordinaryUser),
                .file(home + "/.ssh/id_ed25519.pub", line(userKey.publicKey), owner: .ordinaryUser),
            ]
        }
        return entries
    }

    private func line(_ text: String) -> String { text.hasSuffix("\n") ? text : text + "\n" }
}
