package import Addresses

extension MachineSpec {
    /// The machine's virtual CPUs.
    package struct Processor: Hashable, Sendable {
        package enum Model: Hashable, Sendable {
            /// The host's own under KVM, QEMU's most able one without it.
            case automatic
            /// The host's own, whatever it costs.
            case host
            /// One of QEMU's, such as `Skylake-Server`.
            case named(String)
        }

        /// How many the machine starts with.
        package var count: Int
        /// How many it can be given while it runs; at least `count`.
        package var maximum: Int
        package var model: Model
        /// Whether the machine can run virtual machines of its own.
        package var isNested: Bool
        /// The host CPUs that each virtual CPU may run on, in order; those past the end may run on all.
        package var pinning: [HostCPUSet]
    }

    /// The machine's memory.
    package struct Memory: Hashable, Sendable {
        /// How much the machine starts with.
        package var size: ByteCount
        /// How much it can be given while it runs; at least `size`.
        package var maximum: ByteCount
    }

    /// How QEMU uses the host's page cache for a disk (https://libvirt.org/formatdomain.html#hard-drives-floppy-disks-cdroms).
    package enum DiskCache: String, Hashable, Sendable, CaseIterable {
        /// What the project takes where nobody says otherwise.
        case automatic = "default"
        case none, writethrough, writeback, directsync, unsafe
    }

    /// The disk with the machine's system.
    package struct SystemDisk: Hashable, Sendable {
        package var size: ByteCount
        package var cache: DiskCache
    }

    /// A disk beyond the system's.
    package struct DataDisk: Hashable, Sendable {
        package enum FileSystem: String, Hashable, Sendable, CaseIterable {
            case ext4, xfs
        }

        package var name: String
        package var size: ByteCount
        /// What an empty disk is formatted with; nil leaves it as it is.
        package var fileSystem: FileSystem?
        /// An absolute path in the machine; nil mounts it nowhere.
        package var mountPath: String?
        package var cache: DiskCache
        /// The volume's name, `UUID.MACHINE.NAME`.
        package var volume: String
        /// What the machine finds below `/dev/disk/by-id/virtio-…`, at most 20 characters.
        package var serial: String { "data-" + name }
    }

    /// A card in a network.
    package struct Interface: Hashable, Sendable {
        package enum Address: Hashable, Sendable {
            /// Known before the machine starts.
            case fixed(IPv4Address, prefixLength: Int)
            /// From whoever serves DHCP in the network.
            case leased
        }

        /// What the card is plugged into on the host.
        package enum Link: Hashable, Sendable {
            /// A network of libvirt's, by its name there.
            case network(String)
            /// A bridge of the host's.
            case bridge(String)
        }

        /// The network's name in the Clusterfile; nil for the cluster's own.
        package var network: String?
        package var link: Link
        package var address: Address
        package var macAddress: MACAddress
        /// In bytes; nil for the usual 1500.
        package var mtu: Int?
        /// Further names of the machine in that network's DNS.
        package var dnsNames: [String]
    }

    /// A folder of the host that the machine sees.
    package struct Share: Hashable, Sendable {
        package enum Driver: String, Hashable, Sendable, CaseIterable {
            case virtiofs
            case ninep = "9p"
        }

        /// As the Clusterfile has it.
        package var hostPath: String
        /// An absolute path in the machine.
        package var mountPath: String
        package var driver: Driver
        package var isReadOnly: Bool
        /// By which the machine names it when it mounts it, at most 31 characters.
        package var tag: String { "share-" + Fingerprint(of: mountPath).shortText }
    }
}
