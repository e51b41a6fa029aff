extension DomainHardware {
    /// A disk or CD-ROM of the guest.
    package struct Disk: Hashable, Sendable {
        package enum Access: Hashable, Sendable {
            case readWrite, readOnly
        }

        /// What the guest takes it for: a virtio disk, or a CD-ROM on the machine's IDE controller, which is always read-only.
        package enum Device: String, Hashable, Sendable {
            case disk, cdrom
        }

        /// What the host may keep in memory of what the guest has written; the raw value is libvirt's.
        package enum Cache: String, Hashable, Sendable, CaseIterable {
            /// A guest's flush costs nothing, and a crash of the host may cost the disk.
            case unsafe
            case none, writeback, writethrough, directsync
            /// Left to QEMU.
            case unspecified = "default"
        }

        /// On the libvirt host; empty for a CD-ROM drive without a disk.
        package var path: String
        package var format: VolumeSpec.Format
        package var access: Access
        /// What the guest finds below `/dev/disk/by-id/virtio-…`, at most 20 characters; nil for none.
        package var serial: String?
        package var cache: Cache
        package var device: Device

        package init(
            path: String, format: VolumeSpec.Format, access: Access, serial: String? = nil, cache: Cache = .unsafe,
            device: Device = .disk
        ) {
            self.path = path
            self.format = format
            self.access = device == .cdrom ? .readOnly : access
            self.serial = serial
            self.cache = cache
            self.device = device
        }
    }

    /// A virtio network card.
    package struct Interface: Hashable, Sendable {
        /// What it is plugged into.
        package enum Source: Hashable, Sendable {
            /// A network of libvirt's.
            case network(String)
            /// A bridge of the host that somebody else made.
            case bridge(String)
        }

        package var source: Source
        /// Six pairs of hexadecimal digits in lower case, with colons.
        package var mac: String
        /// The largest packet in bytes, which the guest is told; nil for the network's own.
        package var mtu: Int?

        package init(_ source: Source, mac: String, mtu: Int? = nil) {
            self.source = source
            self.mac = mac.lowercased()
            self.mtu = mtu
        }
    }

    /// A folder of the libvirt host that the guest can mount by its tag.
    package struct SharedFolder: Hashable, Sendable {
        /// How it gets there; the raw value is libvirt's.
        package enum Driver: String, Hashable, Sendable {
            case virtiofs
            /// 9p, for guests whose kernel has it and has no virtiofs.
            case plan9 = "path"
        }

        package var driver: Driver
        package var path: String
        /// At most 36 characters for virtiofs, 31 for 9p.
        package var tag: String

        package init(_ driver: Driver, path: String, tag: String) {
            self.driver = driver
            self.path = path
            self.tag = tag
        }
    }

    /// A PCI device's place on the host, written `0000:01:00.0`.
    package struct PCIAddress: Hashable, Sendable, CustomStringConvertible {
        package var domain: Int
        package var bus: Int
        package var slot: Int
        package var function: Int

        package init(domain: Int = 0, bus: Int, slot: Int, function: Int = 0) {
            self.domain = domain
            self.bus = bus
            self.slot = slot
            self.function = function
        }

        /// Reads `DOMAIN:BUS:SLOT.FUNCTION`, or without the domain, in hexadecimal digits; nil for anything else.
        package init?(_ text: String) {
            let parts = text.split(separator: ":", omittingEmptySubsequences: false)
            let last = parts.last?.split(separator: ".", omittingEmptySubsequences: false) ?? []
            let digits = (parts.count == 2 ? ["0"] : []) + parts.dropLast() + last
            let numbers = digits.compactMap { Int($0, radix: 16) }
            guard digits.count == 4, numbers.count == 4,
                zip(numbers, [0xFFFF, 0xFF, 0x1F, 7]).allSatisfy({ 0...$1 ~= $0 })
            else { return nil }
            self.init(domain: numbers[0], bus: numbers[1], slot: numbers[2], function: numbers[3])
        }

        package var description: String {
            "\(Self.hexadecimal(domain, digits: 4)):\(Self.hexadecimal(bus, digits: 2))"
                + ":\(Self.hexadecimal(slot, digits: 2)).\(function)"
        }

        static func hexadecimal(_ number: Int, digits: Int) -> String {
            let text = String(number, radix: 16)
            return String(repeating: "0", count: max(0, digits - text.count)) + text
        }
    }
}
