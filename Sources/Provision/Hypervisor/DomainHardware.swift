/// What a domain is made of, as it is wanted and as libvirt shows it: the same terms for both, so that `==` compares them.
package struct DomainHardware: Hashable, Sendable {
    /// How the guest's processor is made.
    package enum Virtualization: Hashable, Sendable {
        /// The host's own, through `/dev/kvm`.
        case kvm
        /// QEMU's translator, which works everywhere.
        case emulated
    }

    package var virtualization: Virtualization
    package var processors: Processors
    package var memory: Memory
    package var boot: Boot
    /// The disks in the order of their names in the guest (vda, vdb, …), then the CD-ROMs.
    package var disks: [Disk]
    package var interfaces: [Interface]
    package var sharedFolders: [SharedFolder]
    /// The host's PCI devices that the guest has for itself.
    package var pciDevices: [PCIAddress]

    package init(
        virtualization: Virtualization, processors: Processors, memory: Memory, boot: Boot, disks: [Disk],
        interfaces: [Interface], sharedFolders: [SharedFolder] = [], pciDevices: [PCIAddress] = []
    ) {
        self.virtualization = virtualization
        self.processors = processors
        self.memory = memory
        self.boot = boot
        self.disks = disks
        self.interfaces = interfaces
        self.sharedFolders = sharedFolders
        self.pciDevices = pciDevices
    }

    /// The same with its devices in order of path, MAC, tag and address: for comparing with a machine to which devices were
    /// attached while it ran, which have the names that were free.
    package var withSortedDevices: DomainHardware {
        var sorted = self
        sorted.disks.sort { $0.path < $1.path }
        sorted.interfaces.sort { $0.mac < $1.mac }
        sorted.sharedFolders.sort { $0.tag < $1.tag }
        sorted.pciDevices.sort { "\($0)" < "\($1)" }
        return sorted
    }
}

extension DomainHardware {
    /// The virtual processors.
    package struct Processors: Hashable, Sendable {
        /// What the guest sees of a processor.
        package enum Model: Hashable, Sendable {
            /// All that the virtualization can do; with emulation, without what costs more than it gives.
            case maximum
            /// The host's processor as it is; needs KVM.
            case hostPassthrough
            /// The known model that is nearest to the host's.
            case hostModel
            /// A model of QEMU's, such as `EPYC`.
            case named(String)
        }

        /// How many the guest has.
        package var count: Int
        /// How many it can be given while it runs.
        package var maximum: Int
        package var model: Model
        /// The guest is told of the extensions by which it can run machines of its own, where the host has them.
        package var nested: Bool
        /// The host's processors that a virtual one may run on, by its number from 0; one that is not here may run on all.
        package var pinning: [Int: Set<Int>]

        package init(
            count: Int, maximum: Int? = nil, model: Model, nested: Bool = false, pinning: [Int: Set<Int>] = [:]
        ) {
            self.count = count
            self.maximum = max(count, maximum ?? count)
            self.model = model
            self.nested = nested
            self.pinning = pinning
        }
    }

    /// The guest's memory, in whole mebibytes as QEMU counts it.
    package struct Memory: Hashable, Sendable {
        package var bytes: UInt64
        /// What it can be given while it runs; where that is more, it has a balloon.
        package var maximumBytes: UInt64
        /// Whether something in the guest can give memory back, and take it again.
        package var hasBalloon: Bool

        /// Rounds up to mebibytes.
        package init(bytes: UInt64, maximumBytes: UInt64? = nil) {
            let mebibyte: UInt64 = 1 << 20
            self.bytes = (bytes + mebibyte - 1) / mebibyte * mebibyte
            self.maximumBytes = max(self.bytes, ((maximumBytes ?? 0) + mebibyte - 1) / mebibyte * mebibyte)
            hasBalloon = self.maximumBytes > self.bytes
        }
    }

    /// What starts.
    package enum Boot: Hashable, Sendable {
        case kernel(DirectBoot)
        /// The boot loader on the first disk, by the BIOS.
        case disk
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
}

extension DomainHardware.Processors.Model {
    /// What a machine gets that asks for nothing else.
    package static func standard(_ virtualization: DomainHardware.Virtualization) -> Self {
        switch virtualization {
        case .kvm: .hostPassthrough
        case .emulated: .maximum
        }
    }
}
