/// A domain as it shall be defined: a machine that boots a kernel directly, with its disks, links and its channel to the host.
package struct DomainSpec: Hashable, Sendable {
    /// How the guest's processor is made.
    package enum Virtualization: Hashable, Sendable {
        /// The host's own, through `/dev/kvm`.
        case kvm
        /// QEMU's translator, which works everywhere.
        case emulated
    }

    /// What starts without firmware or boot loader; paths are the libvirt host's.
    package struct DirectBoot: Hashable, Sendable {
        package var kernelPath: String
        package var initrdPath: String
        package var arguments: String

        package init(kernelPath: String, initrdPath: String, arguments: String) {
            self.kernelPath = kernelPath
            self.initrdPath = initrdPath
            self.arguments = arguments
        }
    }

    /// A disk of the guest, in the order vda, vdb, …
    package struct Disk: Hashable, Sendable {
        package enum Access: Hashable, Sendable {
            case readWrite, readOnly
        }

        package var path: String
        package var format: VolumeSpec.Format
        package var access: Access
        /// What the guest finds below `/dev/disk/by-id/virtio-…`, at most 20 characters; nil for none.
        package var serial: String?

        package init(path: String, format: VolumeSpec.Format, access: Access, serial: String? = nil) {
            self.path = path
            self.format = format
            self.access = access
            self.serial = serial
        }
    }

    /// A virtio network card on one of libvirt's networks.
    package struct Interface: Hashable, Sendable {
        package var network: String
        /// Six pairs of hexadecimal digits with colons.
        package var mac: String

        package init(network: String, mac: String) {
            self.network = network
            self.mac = mac
        }
    }

    package var name: String
    package var uuid: String
    package var memoryBytes: UInt64
    package var virtualCPUs: Int
    package var virtualization: Virtualization
    package var boot: DirectBoot
    package var disks: [Disk]
    package var interfaces: [Interface]
    /// The virtio-serial port on which the guest tells its state.
    package var readyChannel: String
    /// Where libvirt writes what the guest prints on its console; a path on the libvirt host.
    package var consoleLogPath: String
    package var metadata: ClusterMetadata

    /// The port's name where the caller has no other.
    package static let defaultReadyChannel = "org.clusterfile.ready.0"

    package init(
        name: String, uuid: String, memoryBytes: UInt64, virtualCPUs: Int, virtualization: Virtualization,
        boot: DirectBoot, disks: [Disk], interfaces: [Interface], readyChannel: String = Self.defaultReadyChannel,
        consoleLogPath: String, metadata: ClusterMetadata
    ) {
        self.name = name
        self.uuid = uuid
        self.memoryBytes = memoryBytes
        self.virtualCPUs = virtualCPUs
        self.virtualization = virtualization
        self.boot = boot
        self.disks = disks
        self.interfaces = interfaces
        self.readyChannel = readyChannel
        self.consoleLogPath = consoleLogPath
        self.metadata = metadata
    }
}
