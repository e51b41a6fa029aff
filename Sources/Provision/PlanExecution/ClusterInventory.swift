package import Clusterfiles
package import Inventories
import JSON

/// A cluster's Ansible inventory, with kubespray's groups under both of their namings.
package struct ClusterInventory: Sendable {
    /// Whose inventory it is: the host that provisions, with its files, or one of the machines.
    package enum Reader: Hashable, Sendable {
        case controller(Controller)
        case machine(String)
    }

    /// Where the controller has what the playbook needs.
    package struct Controller: Hashable, Sendable {
        package var binaries: String
        package var pki: String
        package var containerImages: String
        package var sshKey: String
        package var knownHosts: String

        package init(binaries: String, pki: String, containerImages: String, sshKey: String, knownHosts: String) {
            self.binaries = binaries
            self.pki = pki
            self.containerImages = containerImages
            self.sshKey = sshKey
            self.knownHosts = knownHosts
        }
    }

    private let spec: ClusterSpec
    private let reader: Reader

    package init(of spec: ClusterSpec, for reader: Reader) {
        self.spec = spec
        self.reader = reader
    }

    /// The hosts, groups and variables.
    package var inventory: Inventory {
        let masters = spec.machines.filter { $0.role == .master }.map(\.name)
        let nodes = spec.machines.filter { $0.role == .node }.map(\.name)
        var groups: [Inventory.Group] = [
            .init("kube_control_plane", hosts: masters), .init("kube-master", hosts: masters),
            .init("etcd", hosts: masters),
            .init("kube_node", hosts: nodes), .init("kube-node", hosts: nodes), .init("calico_rr"), .init("calico-rr"),
            .init("k8s_cluster", children: ["kube_control_plane", "kube_node", "calico_rr"]),
            .init("k8s-cluster", children: ["kube-master", "kube-node", "calico-rr"]),
        ]
        for machine in spec.machines { groups += machine.groups.map { .init($0, hosts: [machine.name]) } }
        groups += spec.groups.map { group in
            let hosts = group.hosts.filter { spec.machine(named: $0) != nil }
            return .init(group.name, hosts: hosts, children: group.children, variables: group.vars)
        }
        return Inventory(hosts: spec.machines.map(host), groups: groups, variables: variables)
    }

    /// The inventory of a machine that is prepared for machines like this one: in the same groups, with the Clusterfile's
    /// variables, and with nothing of the cluster's own (addresses, names, secrets), so that no task can name it.
    package static func prepared(for machine: MachineSpec, of spec: ClusterSpec, _ files: Controller) -> Inventory {
        let full = ClusterInventory(of: spec.keeping { $0.name == machine.name }, for: .controller(files)).inventory
        func kept(_ variables: JSONObject) -> JSONObject {
            let own = ["cluster_name", "clusterfile_pki", "clusterfile_known_hosts", "ip", "ansible_host"]
            return JSONObject(
                variables.members.filter { !own.contains($0.key) && !$0.key.hasPrefix("ansible_ssh_") }
                    .map { ($0.key, $0.value) })
        }
        return Inventory(
            hosts: full.hosts.map { .init(preparedHost, variables: kept($0.variables)) },
            groups: full.groups.map { group in
                var group = group
                group.hosts = group.hosts.map { _ in preparedHost }
                return group
            }, variables: kept(full.variables))
    }

    static let preparedHost = "prepared"

    private func host(_ machine: MachineSpec) -> Inventory.Host {
        var variables: JSONObject = ["ansible_host": JSON("\(machine.address)"), "ip": JSON("\(machine.address)")]
        if reader == .machine(machine.name) { variables["ansible_connection"] = "local" }
        for (name, value) in machine.vars { variables[name] = value }
        return .init(machine.name, variables: variables)
    }

    private var variables: JSONObject {
        var variables: JSONObject = ["cluster_name": .string(spec.name), "ansible_user": .string(spec.user)]
        if let master = spec.master { variables["api_address"] = JSON("\(master.address)") }
        if case .controller(let controller) = reader {
            variables["ansible_ssh_private_key_file"] = .string(controller.sshKey)
            variables["ansible_ssh_common_args"] = .string(
                "-o UserKnownHostsFile=\(controller.knownHosts) -o StrictHostKeyChecking=yes -o IdentitiesOnly=yes")
            variables["clusterfile_binaries"] = .string(controller.binaries)
            variables["clusterfile_pki"] = .string(controller.pki)
            variables["clusterfile_known_hosts"] = .string(controller.knownHosts)
            variables["clusterfile_images"] = .string(controller.containerImages)
        }
        for (name, value) in spec.vars { variables[name] = value }
        return variables
    }
}
