package import Clusterfiles

/// What a domain is made of, as far as a plan compares it: what a spec wants, and what libvirt has.
package struct MachineHardware: Hashable, Sendable {
    /// A disk that the machine may write to.
    package struct Disk: Hashable, Sendable {
        /// The volume's name.
        package var volume: String
        package var cache: MachineSpec.DiskCache

        package init(volume: String, cache: MachineSpec.DiskCache) {
            self.volume = volume
            // Where nobody says otherwise, a guest's flush costs nothing.
            self.cache = cache == .automatic ? .unsafe : cache
        }
    }

    /// A card in a network.
    package struct Card: Hashable, Sendable {
        /// In lower case, with colons.
        package var macAddress: String
        package var link: MachineSpec.Interface.Link
        /// In bytes; nil for the network's own.
        package var mtu: Int?

        package init(macAddress: String, link: MachineSpec.Interface.Link, mtu: Int?) {
            self.macAddress = macAddress.lowercased()
            self.link = link
            self.mtu = mtu
        }
    }

    /// A folder of the host's.
    package struct Share: Hashable, Sendable {
        package var tag: String
        package var hostPath: String
        package var driver: MachineSpec.Share.Driver

        package init(tag: String, hostPath: String, driver: MachineSpec.Share.Driver) {
            self.tag = tag
            self.hostPath = hostPath
            self.driver = driver
        }
    }

    package var processors: Int
    package var maximumProcessors: Int
    /// A model of QEMU's; nil for the most able one that there is.
    package var processorModel: String?
    package var isNested: Bool
    /// The host's processors that a virtual one may run on, by its number from 0; one that is not here may run on all.
    package var pinning: [Int: Set<Int>]
    package var memory: ByteCount
    package var maximumMemory: ByteCount
    /// Whether memory can be given and taken while it runs.
    package var hasBalloon: Bool
    package var disks: Set<Disk>
    package var cards: Set<Card>
    package var shares: Set<Share>
    package var passthrough: Set<PCIAddress>

    package init(
        processors: Int, maximumProcessors: Int, processorModel: String? = nil, isNested: Bool = false,
        pinning: [Int: Set<Int>] = [:], memory: ByteCount, maximumMemory: ByteCount, hasBalloon: Bool? = nil,
        disks: Set<Disk> = [], cards: Set<Card> = [], shares: Set<Share> = [], passthrough: Set<PCIAddress> = []
    ) {
        self.processors = processors
        self.maximumProcessors = maximumProcessors
        self.processorModel = processorModel
        self.isNested = isNested
        self.pinning = pinning
        self.memory = memory
        self.maximumMemory = maximumMemory
        self.hasBalloon = hasBalloon ?? (maximumMemory > memory)
        self.disks = disks
        self.cards = cards
        self.shares = shares
        self.passthrough = passthrough
    }
}

extension MachineHardware {
    /// What a machine is wanted to be made of; paths of the Clusterfile are relative to its folder.
    package init(of machine: MachineSpec, folder: String) {
        var model: String?
        if case .named(let name) = machine.processor.model { model = name }
        self.init(
            processors: machine.processor.count, maximumProcessors: machine.processor.maximum, processorModel: model,
            isNested: machine.processor.isNested,
            pinning: Dictionary(
                uniqueKeysWithValues: machine.processor.pinning.prefix(machine.processor.maximum).enumerated().map {
                    ($0, Set($1.numbers))
                }),
            memory: machine.memory.size, maximumMemory: machine.memory.maximum,
            disks: Set(
                [Disk(volume: machine.diskVolume, cache: machine.systemDisk.cache)]
                    + machine.disks.map { Disk(volume: $0.volume, cache: $0.cache) }),
            cards: Set(
                machine.interfaces.map { Card(macAddress: "\($0.macAddress)", link: $0.link, mtu: $0.mtu) }),
            shares: Set(
                machine.shares.map { share in
                    let path = share.hostPath
                    return Share(
                        tag: share.tag, hostPath: path.hasPrefix("/") ? path : folder + "/" + path, driver: share.driver
                    )
                }),
            passthrough: Set(machine.passthrough))
    }
}
