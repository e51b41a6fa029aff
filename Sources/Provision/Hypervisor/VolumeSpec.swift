/// A volume of a storage pool as it shall be created.
package struct VolumeSpec: Hashable, Sendable {
    /// How the volume's file holds the disk.
    package enum Format: String, Hashable, Sendable {
        case raw, qcow2
    }

    /// A file below an overlay, whose content the overlay shows until it is written to.
    package struct Backing: Hashable, Sendable {
        package var path: String
        package var format: Format

        package init(path: String, format: Format) {
            self.path = path
            self.format = format
        }
    }

    package var pool: String
    package var name: String
    package var capacityBytes: UInt64
    package var format: Format
    package var backing: Backing?
    /// The file's permission bits.
    package var mode: UInt16

    package init(
        pool: String, name: String, capacityBytes: UInt64, format: Format, backing: Backing? = nil, mode: UInt16 = 0o600
    ) {
        self.pool = pool
        self.name = name
        self.capacityBytes = capacityBytes
        self.format = format
        self.backing = backing
        self.mode = mode
    }
}

extension VolumeSpec {
    /// The volume in libvirt's format (https://libvirt.org/formatstorage.html); its file takes space as it is written.
    package var xml: String {
        let octal = String(mode, radix: 8)
        var volume = XMLElement(
            "volume",
            [
                XMLElement("name", text: name),
                XMLElement("capacity", ["unit": "bytes"], text: "\(capacityBytes)"),
                XMLElement("allocation", ["unit": "bytes"], text: "0"),
                XMLElement(
                    "target",
                    [
                        XMLElement("format", ["type": format.rawValue]),
                        XMLElement("permissions", [XMLElement("mode", text: "0" + octal)]),
                    ]),
            ])
        if let backing {
            volume.children.append(
                XMLElement(
                    "backingStore",
                    [
                        XMLElement("path", text: backing.path),
                        XMLElement("format", ["type": backing.format.rawValue]),
                    ]))
        }
        return volume.rendered()
    }
}
