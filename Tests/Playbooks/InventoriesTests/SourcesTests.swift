import Diagnostics
import Foundation
import JSON
import Testing
import Vault

@testable import Inventories

@Suite struct SourcesTests {
    /// Writes files below a folder of the test's own, whose path messages are stripped of.
    private func read(_ files: [String: String], _ sources: [String], vault: Vault = Vault(), seconds: Int = 20) throws
        -> Result<InventorySources, Diagnoses>
    {
        let folder = NSTemporaryDirectory() + "sources-" + UUID().uuidString
        defer { try? FileManager.default.removeItem(atPath: folder) }
        for (name, text) in files {
            let path = folder + "/" + name
            let parent = String(path[..<(path.lastIndex(of: "/") ?? path.endIndex)])
            try FileManager.default.createDirectory(atPath: parent, withIntermediateDirectories: true)
            try text.write(toFile: path, atomically: false, encoding: .utf8)
            let mode = name.hasSuffix(".sh") ? 0o755 : 0o644
            try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
        }
        do throws(Diagnoses) {
            return .success(
                try InventorySources(
                    sources.map { folder + "/" + $0 }, vault: vault, environment: ["PATH": "/usr/bin:/bin"],
                    programSeconds: seconds))
        } catch {
            return .failure(
                Diagnoses(
                    error.all.map { one in
                        var one = one
                        one.what = one.what.replacing(folder + "/", with: "")
                        one.why = one.why?.replacing(folder + "/", with: "")
                        one.fix = one.fix?.replacing(folder + "/", with: "")
                        one.location?.file.replace(folder + "/", with: "")
                        return one
                    }))
        }
    }

    @Test(arguments: [
        ("h", "#!/bin/sh\necho {}\n", "h:1:1: h begins with '#!' but may not be executed\n  fix: chmod +x h"),
        (
            "h.sh", "#!/bin/sh\necho no token >&2\nexit 4\n",
            "h.sh:1:1: the inventory program 'h.sh --list' failed with status 4: no token"
        ),
        (
            "h.sh", "#!/bin/sh\necho sleepy >&2\nsleep 60\n",
            "h.sh:1:1: the inventory program 'h.sh --list' did not end within 1 s: sleepy"
        ),
        (
            "h.sh", "#!/bin/sh\n[ $1 = --host ] && { echo $2 >&2; exit 2; }\necho '[\"a\"]'\n",
            "h.sh:1:1: the inventory program 'h.sh --list' answers no JSON object"
        ),
        (
            "h.sh", "#!/bin/sh\n[ $1 = --host ] && { echo lost $2 >&2; exit 2; }\necho '{\"g\": [\"a\"]}'\n",
            "h.sh:1:1: the inventory program 'h.sh --host a' failed with status 2: lost a"
        ),
        (
            "h.yml", "plugin: amazon.aws.aws_ec2\n",
            """
            h.yml:1:9: the inventory plugin 'amazon.aws.aws_ec2' cannot be used: inventory plugins are Python programs
              fix: write its hosts to a file with `ansible-inventory --list`, or use an executable inventory
            """
        ),
        ("h.yml", "g:\n  hosts: [a]\n", "h.yml:2:10: 'hosts' of the group 'g' is a mapping, and this is a list"),
        (
            "h.yml", "g:\n  hosts:\n    5:\n",
            "h.yml:3:5: a host's name is a string, in quotes where it looks like something else, and this is a number"
        ),
        ("h.yml", "a: {children: {b: {children: {a: }}}}\n", "h.yml:1:16: the group 'b' is within itself"),
        (
            "h", "[a:children]\nb\n[c:vars]\nx=1\n",
            """
            h:2:1: there is no group 'b'
              fix: add a section [b], which may be empty, or mend the name
            h:3:1: there is no group 'c'
              fix: add a section [c], which may be empty, or mend the name
            """
        ),
        ("h", "a[1:b]\n", "h:1:1: 'a[1:b]' is not a range of hosts\n  fix: write it as node[1:3] or node[01:12]"),
        ("h", "a b\\\n", "h:1:1: nothing follows the last backslash"),
    ])
    func `What cannot be read is told with its place`(name: String, text: String, message: String) throws {
        guard case .failure(let problems) = try read([name: text], [name], seconds: 1) else {
            Issue.record("'\(name)' was read")
            return
        }
        #expect(problems.description == message)
    }

