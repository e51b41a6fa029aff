internal import Glibc
internal import JSON

/// Disks and their partitions.
enum DeviceFacts {
    private static let block = "/sys/block/"

    /// Names that links lead to a device under, by kind.
    private struct Links {
        var all: [(kind: String, names: [String: [String]])]

        func of(_ device: String) -> JSON {
            .object(JSONObject(all.map { ($0.kind, JSON($0.names[device] ?? [])) }))
        }
    }

    static func collect() -> JSONObject {
        let names = FactFile.names("/sys/block")
        var owners: [String: [String]] = [:]
        for name in names {
            for slave in FactFile.names(block + name + "/slaves") { owners[slave, default: []].append(name) }
        }
        let identities = self.links(in: "/dev/disk/by-id")
        let links = Links(all: [
            ("ids", identities), ("uuids", self.links(in: "/dev/disk/by-uuid")),
            ("labels", self.links(in: "/dev/disk/by-label")), ("masters", owners),
        ])
        let devices = names.map { name -> (String, JSON) in
            var device = disk(name, links)
            if let wide = identities[name]?.last(where: { $0.hasPrefix("wwn-") }) {
                device["wwn"] = .string(String(wide.dropFirst(4)))
            }
            return (name, .object(device))
        }
        return [
            "devices": .object(JSONObject(devices)),
            "device_links": .object(
                JSONObject(links.all.map { ($0.kind, .object(JSONObject($0.names.map { ($0, JSON($1)) }))) })),
        ]
    }

    /// What a folder's links lead to, with the names of those that lead there.
    static func links(in folder: String) -> [String: [String]] {
        var found: [String: [String]] = [:]
        for name in FactFile.names(folder) {
            if let target = FactFile.linkName(folder + "/" + name) { found[target, default: []].append(name) }
        }
        return found
    }

    private static func value(_ text: String?) -> JSON { text.map { .string($0) } ?? .null }

    private static func disk(_ name: String, _ links: Links) -> JSONObject {
        let folder = FactFolder(block + name)
        let (queue, device) = (FactFolder("queue", in: folder), FactFolder("device", in: folder))
        var disk: JSONObject = [
            "virtual": 1, "links": links.of(name), "host": "", "removable": value(folder.text("removable")),
            "support_discard": value(queue.text("discard_granularity")), "rotational": value(queue.text("rotational")),
            "holders": holders(folder),
        ]
        for key in ["vendor", "model", "sas_address", "sas_device_handle"] { disk[key] = value(device.text(key)) }
        if let serial = device.text("serial") { disk["serial"] = .string(serial) }
        let scheduler = queue.text("scheduler") ?? ""
        disk["scheduler_mode"] = .string(DistributionFacts.between(scheduler, "[", "]") ?? "")
        disk["sectors"] = folder.text("size").map { .string($0) } ?? 0
        disk["sectorsize"] = sectorSize(queue)
        disk["size"] = .string(size(ofSectors: disk["sectors"]))
        let partitions = folder.names().filter { isPartition($0, of: name) }.sorted()
        disk["partitions"] = .object(
            JSONObject(partitions.map { ($0, .object(partition($0, FactFolder($0, in: folder), links))) }))
        return disk
    }

    private static func partition(_ name: String, _ folder: FactFolder, _ links: Links) -> JSONObject {
        let sectors = folder.text("size").map { JSON.string($0) } ?? 0
        let uuid = links.of(name)["uuids"]?[0]
        return [
            "links": links.of(name), "start": folder.text("start").map { .string($0) } ?? 0,
            "sectors": sectors, "sectorsize": sectorSize(FactFolder("queue", in: folder)),
            "size": .string(size(ofSectors: sectors)),
            "uuid": uuid ?? .null, "holders": holders(folder),
        ]
    }

    private static func isPartition(_ entry: String, of disk: String) -> Bool {
        guard entry.hasPrefix(disk) else { return false }
        var rest = entry.dropFirst(disk.count)
        if rest.first == "p" { rest = rest.dropFirst() }
        return rest.first?.isNumber == true
    }

    private static func sectorSize(_ queue: FactFolder) -> JSON {
        (queue.text("logical_block_size") ?? queue.text("hw_sector_size")).map { .string($0) } ?? 512
    }

    private static func holders(_ folder: FactFolder) -> JSON {
        let holders = FactFolder("holders", in: folder)
        return JSON(
            holders.names().filter { $0.hasPrefix("dm-") }.sorted().map { holders.text($0 + "/dm/name") ?? $0 })
    }

    private static func size(ofSectors sectors: JSON?) -> String {
        readable((sectors?.string.flatMap { Double($0) } ?? 0) * 512)
    }

    /// A number of bytes in the largest unit that it reaches.
    static func readable(_ bytes: Double) -> String {
        let units = ["YB", "ZB", "EB", "PB", "TB", "GB", "MB", "KB"]
        var limit = 1_208_925_819_614_629_174_706_176.0
        for unit in units {
            if bytes >= limit { return twoDecimals(bytes / limit) + " " + unit }
            limit /= 1024
        }
        return twoDecimals(bytes) + " Bytes"
    }

    private static func twoDecimals(_ number: Double) -> String {
        var buffer = [CChar](repeating: 0, count: 32)
        let count = withVaList([number]) { vsnprintf(&buffer, buffer.count, "%.2f", $0) }
        return String(decoding: buffer.prefix(Int(count)).map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
