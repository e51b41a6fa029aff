internal import Glibc
internal import JSON

/// Logical volumes; their programs are asked only where a disk is one of theirs.
enum VolumeFacts {
    static func collect() -> JSONObject {
        guard getuid() == 0, FactFile.hasProgram("vgs") else { return ["lvm": "N/A"] }
        guard isUsed else { return ["lvm": ["lvs": [:], "vgs": [:], "pvs": [:]]] }
        var (groups, volumes, disks) = (JSONObject(), JSONObject(), JSONObject())
        for row in rows("vgs") where row.count >= 4 {
            groups[row[0]] = [
                "size_g": .string(row[row.count - 2]), "free_g": .string(row[row.count - 1]),
                "num_lvs": .string(row[2]),
                "num_pvs": .string(row[1]),
            ]
        }
        for row in rows("lvs") where row.count >= 4 {
            volumes[row[0]] = ["size_g": .string(row[3]), "vg": .string(row[1])]
        }
        for row in rows("pvs") where row.count >= 6 {
            disks[mapped(row[0])] = ["size_g": .string(row[4]), "free_g": .string(row[5]), "vg": .string(row[1])]
        }
        return ["lvm": ["lvs": .object(volumes), "vgs": .object(groups), "pvs": .object(disks)]]
    }

    private static var isUsed: Bool {
        FactFile.names("/sys/block").contains { FactFile.text("/sys/block/\($0)/dm/uuid")?.hasPrefix("LVM-") == true }
            || !FactFile.names("/run/lvm/pvs_online").isEmpty || !FactFile.names("/etc/lvm/backup").isEmpty
            || FactFile.names("/run/udev/data").contains {
                $0.hasPrefix("b") && FactFile.text("/run/udev/data/\($0)")?.contains("LVM2_member") == true
            }
    }

    private static func rows(_ program: String) -> [[String]] {
        let arguments = [program, "--noheadings", "--nosuffix", "--units", "g", "--separator", ","]
        // A program that fails has nothing to list.
        guard let result = try? Spawn(arguments: arguments, environment: ["LC_ALL": "C"]).run(), result.status == 0
        else {
            return []
        }
        return result.outputText.split(separator: "\n").map { line in
            FactFile.trimmed(line).split(separator: ",", omittingEmptySubsequences: false).map(String.init)
        }
    }

    private static func mapped(_ device: String) -> String {
        guard device.hasPrefix("/dev/dm-"), let name = FactFile.text("/sys/block/\(device.dropFirst(5))/dm/name") else {
            return device
        }
        return "/dev/mapper/" + name
    }
}
