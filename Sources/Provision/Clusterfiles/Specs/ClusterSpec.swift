package import Addresses
package import Diagnostics
package import JSON

/// A whole cluster as its Clusterfile wants it.
package struct ClusterSpec: Hashable, Sendable {
    package let name: String
    package let uuid: ClusterUUID
    /// The ordinary user of every machine, who may use sudo.
    package let user: String
    /// The cluster's own network, which every machine is in.
    package let network: ClusterSpec.Network
    /// Networks beyond the cluster's own, in the file's order.
    package let networks: [FurtherNetwork]
    /// In the file's order, counted machines expanded.
    package fileprivate(set) var machines: [MachineSpec]
    /// Where these are the machines of one hypervisor only: those on the others.
    package fileprivate(set) var machinesElsewhere: [MachineSpec] = []
    /// The playbook's path as the file has it (relative to the file), or nil where none is named.
    package let playbook: String?
    /// Steps for all machines, before their own ones.
    package let provision: [ProvisionStep]
    /// Commands on the host, around `up` and `down`.
    package let hooks: Hooks
    /// The libvirts that machines may be on; empty for the one that this host offers.
    package let hypervisors: [HypervisorSpec]
    /// Groups of the inventory beyond those that roles and machines give.
    package let groups: [Group]
    /// Variables of the inventory for all machines.
    package let vars: JSONObject

    /// The groups of the inventory that machines are in by their roles, under kubespray's names of before and now.
    package static let roleGroups = [
        "kube_control_plane", "kube-master", "etcd", "kube_node", "kube-node", "calico_rr", "calico-rr", "k8s_cluster",
        "k8s-cluster",
    ]

    /// The addresses of pods and of services, which the cluster's networks must keep clear of.
    package static let podRange = IPv4Network(containing: IPv4Address(number: 0x0AF4_0000), prefixLength: 16)
    package static let serviceRange = IPv4Network(containing: IPv4Address(number: 0x0A60_0000), prefixLength: 12)
}

extension ClusterSpec {
    /// A command for the host's /bin/sh, and its place in the file.
    package struct Hook: Hashable, Sendable {
        package var command: String
        package var location: SourceLocation

        package init(_ command: String, at location: SourceLocation) {
            self.command = command
            self.location = location
        }
    }

    /// The hooks of each moment, in order; the first that fails ends what they belong to.
    package struct Hooks: Hashable, Sendable {
        package var beforeUp: [Hook]
        package var afterUp: [Hook]
        package var beforeDown: [Hook]
        package var afterDown: [Hook]

        /// Of a Clusterfile without hooks.
        package static let none = Self(beforeUp: [], afterUp: [], beforeDown: [], afterDown: [])
    }

    /// A libvirt that machines may be on.
    package struct HypervisorSpec: Hashable, Sendable {
        package var name: String
        package var uri: String
        /// At which address machines on the others reach this host; nil for the URI's host.
        package var address: String?
        /// How many virtual CPUs all machines there may have; nil sets no limit.
        package var cpus: Int?
        /// How much memory all machines there may have; nil for what the host has free.
        package var memory: ByteCount?
        /// Where the Clusterfile names it.
        package var location: SourceLocation

        package init(
            name: String, uri: String, address: String? = nil, cpus: Int? = nil, memory: ByteCount? = nil,
            location: SourceLocation
        ) {
            self.name = name
            self.uri = uri
            self.address = address
            self.cpus = cpus
            self.memory = memory
            self.location = location
        }
    }

    /// A group of the inventory.
    package struct Group: Hashable, Sendable {
        package var name: String
        /// Names of machines.
        package var hosts: [String]
        /// Names of groups.
        package var children: [String]
        package var vars: JSONObject
    }
}

extension ClusterSpec {
    /// The machine of that name, or nil.
    package func machine(named name: String) -> MachineSpec? { machines.first { $0.name == name } }

    /// The machine that runs the API server, or nil where no machine has a role.
    package var master: MachineSpec? { machines.first { $0.role == .master } }

    /// The machines that run the orchestrator: the master and the nodes.
    package var members: [MachineSpec] { machines.filter { $0.role != nil } }

    /// The steps of a machine, the cluster's before its own.
    package func steps(of machine: MachineSpec) -> [ProvisionStep] { provision + machine.provision }

    /// The part of the cluster that is on one hypervisor, given the machines there.
    package func part(_ names: Set<String>) -> ClusterSpec {
        var part = keeping { names.contains($0.name) }
        part.machinesElsewhere = machines.filter { !names.contains($0.name) }
        return part
    }

    /// The same cluster with some of its machines only.
    package func keeping(_ isKept: (MachineSpec) -> Bool) -> ClusterSpec {
        var copy = self
        copy.machines.removeAll { !isKept($0) }
        return copy
    }
}
