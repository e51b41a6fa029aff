package import Addresses
package import JSON

/// What a machine does in the cluster.
package enum MachineRole: String, Hashable, Sendable, CaseIterable {
    case master
    case node
}

/// One machine as it is wanted; its identity (name, addresses, UUID) is decided before it exists.
package struct MachineSpec: Hashable, Sendable {
    package let name: String
    package let address: IPv4Address
    package let macAddress: MACAddress
    /// Nil for a machine that takes no part in the cluster's orchestrator.
    package let role: MachineRole?
    /// The image's name in the catalogue.
    package let image: String
    package let cpus: Int
    package let memory: ByteCount
    package let disk: ByteCount
    /// Groups of the inventory beyond those that the role gives.
    package let groups: [String]
    /// Variables of the inventory, in the file's order.
    package let vars: JSONObject

    /// The domain's name in libvirt, `CLUSTER_MACHINE`: the underscore cannot be in either.
    package let domainName: String
    /// The domain's UUID in libvirt, the same on every run.
    package let domainUUID: String
    /// The machine's /etc/machine-id: 32 hexadecimal digits, the same on every run.
    package var machineID: String { domainUUID.filter { $0 != "-" } }
    /// The name of the volume that is the system disk.
    package let diskVolume: String
    /// The name of the read-only volume that brings the machine its keys.
    package let seedVolume: String
    package let specHash: SpecHash
}

/// The digest of what a machine was made from, kept in its domain's metadata as `SYSTEM-HARDWARE`.
package struct SpecHash: Hashable, Sendable {
    /// What only a new disk can change: image, disk size, user, address, name.
    package let system: String
    /// What a restart can change: CPUs and memory.
    package let hardware: String

    init(system: String, hardware: String) {
        self.system = system
        self.hardware = hardware
    }

    /// Reads `SYSTEM-HARDWARE`; nil for anything else.
    package init?(_ text: String) {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count == 2, parts.allSatisfy({ !$0.isEmpty }) else { return nil }
        self.init(system: String(parts[0]), hardware: String(parts[1]))
    }
}

extension SpecHash: CustomStringConvertible {
    package var description: String { "\(system)-\(hardware)" }
}
