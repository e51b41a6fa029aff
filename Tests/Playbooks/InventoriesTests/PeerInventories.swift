import Foundation
import JSON
import Linux

/// Reads inventories with the peer's own classes, all in one process.
struct PeerInventories {
    /// Files of an inventory and of a playbook, what `-i` names, and patterns to choose hosts by.
    struct Case: Sendable, CustomStringConvertible {
        var name: String
        var files: [String: String]
        var sources = ["hosts"]
        var patterns: [String] = []

        var description: String { name }
    }

    private static let script = """
        import json, os, sys
        from ansible.parsing.dataloader import DataLoader
        from ansible.inventory.manager import InventoryManager
        from ansible.vars.manager import VariableManager
        answers = []
        for case in json.load(sys.stdin):
            os.chdir(case['folder'])
            loader = DataLoader()
            inventory = InventoryManager(loader=loader, sources=case['sources'])
            loader.set_basedir(case['folder'] + '/play')
            variables = VariableManager(loader=loader, inventory=inventory)
            variables.safe_basedir = True
            hosts = {name: variables.get_vars(host=host, include_hostvars=False)
                     for name, host in inventory.hosts.items()}
            hosts['localhost'] = variables.get_vars(host=inventory.get_host('localhost'), include_hostvars=False)
            chosen = {}
            for pattern in case['patterns']:
                try:
                    chosen[pattern] = [host.name for host in inventory.get_hosts(pattern)]
                except Exception as error:
                    chosen[pattern] = []
            answers.append({'hosts': hosts, 'groups': inventory.get_groups_dict(), 'patterns': chosen})
        print(json.dumps(answers, default=str))
        """

    /// What the peer makes of each case, whose files are below a folder of its name.
    static func answers(to cases: [Case], in folder: String) throws -> [JSON] {
        let input: JSON = .array(
            cases.map { one in
                [
                    "folder": .string(folder + "/" + one.name), "sources": JSON(one.sources),
                    "patterns": JSON(one.patterns),
                ]
            })
        try input.text.write(toFile: folder + "/cases.json", atomically: false, encoding: .utf8)
        let file = try Descriptor(opening: folder + "/cases.json", 0)
        let run = try CapturedProgram(
            running: ["/usr/bin/python3", "-c", script],
            environment: [
                "PATH=/usr/bin:/bin", "HOME=" + folder, "LC_ALL=C.UTF-8", "ANSIBLE_DEPRECATION_WARNINGS=False",
            ],
            within: 120, input: file.raw)
        guard run.status == WaitStatus(0) else { throw Failure(errors: run.errors) }
        return try JSON(parsing: run.output).array ?? []
    }

    struct Failure: Error {
        var errors: String
    }
}
