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
    /// In the cluster's own network, where it never changes.
    package var address: IPv4Address
    /// Of the card in the cluster's own network.
    package var macAddress: MACAddress
    /// Nil for a machine that takes no part in the cluster's orchestrator.
    package var role: MachineRole?
    package var image: Image
    package var firstBoot: FirstBoot
    package var processor: Processor
    package var memory: Memory
    package var systemDisk: SystemDisk
    /// Disks beyond the system's, in the file's order.
    package var disks: [DataDisk]
    /// The cluster's own network first, then the others in the file's order.
    package var interfaces: [Interface]
    package var ports: [PortForward]
    package var shares: [Share]
    package var files: [PlacedFile]
    /// The machine's own steps; the cluster's come before them.
    package var provision: [ProvisionStep]
    /// Devices of the host that the machine gets for itself.
    package var passthrough: [PCIAddress]
    /// libvirt's XML that is merged over the domain's, well-formed, with the root `domain`.
    package var overlay: String?
    /// The name of the hypervisor that the machine must be on, or nil where any will do.
    package var hypervisor: String?
    /// Where there are several hypervisors, its end of the tunnels between them.
    package var tunnel: Tunnel?
    /// Groups of the inventory beyond those that the role gives.
    package var groups: [String]
    /// Variables of the inventory, in the file's order.
    package var vars: JSONObject

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

extension MachineSpec {
    /// Where the system disk's contents come from.
    package enum Image: Hashable, Sendable {
        /// An image of the catalogue by its name.
        case catalogue(String)
        /// A disk image in a file; the path is as the Clusterfile has it.
        case file(path: String, sha256: String?)
        /// A disk image to be downloaded, of that checksum (64 hexadecimal digits).
        case download(url: String, sha256: String)
    }

    /// How the machine learns its name, address and keys when it starts for the first time.
    package enum FirstBoot: Hashable, Sendable {
        /// From the project's own seed, which its own images read.
        case native
        /// From a NoCloud seed that cloud-init reads; the user data is beyond what the machine needs anyway.
        case cloudInit(userData: String?)
    }
}

extension MachineSpec.Image: CustomStringConvertible {
    /// The name, path or URL: what tells one cluster's images apart.
    package var description: String {
        switch self {
        case .catalogue(let name): name
        case .file(let path, _): path
        case .download(let url, _): url
        }
    }
}
