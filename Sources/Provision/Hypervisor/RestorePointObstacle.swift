/// Why a domain, as it is, cannot be saved inside its qcow2 volumes, or not whole.
package enum RestorePointObstacle: Hashable, Sendable {
    /// A folder of the host's that the guest has mounted: its state is on both sides. `tag` is the guest's name for it.
    case sharedFolder(tag: String, driver: String)
    /// A device of the host's in the guest's hands, such as `pci device 0000:01:00.0`.
    case passthrough(device: String)
    /// A disk that the guest writes to and whose file keeps no earlier states.
    case unversionedDisk(target: String, format: String)
    /// A disk that the guest writes to and that its description leaves out of snapshots.
    case excludedDisk(target: String)
    /// Firmware variables in a flash device, which libvirt saves from 10.10 on only.
    case firmware
}

extension DomainSnapshot {
    /// Everything that stands against saving the domain, read from its description.
    package func restorePointObstacles(to content: RestorePointSnapshot.Content) throws -> [RestorePointObstacle] {
        guard let domain = try? XMLReader.read(xml) else {  // where reading stopped says nothing to a person
            throw HypervisorError.malformedAnswer(about: "domain '\(name)'")
        }
        let devices = domain.child("devices") ?? XMLElement("devices")
        let disks = devices.children("disk").compactMap(RestorePointObstacle.init(disk:))
        guard content == .disksAndMemory else { return disks }
        let os = domain.child("os")
        let hasFlash = os?["firmware"] == "efi" || os?.child("loader")?["type"] == "pflash"
        return disks
            + devices.children("filesystem").map { folder in
                .sharedFolder(
                    tag: folder.child("target")?["dir"] ?? "", driver: folder.child("driver")?["type"] ?? "path")
            }
            + devices.children("hostdev").map { .passthrough(device: Self.name(ofHostDevice: $0)) }
            + devices.children("interface").filter { $0["type"] == "hostdev" }.map {
                .passthrough(device: "network card " + ($0.child("mac")?["address"] ?? ""))
            }
            + (hasFlash ? [.firmware] : [])
    }

    private static func name(ofHostDevice device: XMLElement) -> String {
        let source = device.child("source")
        let address = source?.child("address")
        let parts = ["domain", "bus", "slot", "function"].map { part in
            String((address?[part] ?? "0").drop { $0 == "0" || $0 == "x" })
        }
        func padded(_ text: String, _ width: Int) -> String {
            String(repeating: "0", count: max(0, width - text.count)) + text
        }
        guard device["type"] == "pci" else { return "\(device["type"] ?? "host") device" }
        return
            "pci device \(padded(parts[0], 4)):\(padded(parts[1], 2)):\(padded(parts[2], 2)).\(padded(parts[3], 1))"
    }
}

extension RestorePointObstacle {
    /// What stands against a disk, or nil: what the guest cannot write to needs no saving.
    fileprivate init?(disk: XMLElement) {
        let kind = disk["device"] ?? "disk"
        guard kind == "disk" || kind == "lun", disk.child("readonly") == nil else { return nil }
        let target = disk.child("target")?["dev"] ?? "?"
        let format = disk.child("driver")?["type"] ?? "raw"
        if disk["snapshot"] == "no" {
            self = .excludedDisk(target: target)
        } else if format != "qcow2" {
            self = .unversionedDisk(target: target, format: format)
        } else {
            return nil
        }
    }
}
