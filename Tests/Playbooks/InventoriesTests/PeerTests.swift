import Foundation
import JSON
import Peers
import Testing

@testable import Inventories

/// Every inventory of `InventoryCases` means here what it means to the peer.
@Suite struct PeerTests {
    /// Variables that Ansible adds for a run, which Plays gives.
    private static let ofTheRun: Set<String> = [
        "ansible_check_mode", "ansible_config_file", "ansible_diff_mode", "ansible_forks", "ansible_inventory_sources",
        "ansible_playbook_python", "ansible_python_interpreter", "ansible_run_tags", "ansible_skip_tags",
        "ansible_verbosity", "ansible_version", "ansible_facts", "groups", "omit", "playbook_dir", "role_names",
        "ansible_local", "ansible_dependent_role_names", "ansible_limit", "ansible_collection_name",
    ]

    @Test @Peers func `Every inventory has the peer's groups, variables, and hosts for each pattern`() throws {
        let folder = NSTemporaryDirectory() + "inventories-" + UUID().uuidString
        defer { try? FileManager.default.removeItem(atPath: folder) }
        for one in InventoryCases.all { try write(one, in: folder) }
        let answers = try PeerInventories.answers(to: InventoryCases.all, in: folder)
        #expect(answers.count == InventoryCases.all.count)
        for (one, answer) in zip(InventoryCases.all, answers) {
            let here = folder + "/" + one.name
            let read = try InventorySources(
                one.sources.map { $0.contains(",") ? $0 : here + "/" + $0 }, environment: ["PATH": "/usr/bin:/bin"])
            let files = try VariableFiles(beside: here + "/play")
            compare(one, answer, read, files)
        }
    }

    private func compare(
        _ one: PeerInventories.Case, _ answer: JSON, _ read: InventorySources, _ files: VariableFiles
    ) {
        let inventory = read.inventory
        let groups = answer["groups"]?.object ?? JSONObject()
        #expect(Set(inventory.groupNames) == Set(groups.keys), "\(one)")
        for (name, hosts) in groups { #expect(inventory.groupsVariable[name] == hosts, "\(one): \(name)") }
        let hosts = answer["hosts"]?.object ?? JSONObject()
        #expect(Set(hosts.keys).subtracting(["localhost"]) == Set(inventory.hosts.map(\.name)), "\(one)")
        for (host, theirs) in hosts {
            let ours = inventory.variables(of: host, inventoryFiles: read.files, playbookFiles: files)
            for name in Set(ours.keys).union(theirs.object?.keys ?? []).subtracting(Self.ofTheRun) {
                if host == "localhost", theirs[name]?.isNull == true { continue }
                // Of a list of hosts, which is no file, Ansible says the text "None".
                if name == "inventory_dir", theirs[name] == "None" { continue }
                #expect(ours[name] == theirs[name], "\(one): \(name) of \(host)")
            }
        }
        for (pattern, chosen) in answer["patterns"]?.object ?? JSONObject() {
            #expect(JSON(HostPattern(pattern).hosts(in: inventory)) == chosen, "\(one): '\(pattern)'")
        }
    }

    private func write(_ one: PeerInventories.Case, in folder: String) throws {
        let files = FileManager.default
        let here = folder + "/" + one.name
        try files.createDirectory(atPath: here + "/play", withIntermediateDirectories: true)
        for (name, text) in one.files {
            let path = here + "/" + name
            let parent = String(path[..<(path.lastIndex(of: "/") ?? path.endIndex)])
            try files.createDirectory(atPath: parent, withIntermediateDirectories: true)
            try text.write(toFile: path, atomically: false, encoding: .utf8)
            if text.hasPrefix("#!") { try files.setAttributes([.posixPermissions: 0o755], ofItemAtPath: path) }
        }
    }
}
