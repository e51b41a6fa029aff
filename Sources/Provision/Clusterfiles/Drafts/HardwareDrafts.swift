internal import Addresses
internal import Diagnostics
internal import YAML

/// What `cpus` says.
struct ProcessorDraft: Sendable {
    let count: Int
    let maximum: Located<Int>?
    let model: MachineSpec.Processor.Model
    let isNested: Bool
    let pinning: [Located<HostCPUSet>]

    init(count: Int) {
        (self.count, maximum, model, isNested, pinning) = (count, nil, .automatic, false, [])
    }

    init?(_ reader: SectionReader) {
        count = reader.value(ProcessorKeys.count)?.value ?? 1
        maximum = reader.value(ProcessorKeys.maximum)
        model =
            switch reader.value(ProcessorKeys.model)?.value {
            case nil, "default": .automatic
            case "host": .host
            case let name?: .named(name)
            }
        isNested = reader.value(ProcessorKeys.nested)?.value ?? false
        pinning = reader.list(ProcessorKeys.pinning)
    }
}

/// What `memory` says.
struct MemoryDraft: Sendable {
    let size: Located<ByteCount>
    let maximum: Located<ByteCount>?

    init(size: Located<ByteCount>) { (self.size, maximum) = (size, nil) }

    init?(_ reader: SectionReader) {
        maximum = reader.value(MemoryKeys.maximum)
        guard let size = reader.value(MemoryKeys.size) else { return nil }
        self.size = size
    }
}

/// What `disk` says.
struct SystemDiskDraft: Sendable {
    let size: Located<ByteCount>
    let cache: MachineSpec.DiskCache

    init(size: Located<ByteCount>) { (self.size, cache) = (size, .automatic) }

    init?(_ reader: SectionReader) {
        cache = reader.value(DiskKeys.cache)?.value ?? .automatic
        guard let size = reader.value(DiskKeys.size) else { return nil }
        self.size = size
    }
}

/// One of `disks`.
struct DataDiskDraft: Sendable {
    let name: Located<String>
    let size: ByteCount
    let fileSystem: MachineSpec.DataDisk.FileSystem?
    let mount: Located<String>?
    let cache: MachineSpec.DiskCache

    init?(_ reader: SectionReader) {
        let (name, size) = (reader.value(DiskKeys.name), reader.value(DiskKeys.size))
        fileSystem = reader.value(DiskKeys.fileSystem).map(\.value) ?? .ext4
        mount = reader.value(DiskKeys.mount)
        cache = reader.value(DiskKeys.cache)?.value ?? .automatic
        guard let name, let size else { return nil }
        (self.name, self.size) = (name, size.value)
    }
}

/// One of `interfaces`.
struct InterfaceDraft: Sendable {
    let network: Located<String>
    let address: Located<AddressChoice>?
    let mac: Located<MACAddress>?
    let mtu: Located<Int>?
    let dns: [Located<String>]

    init(network: Located<String>) {
        (self.network, address, mac, mtu, dns) = (network, nil, nil, nil, [])
    }

    init?(_ reader: SectionReader) {
        address = reader.value(InterfaceKeys.address)
        mac = reader.value(InterfaceKeys.mac)
        mtu = reader.value(InterfaceKeys.mtu)
        dns = reader.list(InterfaceKeys.dns)
        guard let network = reader.value(InterfaceKeys.network) else { return nil }
        self.network = network
    }
}

extension Shape {
    /// The same form, read into something else that knows its place.
    func located<Other>(_ transform: @escaping @Sendable (Located<Value>) -> Other) -> Shape<Other> {
        Shape<Other>(wants: wants, example: example, form: form, isVerbatim: isVerbatim) {
            node, context throws(Complaint) in
            transform(Located(try value(of: node, in: context), at: node.location))
        }
    }
}
