import Clusterfiles
import Diagnostics
import Inventories
import JSON
import Planning
import Plays

/// The project's own playbook that gives machines what their specs say beside the image: `playbooks/machine.yml`.
struct MachinePlaybook {
    /// The playbook's path.
    var path: String
    var spec: ClusterSpec
    /// The Clusterfile's folder, to which its paths are relative.
    var folder: String
    /// The tunnels between hypervisors, where there are some.
    var tunnels: TunnelMesh?

    /// Machines whose hardware the run has changed before.
    struct Altered: Sendable {
        /// Their system's disk has become larger while they ran: at its start a machine's system fills its disk by itself.
        var grown: Set<String>
        /// Something was given to them or taken away.
        var altered: Set<String>

        init(by plan: Plan) { (grown, altered) = (plan.grownMachines, plan.alteredMachines) }

        /// What a run did that was cut short is not known any more.
        init(all machines: Set<String>) { (grown, altered) = (machines, machines) }
    }

    /// The playbook for the machines that it has something to do on, or nil where there are none.
    func compiled(_ inventory: Inventory, _ changes: Altered) throws -> CompiledPlaybook? {
        var inventory = inventory
        var concerned: Set<String> = []
        for machine in spec.machines {
            let variables = try variables(of: machine, grows: changes.grown.contains(machine.name))
            if changes.altered.contains(machine.name)
                || variables.members.contains(where: { $0.value.array?.isEmpty == false || $0.value == true })
            {
                concerned.insert(machine.name)
            }
            inventory.add(.init(machine.name, variables: variables))
        }
        guard !concerned.isEmpty else { return nil }
        return try CompiledPlaybook(path, inventory: inventory).limited(to: concerned)
    }

    /// What the playbook reads, in the order in which it reads it.
    func variables(of machine: MachineSpec, grows: Bool) throws -> JSONObject {
        [
            "machine_grows": .bool(grows && machine.firstBoot == .native),
            "machine_disks": .array(machine.disks.map(Self.disk)),
            "machine_mounts": .array(
                (machine.disks.compactMap(\.mountPath) + machine.shares.map(\.mountPath)).map { .string($0) }),
            // cloud-init has been told its networks, and keeps them where the distribution wants them.
            "machine_networks": .array(machine.firstBoot == .native ? machine.furtherNetworks : []),
            "machine_tunnels": .array(try tunnels?.files(of: machine) ?? []),
            "machine_shares": .array(machine.shares.map(Self.share)),
            "machine_files": .array(machine.files.map(file)),
        ]
    }

    private static func disk(_ disk: MachineSpec.DataDisk) -> JSON {
        [
            "name": .string(disk.name), "device": .string("/dev/disk/by-id/virtio-\(disk.serial)"),
            "file_system": .string(disk.fileSystem?.rawValue ?? ""), "mount": .string(disk.mountPath ?? ""),
        ]
    }

    private static func share(_ share: MachineSpec.Share) -> JSON {
        let access = share.isReadOnly ? "ro" : "rw"
        let (type, options) =
            switch share.driver {
            case .virtiofs: ("virtiofs", access)
            case .ninep: ("9p", "trans=virtio,version=9p2000.L,\(access)")
            }
        return [
            "name": .string(share.mountPath), "tag": .string(share.tag), "mount": .string(share.mountPath),
            "type": .string(type), "options": .string(options),
        ]
    }

    private func file(_ file: MachineSpec.PlacedFile) -> JSON {
        var value: JSON = [
            "name": .string(file.destination), "destination": .string(file.destination), "owner": .string(file.owner),
            "group": .string(file.group),
            "mode": .string("0" + String(file.mode, radix: 8)), "source": "", "content": "",
        ]
        switch file.contents {
        case .file(let path): value["source"] = .string(path.hasPrefix("/") ? path : folder + "/" + path)
        case .text(let text): value["content"] = .string(ProvisionPlaybooks.verbatim(text))
        }
        return value
    }
}

extension MachineSpec {
    /// networkd's files of the cards beyond the one in the cluster's own network, which the seed has brought.
    fileprivate var furtherNetworks: [JSON] {
        interfaces.dropFirst().map { card in
            var lines = ["[Match]", "MACAddress=\(card.macAddress)", ""]
            if let mtu = card.mtu { lines += ["[Link]", "MTUBytes=\(mtu)", ""] }
            lines.append("[Network]")
            switch card.address {
            case .fixed(let address, let prefixLength): lines.append("Address=\(address)/\(prefixLength)")
            // The way out and the names stay the cluster network's.
            case .leased: lines += ["DHCP=ipv4", "", "[DHCPv4]", "UseRoutes=no", "UseDNS=no"]
            }
            // By the card, not by its place among them, so that a file of an earlier Clusterfile is never one beside it.
            let number = "\(card.macAddress)".filter { $0 != ":" }
            return [
                "name": .string(card.network ?? "\(card.macAddress)"),
                "path": .string("/etc/systemd/network/20-\(number).network"),
                "content": .string(lines.joined(separator: "\n") + "\n"),
            ]
        }
    }
}
