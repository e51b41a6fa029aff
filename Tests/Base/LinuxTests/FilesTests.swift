import Glibc
import Testing

@testable import Linux

@Suite struct FilesTests {
    @Test func `an atomic file has its mode and leaves nothing beside it`() throws {
        try withTemporaryFolder { folder in
            let path = folder + "/secret"
            try AtomicFile.write("one".utf8, to: path, mode: 0o600)
            try AtomicFile.write("two".utf8, to: path, mode: 0o640)
            #expect(try FileSystem.readText(path) == "two")
            #expect(try FileSystem.information(path)?.st_mode == S_IFREG | 0o640)
            #expect(try FileSystem.names(in: folder) == ["secret"])
        }
    }

    @Test func `an atomic file that cannot be written leaves the former one`() throws {
        try withTemporaryFolder { folder in
            try FileSystem.makeFolder(folder + "/taken/inside")
            #expect(throws: LinuxError.self) { try AtomicFile.write("x".utf8, to: folder + "/taken") }
            #expect(try FileSystem.names(in: folder) == ["taken"])
        }
    }

    @Test func `removing a folder removes links and not what they point to`() throws {
        try withTemporaryFolder { folder in
            try AtomicFile.write("kept".utf8, to: folder + "/outside")
            try FileSystem.makeFolder(folder + "/gone/deep")
            #expect(symlink(folder + "/outside", folder + "/gone/deep/file") == 0)
            #expect(symlink(folder, folder + "/gone/folder") == 0)
            try FileSystem.remove(folder + "/gone")
            try FileSystem.remove(folder + "/gone")
            #expect(try FileSystem.names(in: folder) == ["outside"])
        }
    }

    @Test func `a lock is held by one at a time`() throws {
        try withTemporaryFolder { folder in
            let first = try FileLock.waiting(for: folder + "/lock")
            #expect(try !isFree(folder + "/lock"))
            _ = consume first
            #expect(try isFree(folder + "/lock"))
        }
    }

    private func isFree(_ path: String) throws -> Bool {
        if try FileLock.trying(for: path) != nil { return true }
        return false
    }

    @Test(.timeLimit(.minutes(1))) func `says that a folder changed`() async throws {
        let folder = "/tmp/cf-\(UInt32.random(in: 0 ... .max))"
        try FileSystem.makeFolder(folder)
        defer { try? FileSystem.remove(folder) }
        let changes = try FileChanges(folders: [folder])
        try AtomicFile.write("x".utf8, to: folder + "/file")
        await changes.waitForOne()
        changes.stop()
    }
}

@Suite struct ConfinedFolderTests {
    private let plain = ConfinedFolder.Attributes(mode: 0o644, user: 0, group: 0, modifiedAt: 1000)

    @Test func `a link inside never leads out`() throws {
        try withTemporaryFolder { base in
            try FileSystem.makeFolder(base + "/inside")
            try FileSystem.makeFolder(base + "/outside")
            let folder = try ConfinedFolder(base + "/inside")
            try folder.makeLink("absolute", to: base + "/outside", plain)
            try folder.makeLink("relative", to: "../outside", plain)
            // Both resolve below the folder, where nothing is, and must not reach the real one.
            for link in ["absolute", "relative"] {
                do {
                    let file = try folder.makeFile(link + "/file")
                    try file.write("escaped".utf8)
                } catch {
                    continue
                }
            }
            try? folder.makeHardLink("hard", to: "../outside")
            #expect(try FileSystem.names(in: base + "/outside").isEmpty)
        }
    }

    @Test func `replaces a link by a file instead of writing through it`() throws {
        try withTemporaryFolder { base in
            try FileSystem.makeFolder(base + "/inside")
            try AtomicFile.write("kept".utf8, to: base + "/target")
            let folder = try ConfinedFolder(base + "/inside")
            try folder.makeLink("file", to: base + "/target", plain)
            let file = try folder.makeFile("file")
            try file.write("new".utf8)
            #expect(try FileSystem.readText(base + "/target") == "kept")
            #expect(try FileSystem.readText(base + "/inside/file") == "new")
        }
    }

    @Test func `sets mode with set-ID bits, and time`() throws {
        try withTemporaryFolder { base in
            let folder = try ConfinedFolder(base)
            _ = try folder.makeFile("tool")
            try folder.set(.init(mode: 0o4755, user: 0, group: 0, modifiedAt: 12345), on: "tool")
            let information = try #require(try FileSystem.information(base + "/tool"))
            #expect(information.st_mode & 0o7777 == 0o4755 && information.st_mtim.tv_sec == 12345)
        }
    }
}

func withTemporaryFolder(_ body: (String) throws -> Void) throws {
    let folder = "/tmp/cf-\(UInt32.random(in: 0 ... .max))"
    try FileSystem.makeFolder(folder)
    defer { try? FileSystem.remove(folder) }
    try body(folder)
}
