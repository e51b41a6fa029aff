import Foundation
import JSON
import Testing

@testable import Bundles
@testable import TaskModules

/// Modules one by one, in a folder of their own.
@Suite final class ModuleTests: ModuleFolder {
    @Test func `A directory is made with those above it, and gets its mode`() throws {
        try converges("file", ["path": .string(path("a/b/c")), "state": "directory", "mode": "0710"])
        #expect(mode("a/b/c") == 0o710)
        try converges(
            "file", ["path": .string(path("a")), "state": "directory", "mode": "u=rwx,g=,o=", "recurse": true])
        #expect(mode("a/b/c") == 0o700)
        try converges("file", ["path": .string(path("a")), "state": "absent"])
        #expect(!FileManager.default.fileExists(atPath: path("a")))
    }

    @Test func `A link is made, led elsewhere, and never replaces a file unless it is forced`() throws {
        try write("x", "one")
        try write("y", "two")
        try converges("file", ["path": .string(path("link")), "src": .string(path("one")), "state": "link"])
        try converges("file", ["path": .string(path("link")), "src": .string(path("two")), "state": "link"])
        #expect(text("link") == "y")
        #expect(throws: TaskFailure.self) {
            try run("file", ["path": .string(path("one")), "src": .string(path("two")), "state": "link"])
        }
        try converges(
            "file", ["path": .string(path("one")), "src": .string(path("two")), "state": "link", "force": true])
        #expect(throws: TaskFailure.self) {
            try run("file", ["path": .string(path("new")), "src": "/nowhere/at/all", "state": "link"])
        }
    }

    @Test func `Content is written once, keeps the file's mode, and an edit of the same length is found`() throws {
        let arguments: JSONObject = ["dest": .string(path("file")), "content": "one\n"]
        try converges("copy", arguments.merging(["mode": "0640"]))
        #expect(mode("file") == 0o640)
        try write("two\n", "file")
        try converges("copy", arguments)
        #expect(text("file") == "one\n")
        #expect(try !run("copy", arguments.merging(["content": "other", "force": false])).changed)
        #expect(
            try FileManager.default.contentsOfDirectory(atPath: root).filter { $0.contains("clusterfile-new") }.isEmpty)
    }

    @Test func `A large file's digest is remembered until its bytes, its times or its place change`() throws {
        let large = String(repeating: "x", count: 1 << 20)
        try write(large, "source")
        let arguments: JSONObject = ["src": .string(path("source")), "dest": .string(path("copy")), "remote_src": true]
        try converges("copy", arguments)
        let handle = try #require(FileHandle(forUpdatingAtPath: path("copy")))
        try handle.write(contentsOf: Data("y".utf8))
        try handle.close()
        try converges("copy", arguments)
        #expect(text("copy") == large)
    }

    @Test func `Equal content through a link changes what the link leads to`() throws {
        try write("old", "real")
        try FileManager.default.createSymbolicLink(atPath: path("alias"), withDestinationPath: path("real"))
        try converges("copy", ["dest": .string(path("alias")), "content": "new"])
        #expect(text("real") == "new")
        #expect(try FileManager.default.destinationOfSymbolicLink(atPath: path("alias")) == path("real"))
    }

    @Test(
        arguments: [
            ("a=1\nb=2\n", ["regexp": "^b=", "line": "b=3"], "a=1\nb=3\n"),
            ("a=1\nb=2", ["line": "c=3"], "a=1\nb=2\nc=3\n"),
            ("a=1\nb=2\n", ["regexp": "^c=", "line": "c=3", "insertafter": "^a="], "a=1\nc=3\nb=2\n"),
            ("a=1\nb=2\n", ["line": "c=3", "insertbefore": "BOF"], "c=3\na=1\nb=2\n"),
            ("x\nx\n", ["regexp": "x", "line": "y"], "x\ny\n"),
            ("x\nx\n", ["regexp": "x", "line": "y", "firstmatch": true], "y\nx\n"),
            ("port 22\n", ["regexp": "^port (\\d+)$", "line": "port 2\\1", "backrefs": true], "port 222\n"),
            ("a\nb\na\n", ["line": "a", "state": "absent"], "b\n"),
            ("a1\nb\na2\n", ["regexp": "^a", "state": "absent"], "b\n"),
            ("a b\n", ["search_string": "a", "line": "c"], "c\n"),
        ] as [(String, JSONObject, String)])
    func `A line comes where it belongs`(before: String, arguments: JSONObject, after: String) throws {
        try write(before, "lines")
        let all = arguments.merging(["path": .string(path("lines"))])
        #expect(try run("lineinfile", all).changed)
        #expect(text("lines") == after)
        if arguments["backrefs"] == nil, arguments["search_string"] == nil, before != "x\nx\n" {
            #expect(try !run("lineinfile", all).changed)
        }
    }

    @Test func `A command runs unless what it makes is there, and its words are the shell's`() throws {
        let made: JSONObject = ["cmd": .string("touch '\(path("made file"))'"), "creates": .string(path("made*"))]
        try converges("command", made)
        let result = try run("command", ["cmd": "printf '%s|' a 'b c' \"d \\\" e\" f\\ g"]).result
        #expect(result["stdout"] == "a|b c|d \" e|f g|")
        #expect(try run("command", ["argv": ["echo", "a  b"], "chdir": "/"]).result["stdout"] == "a  b")
        #expect(try run("command", ["cmd": "cat", "stdin": "given"]).result["stdout"] == "given")
        #expect(try run("shell", ["cmd": "pwd; exit 3", "chdir": .string(root)]).result["rc"] == 3)
        #expect(throws: TaskFailure.self) { try run("command", ["cmd": "/no/such/program"]) }
        #expect(throws: TaskFailure.self) { try run("command", ["cmd": "echo 'open"]) }
    }

    @Test func `Much input and much output do not block each other`() throws {
        let large = String(repeating: "0123456789abcde\n", count: 50_000)
        let result = try run(
            "command", ["cmd": "tee /dev/stderr", "stdin": .string(large), "stdin_add_newline": false]
        ).result
        #expect(result["stdout"]?.string?.utf8.count == large.utf8.count - 1)
        #expect(result["stderr"]?.string?.utf8.count == large.utf8.count - 1)
    }

    @Test(arguments: [
        ("0644", 0o600, 0o644), ("u+x", 0o644, 0o744), ("go-rwx", 0o755, 0o700), ("a=r", 0o700, 0o444),
        ("u=rwX,g=rX,o=", 0o600, 0o640),
        ("+x", 0o644, 0o755), ("g=u", 0o640, 0o660), ("u+s", 0o755, 0o4755),
    ])
    func `Modes are read as chmod reads them`(text: String, before: Int, after: Int) throws {
        #expect(try FileMode(.string(text))?.bits(of: before, isDirectory: false) == after)
    }

    @Test(arguments: ["9", "u=z", "rwx", "77777", "u"])
    func `What is no mode is refused`(text: String) {
        #expect(throws: TaskFailure.self) { try FileMode(.string(text)) }
    }

    @Test func `A unit's own links are made where systemctl has nothing else to do`() throws {
        func links(_ unit: String, _ install: String) -> [String]? {
            UnitFile(unit: unit, path: "/x", text: "[Service]\nAlias=no\n[Install]\n" + install).installLinks
        }
        #expect(
            links("a.service", "WantedBy=multi-user.target other.target\nAlias=b.service\n")
                == ["multi-user.target.wants/a.service", "other.target.wants/a.service", "b.service"])
        #expect(links("a.service", "WantedBy=x.target\nAlso=b.socket\n") == nil)
        #expect(links("a@b.service", "WantedBy=x.target\n") == nil)
        #expect(links("a.service", "") == nil)
    }

    @Test func `stat tells what is there`() throws {
        try write("hello", "file")
        let stat = try run("stat", ["path": .string(path("file"))]).result["stat"]
        #expect(stat?["exists"] == true)
        #expect(stat?["size"] == 5)
        #expect(stat?["checksum"] == "aaf4c61ddcc5e8a2dabede0f3b482cd9aea9434d")
        #expect(try run("stat", ["path": "/no/such"]).result["stat"] == ["exists": false])
    }

    @Test func `wait_for tells what did not come`() throws {
        #expect(throws: TaskFailure.self) { try run("wait_for", ["path": .string(path("never")), "timeout": 0]) }
        try write("all is ready now", "log")
        #expect(try !run("wait_for", ["path": .string(path("log")), "search_regex": "is ready"]).changed)
        #expect(try !run("wait_for", ["path": .string(path("never")), "state": "absent"]).changed)
    }
}
