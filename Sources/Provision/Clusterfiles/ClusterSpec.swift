package import Addresses
package import JSON

/// A whole cluster as its Clusterfile wants it.
package struct ClusterSpec: Hashable, Sendable {
    package let name: String
    package let uuid: ClusterUUID
    /// The ordinary user of every machine, who may use sudo.
    package let user: String
    package let network: ClusterSpec.Network
    /// In the file's order, counted machines expanded.
    package let machines: [MachineSpec]
    /// The playbook's path as the file has it (relative to the file), or nil where none is named.
    package let playbook: String?
    /// Variables of the inventory for all machines.
    package let vars: JSONObject

    /// The addresses of pods and of services, which the cluster's network must keep clear of.
    package static let podRange = IPv4Network(containing: IPv4Address(number: 0x0AF4_0000), prefixLength: 16)
    package static let serviceRange = IPv4Network(containing: IPv4Address(number: 0x0A60_0000), prefixLength: 12)
}

extension ClusterSpec {
    /// The machine of that name, or nil.
    package func machine(named name: String) -> MachineSpec? { machines.first { $0.name == name } }

    /// The machine that runs the API server, or nil where no machine has a role.
    package var master: MachineSpec? { machines.first { $0.role == .master } }

    /// The machines that run the orchestrator: the master and the nodes.
    package var members: [MachineSpec] { machines.filter { $0.role != nil } }

    /// The same cluster with some of its machines only.
    package func keeping(_ isKept: (MachineSpec) -> Bool) -> ClusterSpec {
        ClusterSpec(
            name: name, uuid: uuid, user: user, network: network, machines: machines.filter(isKept), playbook: playbook,
            vars: vars)
    }
}
