import Foundation
import Glibc
import JSON
import Testing

@testable import Bundles
@testable import TaskModules

/// Modules that gather files, keys, jobs and entries.
@Suite final class GatherModuleTests: ModuleFolder {
    private func makeTree() throws {
        for folder in ["tree/sub", "tree/.hidden"] {
            try FileManager.default.createDirectory(atPath: path(folder), withIntermediateDirectories: true)
        }
        try write("one\nmatch me\n", "tree/a.log")
        try write(String(repeating: "x", count: 5000), "tree/sub/b.log")
        try write("z", "tree/sub/c.txt")
        try write("h", "tree/.hidden/d.log")
        symlink(path("tree/a.log"), path("tree/link"))
        var old = [
            timeval(tv_sec: time(nil) - 3 * 86400, tv_usec: 0), timeval(tv_sec: time(nil) - 3 * 86400, tv_usec: 0),
        ]
        utimes(path("tree/sub/c.txt"), &old)
    }

    @Test(
        arguments: [
            (["recurse": true], [".hidden/d.log", "a.log", "sub/b.log", "sub/c.txt"]), ([:], ["a.log"]),
            (["recurse": true, "patterns": "*.log"], [".hidden/d.log", "a.log", "sub/b.log"]),
            (["recurse": true, "patterns": ["^b", "c\\.tx"], "use_regex": true], ["sub/b.log", "sub/c.txt"]),
            (["recurse": true, "excludes": "*.log"], ["sub/c.txt"]), (["file_type": "directory"], ["sub"]),
            (["file_type": "directory", "hidden": true], [".hidden", "sub"]),
            (["file_type": "link"], ["link"]), (["file_type": "any"], ["a.log", "link", "sub"]),
            (["recurse": true, "size": "1k"], ["sub/b.log"]),
            (["recurse": true, "size": "-1k"], [".hidden/d.log", "a.log", "sub/c.txt"]),
            (["recurse": true, "age": "2d"], ["sub/c.txt"]),
            (["recurse": true, "age": "-2d"], [".hidden/d.log", "a.log", "sub/b.log"]),
            (["recurse": true, "contains": "match.*"], ["a.log"]), (["recurse": true, "contains": "me"], []),
            (["recurse": true, "depth": 1], ["a.log"]),
        ] as [(JSONObject, [String])])
    func `Files are found by name, age, size, content and kind`(arguments: JSONObject, names: [String]) throws {
        try makeTree()
        let result = try run("find", arguments.merging(["paths": .string(path("tree"))])).result
        let found = (result["files"]?.array ?? []).compactMap { $0["path"]?.string?.dropFirst(path("tree/").count) }
        #expect(found.map(String.init).sorted() == names)
        #expect(result["matched"] == JSON(names.count))
    }

    @Test func `A folder that is not there is told, not fatal`() throws {
        let result = try run("find", ["paths": ["/no/such"]]).result
        #expect(result["matched"] == 0)
        #expect(result["skipped_paths"]?["/no/such"] != nil)
        #expect(result["msg"] == "Not all paths examined, check warnings for details")
    }

    @Test func `Fragments are put together in order, with newlines and delimiters between`() throws {
        try FileManager.default.createDirectory(atPath: path("parts"), withIntermediateDirectories: true)
        try write("two\n", "parts/2")
        try write("one", "parts/1")
        try write("no\n", "parts/x.bak")
        let arguments: JSONObject = [
            "src": .string(path("parts")), "dest": .string(path("all")), "regexp": "^[0-9]$", "delimiter": "\\x23--\\n",
        ]
        try converges("assemble", arguments)
        #expect(text("all") == "one\n#--\ntwo\n")
        #expect(try check("assemble", arguments).result["skipped"] == true)
    }

    @Test(arguments: ["", "f", "fo", "foo", "foob", "fooba", "foobar"])
    func `Content comes in base 64 and back`(text: String) throws {
        try write(text, "file")
        let result = try run("slurp", ["src": .string(path("file"))]).result
        #expect(result["content"] == .string(Data(text.utf8).base64EncodedString()))
        #expect(Base64.decode(result["content"]?.string ?? "") == Array(text.utf8))
        #expect(throws: TaskFailure.self) { try run("slurp", ["src": "/no/such"]) }
    }

    @Test func `A temporary file and folder are new and private`() throws {
        let arguments: JSONObject = ["path": .string(root), "suffix": ".txt", "prefix": "t."]
        let file = try #require(try run("tempfile", arguments).result["path"]?.string)
        #expect(file.hasPrefix(root + "/t.") && file.hasSuffix(".txt"))
        #expect(try SystemCalls.status(file)?.permissions == 0o600)
        let folder = try run("tempfile", arguments.merging(["state": "directory"])).result
        #expect(folder["mode"] == "0700")
        #expect(folder["path"]?.string != file)
    }

    private var user: String { Accounts.userName(geteuid()) }