    @Test func `All sources' mistakes are told at once, and those of files beside them`() throws {
        let files = ["a": "[x:y]\n", "b": "h\n", "group_vars/all.yml": "- 1\n", "host_vars/h": "a: [\n"]
        guard case .failure(let problems) = try read(files, ["a", "b", "c"]) else {
            Issue.record("it was read")
            return
        }
        #expect(
            Set(problems.all.map { $0.location.map { "\($0.file):\($0.line)" } ?? $0.what })
                == ["there is no inventory 'c'", "a:1", "group_vars/all.yml:1", "host_vars/h:2"])
    }

    @Test func `Encrypted variables beside an inventory are decrypted`() throws {
        let vault = Vault([.init(Array("pw".utf8))])
        let files = [
            "h": "[g]\na\n", "group_vars/g.yml": try vault.encrypt(Array("whole: one\n".utf8)),
            "host_vars/a.yml": "part: !vault |\n  "
                + (try vault.encrypt(Array("two words".utf8))).split(separator: "\n").joined(separator: "\n  "),
        ]
        let read = try self.read(files, ["h"], vault: vault).get()
        let variables = read.inventory.variables(of: "a", inventoryFiles: read.files)
        #expect(variables["whole"] == "one" && variables["part"] == "two words")
        #expect(vault.secrets.all == ["one", "two words"])
    }

    @Test func `A limit may name a file of hosts`() throws {
        let path = NSTemporaryDirectory() + "limit-" + UUID().uuidString
        defer { try? FileManager.default.removeItem(atPath: path) }
        try "b\n\n c \n".write(toFile: path, atomically: false, encoding: .utf8)
        let inventory = Inventory(hosts: ["a", "b", "c", "d"].map { .init($0) }, groups: [])
        #expect(try HostPattern(limit: "@\(path),a").hosts(in: inventory) == ["b", "c", "a"])
        #expect(throws: Diagnoses.self) { try HostPattern(limit: "@/no/such/file") }
    }

    @Test(arguments: [
        (HostOrder.inventory, ["b", "a", "C"]), (.sorted, ["C", "a", "b"]), (.reverseSorted, ["b", "a", "C"]),
        (.reverseInventory, ["C", "a", "b"]),
    ])
    func `A play's order arranges its hosts`(order: HostOrder, hosts: [String]) {
        var generator = SystemRandomNumberGenerator()
        #expect(order.arrange(["b", "a", "C"], using: &generator) == hosts)
        #expect(Set(HostOrder.shuffle.arrange(hosts, using: &generator)) == Set(hosts))
    }

    @Test func `Names, positions and regular expressions that mean nothing are told`() {
        let inventory = Inventory(hosts: [.init("a")], groups: [.init("g", hosts: ["a"])])
        #expect(HostPattern("g[0]:g[3]:~(:x*:localhost:~a").unknownNames(in: inventory) == ["g", "~(", "x*"])
    }

    @Test func `A thousand hosts in many groups are read and asked in a moment`() throws {
        let groups = (0..<100).map { "[g\($0)]\nn[\($0 * 10):\($0 * 10 + 9)]\n[all\($0):children]\ng\($0)\n" }
        let inventory = try Inventory(parsingINI: groups.joined(), file: "h")
        let clock = ContinuousClock()
        let time = clock.measure {
            for host in inventory.hosts {
                #expect(inventory.variables(of: host.name)["group_names"]?.array?.count == 2)
            }
        }
        #expect(inventory.hosts.count == 1000 && time < .seconds(5))
    }
}
