import Foundation
import Glibc
import JSON
import Testing

@testable import Bundles
@testable import TaskModules

/// Modules that change a part of a file.
@Suite final class EditModuleTests: ModuleFolder {
    private static let block = "# BEGIN ANSIBLE MANAGED BLOCK\nx\n# END ANSIBLE MANAGED BLOCK\n"

    @Test(
        arguments: [
            ("a\nb\n", ["block": "x"], "a\nb\n" + block),
            ("a\nb", ["block": "x"], "a\nb\n" + block),
            ("a\nb\n", ["block": "x\n", "insertbefore": "BOF"], block + "a\nb\n"),
            ("a\nb\n", ["block": "x", "insertafter": "^a"], "a\n" + block + "b\n"),
            ("a\nb\na\n", ["block": "x", "insertbefore": "^a$"], "a\nb\n" + block + "a\n"),
            ("a\nb\n", ["block": "x", "insertafter": "no such"], "a\nb\n" + block),
            ("a\n" + block.replacing("x\n", with: "y\nz\n") + "b\n", ["block": "x"], "a\n" + block + "b\n"),
            ("a\n" + block + "b\n", ["state": "absent"], "a\nb\n"), ("a\n" + block + "b\n", ["block": ""], "a\nb\n"),
            (
                "a\n", ["block": "x", "marker": "<!-- {mark} it -->", "marker_begin": "Von", "marker_end": "Bis"],
                "a\n<!-- Von it -->\nx\n<!-- Bis it -->\n"
            ),
        ] as [(String, JSONObject, String)])
    func `A block comes where it belongs, once`(before: String, arguments: JSONObject, after: String) throws {
        try write(before, "file")
        try converges("blockinfile", arguments.merging(["path": .string(path("file"))]))
        #expect(text("file") == after)
    }

    @Test func `A block makes a file only where that is asked for, with its folder`() throws {
        let arguments: JSONObject = ["path": .string(path("new/file")), "block": "x", "mode": "0600"]
        #expect(throws: TaskFailure.self) { try run("blockinfile", arguments) }
        let made = try run("blockinfile", arguments.merging(["create": true]))
        #expect(made.result["msg"] == "File created")
        #expect(made.result["mode"] == "0600")
        #expect(text("new/file") == Self.block)
    }

    @Test(
        arguments: [
            ("a 1\nb 1\n", ["regexp": "1$", "replace": "2"], "a 2\nb 2\n", "2 replacements made"),
            ("x=1\n", ["regexp": "^(\\w)=(\\d)", "replace": "\\2=\\1"], "1=x\n", "1 replacements made"),
            ("a\nb\nc\n", ["regexp": "b\\n"], "a\nc\n", "1 replacements made"),
            (
                "1 [ 1 ] 1\n", ["regexp": "1", "replace": "2", "after": "\\[", "before": "\\]"], "1 [ 2 ] 1\n",
                "1 replacements made"
            ),
            ("1\nmark\n1\n", ["regexp": "1", "replace": "2", "after": "mark"], "1\nmark\n2\n", "1 replacements made"),
            ("1\nmark\n1\n", ["regexp": "1", "replace": "2", "before": "mark"], "2\nmark\n1\n", "1 replacements made"),
        ] as [(String, JSONObject, String, String)])
    func `Places are replaced`(before: String, arguments: JSONObject, after: String, message: String) throws {
        try write(before, "file")
        let all = arguments.merging(["path": .string(path("file"))])
        #expect(try run("replace", all).result["msg"] == .string(message))
        #expect(text("file") == after)
    }

    @Test func `What is not between before and after stays`() throws {
        try write("1\n", "file")
        let result = try run("replace", ["path": .string(path("file")), "regexp": "1", "replace": "2", "after": "no"])
        #expect(!result.changed)
        #expect(result.result["msg"]?.string?.hasPrefix("Pattern for before/after params did not match") == true)
        #expect(throws: TaskFailure.self) { try run("replace", ["path": .string(path("none")), "regexp": "1"]) }
    }

