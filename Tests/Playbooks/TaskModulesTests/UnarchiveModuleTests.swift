import Foundation
import Glibc
import JSON
import Testing

@testable import Bundles
@testable import TaskModules

@Suite final class UnarchiveModuleTests: ModuleFolder {
    private func pack(_ name: String, _ options: String...) throws -> JSONObject {
        try FileManager.default.createDirectory(atPath: path("in/sub"), withIntermediateDirectories: true)
        try FileManager.default.createDirectory(atPath: path("out"), withIntermediateDirectories: true)
        try write("one\n", "in/one")
        try write("two\n", "in/sub/two")
        chmod(path("in/one"), 0o751)
        try Spawn.check(["tar", "-C", path("in")] + options + ["-cf", path(name), "one", "sub"])
        return ["src": .string(path(name)), "dest": .string(path("out")), "remote_src": true]
    }

    @Test(arguments: [("a.tar", "-v", "TarArchive"), ("a.tgz", "-z", "TgzArchive"), ("a.txz", "-J", "TarXzArchive")])
    func `An archive is unpacked once, and again after a change`(name: String, option: String, handler: String) throws {
        let arguments = try pack(name, option)
        try converges("unarchive", arguments)
        #expect(text("out/sub/two") == "two\n")
        #expect(mode("out/one") == 0o751)
        try write("changed\n", "out/one")
        let again = try run("unarchive", arguments.merging(["list_files": true]))
        #expect(again.changed)
        #expect(again.result["handler"] == .string(handler))
        #expect(again.result["files"] == ["one", "sub/", "sub/two"])
        #expect(text("out/one") == "one\n")
    }

    @Test func `Members are left out or picked, and get the task's mode`() throws {
        let arguments = try pack("a.tar")
        try converges("unarchive", arguments.merging(["exclude": ["sub"], "mode": "0600"]))
        #expect(text("out/sub/two") == nil)
        #expect(mode("out/one") == 0o600)
        try converges("unarchive", arguments.merging(["include": ["sub/two"]]))
        #expect(text("out/sub/two") == "two\n")
    }

    @Test func `An archive of another format, an empty one and a missing folder are told`() throws {
        var arguments = try pack("a.tar")
        #expect(try run("unarchive", arguments.merging(["creates": .string(path("in"))])).result["skipped"] == true)
        #expect(try check("unarchive", arguments).result["skipped"] == true)
        arguments["dest"] = .string(path("nowhere"))
        #expect(throws: TaskFailure.self) { try run("unarchive", arguments) }
        try write("no archive at all", "a.tar")
        arguments["dest"] = .string(path("out"))
        #expect(throws: TaskFailure.self) { try run("unarchive", arguments) }
        try write("", "a.tar")
        #expect(throws: TaskFailure.self) { try run("unarchive", arguments) }
    }

    @Test(.enabled(if: Spawn.finds("unzip"))) func `A zip file is unpacked once`() throws {
        var arguments = try pack("a.tar")
        arguments["src"] = .string(path("a.zip"))
        let zip = "import shutil,sys; shutil.make_archive(sys.argv[1], 'zip', sys.argv[2])"
        try Spawn.check(["python3", "-c", zip, path("a"), path("in")])
        #expect(try check("unarchive", arguments).changed)
        try converges("unarchive", arguments)
        #expect(text("out/sub/two") == "two\n")
        try write("changed\n", "out/one")
        try converges("unarchive", arguments)
        #expect(text("out/one") == "one\n")
    }
}
