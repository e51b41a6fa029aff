import Foundation
import JSON
import Testing

/// What needs the program and no machine: help, completion, inventories.
@Suite struct CommandLineTests {
    private static let clusterfile = """
        cluster: commandline
        network: {address: 192.168.169.0/24}
        defaults: {image: debian-12, memory: 512MiB}
        vars: {greeting: "it's #1", threshold: 3, list: [a, 1]}
        machines:
          - {name: master, address: 192.168.169.11, role: master, groups: [front]}
          - {name: node-one, address: 192.168.169.21, role: node, vars: {rack: "07", active: true}}
          - {name: lonely, address: 192.168.169.31}

        """

    @Test func `the help of every command shows an example`() async throws {
        let cluster = try TestCluster(name: "commandline", clusterfile: Self.clusterfile)
        let help = try JSON(parsing: try await cluster.output("--experimental-dump-help"))
        var without: [String] = []
        func look(_ command: JSON, _ path: String) {
            let name = (path + " " + (command["commandName"]?.string ?? "")).trimmingCharacters(in: .whitespaces)
            let subcommands = command["subcommands"]?.array ?? []
            for inner in subcommands where inner["commandName"]?.string != "help" { look(inner, name) }
            if !name.hasSuffix("help"), name != "clusterfile",
                command["discussion"]?.string?.contains("Example: ") != true
            {
                without.append(name)
            }
        }
        look(try #require(help["command"]), "")
        #expect(without == [])
        try FileManager.default.removeItem(at: cluster.folder)
    }

    @Test func `hooks run around up and down, and one that fails before them ends them`() async throws {
        let hooks = """
            hooks:
              before_up: ["echo $CLUSTERFILE_CLUSTER; exit 4"]
              before_down: clusterfile --version
              after_down: "echo ${CLUSTERFILE_FILE##*/} >&2; exit 5"

            """
        let cluster = try TestCluster(name: "commandline", clusterfile: Self.clusterfile + hooks)
        let up = try await cluster.clusterfile("up", "--yes")
        #expect(up.status == 1, "\(up.transcript)")
        #expect(up.errors.contains("before_up | commandline\n"), "\(up.transcript)")
        #expect(up.errors.contains("Clusterfile:10:15: the hook before_up failed: "), "\(up.transcript)")
        #expect(up.errors.contains("it ended with status 4\n"), "\(up.transcript)")
        #expect(try await !TestCluster.virsh("net-list", "--all", "--name").contains("commandline"))
        let down = try await cluster.clusterfile("down", "--yes")
        #expect(down.status == 1, "\(down.transcript)")
        let said = try ["before_down | 0.", "is not there", "after_down failed"].map { words in
            try #require(down.errors.range(of: words), "\(down.transcript)").lowerBound
        }
        #expect(said == said.sorted() && down.errors.contains("after_down | Clusterfile\n"), "\(down.transcript)")
        let named = try await cluster.clusterfile("down", "--yes", "-c", "commandline")
        #expect(named.status == 0 && named.errors.contains("are not run"), "\(named.transcript)")
        try FileManager.default.removeItem(at: cluster.folder)
    }

    @Test func `a command that is not there is told with the nearest`() async throws {
        let cluster = try TestCluster(name: "commandline", clusterfile: Self.clusterfile)
        let wrong = try await cluster.clusterfile("statsu", "-o", "json")
        #expect(wrong.status == 64, "\(wrong.transcript)")
        #expect(wrong.errors == "there is no command 'statsu'\n  fix: did you mean 'status'?\n")
        for command in [["provision"], ["ssh-config"], ["hosts"]] {
            let result = try await Command.run(
                ["clusterfile"] + command, environment: cluster.environment, folder: cluster.folder)
            #expect(result.status == 1 && result.errors.contains("is not up"), "\(result.transcript)")
        }
        try FileManager.default.removeItem(at: cluster.folder)
    }

    @Test func `Ansible reads the same from all forms of the inventory`() async throws {
        let cluster = try TestCluster(name: "commandline", clusterfile: Self.clusterfile)
        let script = cluster.folder.appendingPathComponent("dynamic")
        try "#!/bin/sh\nexec clusterfile inventory \"$@\"\n".write(to: script, atomically: true, encoding: .utf8)
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: script.path)
        for (name, form) in [("i.ini", "table"), ("i.yaml", "yaml"), ("i.json", "json")] {
            try await cluster.output("inventory", "-o", form)
                .write(to: cluster.folder.appendingPathComponent(name), atomically: true, encoding: .utf8)
        }
        var read: [JSON] = []
        for file in ["i.ini", "i.yaml", "i.json", "dynamic"] {
            let text = try await Command.output(
                ["ansible-inventory", "-i", cluster.folder.appendingPathComponent(file).path, "--list"],
                environment: cluster.environment.merging(["ANSIBLE_HOME": cluster.folder.path]) { $1 },
                folder: cluster.folder)
            read.append(try JSON(parsing: text))
        }
        let first = try #require(read.first)
        #expect(first[path: "_meta", "hostvars", "node-one", "rack"]?.string == "07")
        #expect(first[path: "_meta", "hostvars", "lonely", "greeting"]?.string == "it's #1")
        #expect(first[path: "_meta", "hostvars", "lonely", "list"] == ["a", 1])
        #expect(first[path: "front", "hosts"] == ["master"])
        #expect(first[path: "ungrouped", "hosts"] == ["lonely"])
        for other in read.dropFirst() { #expect(Self.sorted(other) == Self.sorted(first)) }
        let one = try JSON(parsing: try await cluster.output("inventory", "--host", "node-one"))
        #expect(one["ansible_host"]?.string == "192.168.169.21")
        #expect(try await cluster.output("inventory", "-o", "name") == "master\nnode-one\nlonely\n")
        try FileManager.default.removeItem(at: cluster.folder)
    }

    @Test func `shells complete commands and the cluster's machines`() async throws {
        let cluster = try TestCluster(name: "commandline", clusterfile: Self.clusterfile)
        for shell in ["bash", "zsh", "fish"] {
            let script = cluster.folder.appendingPathComponent("completion.\(shell)")
            try await cluster.output("completion", shell).write(to: script, atomically: true, encoding: .utf8)
            try await Command.output([shell, "-n", script.path])
        }
        #expect(try await completed(cluster, "ssh", "") == ["lonely", "master", "node-one"])
        #expect(try await completed(cluster, "halt", "no") == ["node-one"])
        #expect(try await completed(cluster, "rest") == ["restart"])
        #expect(try await completed(cluster, "cp", "m") == ["master:"])
        #expect(try await completed(cluster, "cp", "Clus") == ["Clusterfile"])
        #expect(try await completed(cluster, "exec", "-g", "fr") == ["front"])
        try FileManager.default.removeItem(at: cluster.folder)
    }

    /// What bash offers for the last of these words.
    private func completed(_ cluster: TestCluster, _ words: String...) async throws -> [String] {
        let quoted = (["clusterfile"] + words).map { "'\($0)'" }.joined(separator: " ")
        let line = (["clusterfile"] + words).joined(separator: " ")
        let script = """
            . completion.bash
            COMP_WORDS=(\(quoted)) COMP_CWORD=\(words.count) COMP_LINE='\(line)' COMP_POINT=\(line.count) COMP_TYPE=9
            "$(complete -p clusterfile | sed 's/.*-F \\([^ ]*\\).*/\\1/')" clusterfile '\(words.last ?? "")' '\(words.dropLast().last ?? "")'
            printf '%s\\n' "${COMPREPLY[@]}"
            """
        let text = try await Command.output(
            ["bash", "--norc", "-c", script], environment: cluster.environment, folder: cluster.folder)
        return text.split(separator: "\n").map { $0.trimmingCharacters(in: .whitespaces) }.filter { !$0.isEmpty }
    }

    /// Lists of names in one order: Ansible keeps that in which it read them.
    private static func sorted(_ json: JSON) -> JSON {
        switch json {
        case .object(let members):
            .object(JSONObject(members.members.sorted { $0.key < $1.key }.map { ($0.key, sorted($0.value)) }))
        case .array(let elements) where elements.allSatisfy({ $0.string != nil }):
            JSON(elements.compactMap(\.string).sorted())
        default: json
        }
    }
}
