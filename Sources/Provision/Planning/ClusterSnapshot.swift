package import Addresses
package import Clusterfiles

/// What was observed of one libvirt and its host: everything there, the cluster's and other people's.
package struct ClusterSnapshot: Hashable, Sendable {
    package var networks: [Network]
    package var machines: [MachineSnapshot]
    /// The volumes of the pool that holds images and disks.
    package var volumes: [Volume]
    /// An interface with several addresses is here several times.
    package var hostInterfaces: [HostInterface]

    package init(
        networks: [Network] = [], machines: [MachineSnapshot] = [], volumes: [Volume] = [],
        hostInterfaces: [HostInterface] = []
    ) {
        self.networks = networks
        self.machines = machines
        self.volumes = volumes
        self.hostInterfaces = hostInterfaces
    }
}

extension ClusterSnapshot {
    /// A network of libvirt.
    package struct Network: Hashable, Sendable {
        package var name: String
        /// The cluster in its metadata, or nil.
        package var owner: ClusterUUID?
        package var bridge: String?
        package var isActive: Bool
        /// How it will be when it is started the next time; nil where it is none that this project would make.
        package var defined: NetworkShape?
        /// How it is while it is active; nil where it is not, or is none that this project would make.
        package var running: NetworkShape?

        package init(
            name: String, owner: ClusterUUID?, bridge: String?, isActive: Bool, defined: NetworkShape? = nil,
            running: NetworkShape? = nil
        ) {
            self.name = name
            self.owner = owner
            self.bridge = bridge
            self.isActive = isActive
            self.defined = defined
            self.running = running
        }
    }

    /// A volume of libvirt's pool, which belongs by its name alone.
    package struct Volume: Hashable, Sendable {
        package var name: String
        /// The size that its guest sees.
        package var capacity: ByteCount
        /// The name of the volume that it is an overlay of, or nil where that is not known.
        package var backingVolume: String?
        /// False for an upload that was cut short.
        package var isComplete: Bool

        package init(name: String, capacity: ByteCount, backingVolume: String? = nil, isComplete: Bool = true) {
            self.name = name
            self.capacity = capacity
            self.backingVolume = backingVolume
            self.isComplete = isComplete
        }
    }

    /// An interface of the host and one of its addresses.
    package struct HostInterface: Hashable, Sendable {
        package var name: String
        package var range: IPv4Network

        package init(name: String, range: IPv4Network) {
            self.name = name
            self.range = range
        }
    }
}

package typealias NetworkSnapshot = ClusterSnapshot.Network
package typealias VolumeSnapshot = ClusterSnapshot.Volume
package typealias HostInterfaceSnapshot = ClusterSnapshot.HostInterface
