package import Diagnostics
internal import FoundationEssentials
package import JSON
internal import YAML

/// Variables in files beside an inventory or a playbook: `group_vars/NAME.yml` or a folder of that name, and `host_vars`.
package struct VariableFiles: Hashable, Sendable {
    package private(set) var groups: [String: JSONObject] = [:]
    package private(set) var hosts: [String: JSONObject] = [:]

    package init() {}

    /// Reads both folders, where they are there.
    package init(beside folder: String) throws(Diagnoses) {
        groups = try Self.read(folder + "/group_vars")
        hosts = try Self.read(folder + "/host_vars")
    }

    private static func read(_ folder: String) throws(Diagnoses) -> [String: JSONObject] {
        var all: [String: JSONObject] = [:]
        for entry in names(in: folder) {
            let path = folder + "/" + entry
            let name =
                ["yml", "yaml", "json"].first { entry.hasSuffix("." + $0) }.map { String(entry.dropLast($0.count + 1)) }
                ?? entry
            for (key, value) in try isFolder(path) ? merged(path) : variables(path) {
                all[name, default: JSONObject()][key] = value
            }
        }
        return all
    }

    /// All files of a folder, in the order of their names.
    private static func merged(_ folder: String) throws(Diagnoses) -> JSONObject {
        var all = JSONObject()
        for entry in names(in: folder) {
            let path = folder + "/" + entry
            for (key, value) in try isFolder(path) ? merged(path) : variables(path) { all[key] = value }
        }
        return all
    }

    /// The variables of one YAML file.
    package static func variables(_ path: String) throws(Diagnoses) -> JSONObject {
        let text: String
        do {
            text = String(decoding: try Data(contentsOf: URL(filePath: path)), as: UTF8.self)
        } catch {
            throw Diagnoses([Diagnosis("\(path) cannot be read", why: "\(error)")])
        }
        let node = try YAML.document(text, file: path)
        if node.text?.isEmpty == true { return JSONObject() }
        guard case .object(let variables) = node.json else {
            throw Diagnoses([Diagnosis("a file of variables is a mapping, and this is \(node.kind)", at: node.location)]
            )
        }
        return variables
    }

    private static func names(in folder: String) -> [String] {
        // A folder that is not there holds no variables.
        ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).filter {
            !$0.hasPrefix(".") && !$0.hasSuffix("~")
        }.sorted()
    }

    private static func isFolder(_ path: String) -> Bool {
        var isDirectory = false
        return FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory) && isDirectory
    }
}

extension Inventory {
    /// A host's variables by Ansible's precedence: `all`, outer to inner groups, the host; files lie over the inventory's own,
    /// the playbook's over the inventory's.
    package func variables(
        of host: String, inventoryFiles: VariableFiles = VariableFiles(), playbookFiles: VariableFiles = VariableFiles()
    ) -> JSONObject {
        let groups = groups(of: host)
        var layers: [JSONObject?] = [variables, inventoryFiles.groups["all"], playbookFiles.groups["all"]]
        layers += groups.map(\.variables)
        layers += groups.map { inventoryFiles.groups[$0.name] } + groups.map { playbookFiles.groups[$0.name] }
        layers += [self.host(host)?.variables, inventoryFiles.hosts[host], playbookFiles.hosts[host]]
        var merged = JSONObject()
        for layer in layers { for (name, value) in layer ?? JSONObject() { merged[name] = value } }
        merged["inventory_hostname"] = .string(host)
        merged["inventory_hostname_short"] = .string(host.split(separator: ".").first.map(String.init) ?? host)
        merged["group_names"] = JSON(groups.map(\.name).sorted())
        return merged
    }
}