    @Test func `Bytes that are no UTF-8 and ends of lines of Windows stay as they are`() throws {
        let bytes: [UInt8] = Array("caf".utf8) + [0xE9] + Array("\r\nport 1\r\nend\r\n".utf8)
        try Data(bytes).write(to: URL(fileURLWithPath: path("file")))
        try run("lineinfile", ["path": .string(path("file")), "regexp": "^port", "line": "port 2 ä"])
        let found = try Data(contentsOf: URL(fileURLWithPath: path("file")))
        #expect(Array(found) == Array("caf".utf8) + [0xE9] + Array("\r\nport 2 ä\nend\r\n".utf8))
    }

    @Test func `New content that does not pass its validation leaves the file alone`() throws {
        try write("a\n", "file")
        let arguments: JSONObject = ["path": .string(path("file")), "line": "b"]
        #expect(throws: TaskFailure.self) {
            try run("lineinfile", arguments.merging(["validate": "grep -q 'no such' %s"]))
        }
        #expect(text("file") == "a\n")
        #expect(throws: TaskFailure.self) { try run("lineinfile", arguments.merging(["validate": "true"])) }
        try converges("lineinfile", arguments.merging(["validate": "grep -q b %s"]))
    }

    @Test func `A backup holds what was there, with its mode`() throws {
        try write("a\n", "file")
        chmod(path("file"), 0o640)
        for (module, member) in [("lineinfile", "backup"), ("blockinfile", "backup_file")] {
            let more: JSONObject = module == "lineinfile" ? ["line": "b"] : ["block": "c"]
            let before = text("file")
            let result = try run(module, more.merging(["path": .string(path("file")), "backup": true])).result
            let copy = try #require(result[member]?.string)
            #expect(copy.hasPrefix(path("file") + "."))
            #expect(try String(contentsOfFile: copy, encoding: .utf8) == before)
            #expect(try SystemCalls.status(copy)?.permissions == 0o640)
        }
    }

    @Test func `Extended attributes outlive the file's replacement`() throws {
        try write("a\n", "file")
        let set = Process()
        set.executableURL = URL(fileURLWithPath: "/usr/bin/python3")
        set.arguments = ["-c", "import os,sys; os.setxattr(sys.argv[1], 'user.colour', b'red')", path("file")]
        try set.run()
        set.waitUntilExit()
        // A file system without user attributes has none to lose.
        guard set.terminationStatus == 0 else { return }
        try converges("lineinfile", ["path": .string(path("file")), "line": "b"])
        #expect(try ExtendedAttributes.names(path("file")).contains("user.colour"))
    }

    @Test func `Check mode tells of the change and leaves it undone`() throws {
        try write("a\n", "file")
        for (module, more) in [
            ("lineinfile", ["line": "b"]), ("blockinfile", ["block": "b"]),
            ("replace", ["regexp": "a", "replace": "b"]),
        ] as [(String, JSONObject)] {
            #expect(try check(module, more.merging(["path": .string(path("file"))])).changed)
        }
        #expect(text("file") == "a\n")
    }

    @Test func `Arguments that exclude each other are told`() throws {
        let spec = try #require(ModuleSpec.named("lineinfile"))
        let arguments: JSONObject = ["path": "/x", "line": "x", "insertafter": "a", "insertbefore": "b"]
        #expect(spec.normalize(arguments).1 == [.exclusive("insertbefore", with: "insertafter")])
        let left: JSONObject = ["path": "/x", "line": "x", "insertafter": "{{ a }}", "insertbefore": "b"]
        #expect(spec.normalize(left) { $0.contains("{{") }.1.isEmpty)
    }

    @Test(arguments: [
        ("ansible.builtin.copy", true), ("ansible.legacy.copy", true), ("ansible.posix.copy", false),
        ("ansible.posix.authorized_key", true), ("community.general.authorized_key", false),
    ])
    func `A fully qualified name is one of the collection that has the module`(name: String, exists: Bool) {
        #expect((ModuleSpec.named(name) != nil) == exists)
    }
}
