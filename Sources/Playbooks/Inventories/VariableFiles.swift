package import Diagnostics
internal import FoundationEssentials
package import JSON
package import Vault

/// Variables in files beside inventories or a playbook: `group_vars/NAME.yml` or a folder of that name, and `host_vars`.
package struct VariableFiles: Hashable, Sendable {
    /// What lies beside one inventory or playbook.
    struct Layer: Hashable, Sendable {
        var groups: [String: JSONObject] = [:]
        var hosts: [String: JSONObject] = [:]
    }

    /// Later ones lie over earlier ones.
    private(set) var layers: [Layer] = []

    package init() {}

    /// Reads both folders, where they are there.
    package init(beside folder: String, vault: Vault = Vault()) throws(Diagnoses) {
        try self.init(beside: [folder], vault: vault)
    }

    /// The same of several folders, whose order is that of the inventories.
    package init(beside folders: [String], vault: Vault = Vault()) throws(Diagnoses) {
        var problems: [Diagnosis] = []
        for folder in folders {
            layers.append(
                Layer(
                    groups: Self.read(folder + "/group_vars", vault, &problems),
                    hosts: Self.read(folder + "/host_vars", vault, &problems)))
        }
        if !problems.isEmpty { throw Diagnoses(problems) }
    }

    /// The variables of one YAML file.
    package static func variables(_ path: String, vault: Vault = Vault()) throws(Diagnoses) -> JSONObject {
        let node = try vault.document(inFile: path)
        switch node.json {
        case .object(let variables): return variables
        case .null, .string(""): return JSONObject()
        default:
            let problem = Diagnosis("a file of variables is a mapping, and this is \(node.kind)", at: node.location)
            throw Diagnoses([problem])
        }
    }

    /// Of the files for one name, the first of: no suffix (or a folder), `.yml`, `.yaml`, `.json`.
    private static let suffixes = ["", ".yml", ".yaml", ".json"]

    private static func read(_ folder: String, _ vault: Vault, _ problems: inout [Diagnosis]) -> [String: JSONObject] {
        var chosen: [String: Int] = [:]
        for entry in InventoryFolder.entries(folder) where !InventoryFolder.isIgnored(entry) {
            let rank = suffixes.dropFirst().firstIndex { entry.hasSuffix($0) } ?? 0
            let name = String(entry.dropLast(suffixes[rank].count))
            chosen[name] = min(chosen[name] ?? rank, rank)
        }
        var all: [String: JSONObject] = [:]
        for (name, rank) in chosen {
            let path = folder + "/" + name + suffixes[rank]
            do throws(Diagnoses) {
                all[name] = try InventoryFolder.isFolder(path) ? merged(path, vault) : variables(path, vault: vault)
            } catch {
                problems += error.all
            }
        }
        return all
    }

    /// All files of a folder, in the order of their names.
    private static func merged(_ folder: String, _ vault: Vault) throws(Diagnoses) -> JSONObject {
        var all = JSONObject()
        for entry in InventoryFolder.entries(folder) where !entry.hasPrefix(".") && !entry.hasSuffix("~") {
            let path = folder + "/" + entry
            let suffix = entry.lastIndex(of: ".").map { String(entry[$0...]) } ?? ""
            guard suffixes.contains(suffix) else { continue }
            let isFolder = InventoryFolder.isFolder(path)
            if isFolder, !suffix.isEmpty { continue }
            for (key, value) in try isFolder ? merged(path, vault) : variables(path, vault: vault) { all[key] = value }
        }
        return all
    }
}