    @Test func `Keys are added, changed, made exclusive and removed`() throws {
        func arguments(_ key: String, _ more: JSONObject = [:]) -> JSONObject {
            more.merging(["user": .string(user), "key": .string(key), "path": .string(path(".ssh/keys"))])
        }
        try converges("authorized_key", arguments("ssh-ed25519 AAAA me@here"))
        #expect(mode(".ssh") == 0o700)
        #expect(mode(".ssh/keys") == 0o600)
        try converges("authorized_key", arguments("ssh-rsa BBBB", ["key_options": "no-pty,command=\"a, b\""]))
        #expect(
            text(".ssh/keys") == "ssh-ed25519 AAAA me@here\nno-pty,command=\"a, b\" ssh-rsa BBBB \n")
        try converges("authorized_key", arguments("ssh-ed25519 AAAA me@here", ["comment": "new"]))
        #expect(text(".ssh/keys")?.hasSuffix("ssh-ed25519 AAAA new\n") == true)
        try write("# mine\n" + (text(".ssh/keys") ?? ""), ".ssh/keys")
        try converges("authorized_key", arguments("ssh-rsa BBBB", ["state": "absent"]))
        #expect(text(".ssh/keys") == "# mine\nssh-ed25519 AAAA new\n")
        try converges("authorized_key", arguments("ssh-rsa C c\nssh-rsa D d", ["exclusive": true]))
        #expect(text(".ssh/keys") == "ssh-rsa C c\nssh-rsa D d\n")
        #expect(throws: TaskFailure.self) { try run("authorized_key", arguments("no key")) }
    }

    @Test func `A host's key is added, replaced by type, hashed and removed`() throws {
        func arguments(_ more: JSONObject) -> JSONObject {
            more.merging(["path": .string(path("known")), "name": "Host.example"])
        }
        try converges("known_hosts", arguments(["key": "host.example ssh-rsa AAAA"]))
        try converges("known_hosts", arguments(["key": "host.example ssh-ed25519 BBBB"]))
        try converges("known_hosts", arguments(["key": "host.example ssh-rsa CCCC"]))
        #expect(text("known") == "host.example ssh-ed25519 BBBB\nhost.example ssh-rsa CCCC\n")
        try converges("known_hosts", arguments(["state": "absent"]))
        #expect(text("known") == "")
        try converges("known_hosts", arguments(["key": "host.example ssh-rsa AAAA", "hash_host": true]))
        #expect(text("known")?.hasPrefix("|1|") == true)
        #expect(throws: TaskFailure.self) { try run("known_hosts", arguments(["key": "other ssh-rsa AAAA"])) }
        try converges("known_hosts", arguments(["state": "absent"]))
    }

    @Test func `ssh-keygen finds the hashed host`() throws {
        try run(
            "known_hosts",
            ["path": .string(path("known")), "name": "h", "key": "h ssh-rsa AAAAB3NzaC1yc2E=", "hash_host": true])
        let found = try Spawn(arguments: ["ssh-keygen", "-F", "h", "-f", path("known")]).run()
        #expect(found.outputText.contains("found: line 1"))
    }

    @Test func `Entries of a database become facts`() throws {
        let facts = try run("getent", ["database": "passwd", "key": "root"]).result["ansible_facts"]
        #expect(facts?["getent_passwd"]?["root"]?[1] == "0")
        #expect(throws: TaskFailure.self) { try run("getent", ["database": "passwd", "key": "no-such-user"]) }
        let missing: JSONObject = ["database": "passwd", "key": "no-such-user", "fail_key": false]
        #expect(try run("getent", missing).result["ansible_facts"]?["getent_passwd"]?["no-such-user"] == .null)
    }

    @Test func `Jobs and variables come under their names into a file of cron's`() throws {
        let file: JSONObject = ["cron_file": .string(path("table")), "user": "root"]
        try converges("cron", file.merging(["name": "check", "minute": "5", "hour": "1,2", "job": "ls > /dev/null"]))
        try converges(
            "cron", file.merging(["name": "boot", "special_time": "reboot", "job": "true", "disabled": true]))
        try converges("cron", file.merging(["name": "PATH", "env": true, "job": "/bin"]))
        try converges("cron", file.merging(["name": "MAIL", "env": true, "job": "me", "insertafter": "PATH"]))
        #expect(
            text("table") == """
                PATH="/bin"
                MAIL="me"
                #Ansible: check
                5 1,2 * * * root ls > /dev/null
                #Ansible: boot
                #@reboot root true

                """)
        let changed = try run("cron", file.merging(["name": "check", "job": "true"])).result
        #expect(changed["jobs"] == ["check", "boot"])
        #expect(changed["envs"] == ["PATH", "MAIL"])
        try converges("cron", file.merging(["name": "check", "state": "absent"]))
        try converges("cron", file.merging(["name": "MAIL", "env": true, "state": "absent"]))
        #expect(throws: TaskFailure.self) { try run("cron", file.merging(["name": "x"])) }
    }

    @Test func `A file of cron's goes with its last job`() throws {
        let file: JSONObject = ["cron_file": .string(path("table")), "user": "root", "name": "only"]
        try run("cron", file.merging(["job": "true"]))
        try converges("cron", file.merging(["state": "absent"]))
        #expect(text("table") == nil)
    }
}
