import Diagnostics
import Foundation
import Glibc
import JSON
import Testing

@testable import TaskModules

/// `filesystem` on files that stand for devices, `mount` with real mounts of small file systems in memory.
@Suite final class StorageModuleTests: ModuleFolder {
    private func device(_ name: String, mebibytes: Int) throws -> JSON {
        try write("", name)
        #expect(truncate(path(name), off_t(mebibytes << 20)) == 0)
        return .string(path(name))
    }

    @Test func `A device is formatted once`() throws {
        try converges("filesystem", ["dev": try device("disk", mebibytes: 16), "fstype": "ext4"])
    }

    @Test func `A file system grows to its device, and then has nothing to do`() throws {
        let disk = try device("disk", mebibytes: 16)
        try run("filesystem", ["dev": disk, "fstype": "ext4"])
        #expect(truncate(path("disk"), 40 << 20) == 0)
        #expect(try !run("filesystem", ["dev": disk, "fstype": "ext4"]).changed)
        try converges("filesystem", ["dev": disk, "fstype": "ext4", "resizefs": true])
    }

    @Test func `What is on a device stays, unless it is forced away`() throws {
        let disk = try device("disk", mebibytes: 16)
        try run("filesystem", ["dev": disk, "fstype": "ext4"])
        #expect(throws: TaskFailure.self) { try run("filesystem", ["dev": disk, "fstype": "ext2"]) }
        try converges("filesystem", ["dev": disk, "fstype": "ext2", "force": true])
        try converges("filesystem", ["dev": disk, "state": "absent"])
        #expect(throws: TaskFailure.self) { try run("filesystem", ["dev": "/dev/no-such", "fstype": "ext4"]) }
    }

    @Test func `A file system whose programs the image lacks is named with what to do`() throws {
        let disk = try device("disk", mebibytes: 16)
        #expect {
            try run("filesystem", ["dev": disk, "fstype": "unheard-of"])
        } throws: {
            guard case TaskFailure.noFileSystemProgram("unheard-of", path("disk")) = $0 else { return false }
            return Diagnoses(of: $0).description.contains("or format it with ext4")
        }
    }

    @Test func `A line of fstab is placed once, changed in its place, and other lines keep their looks`() throws {
        try write("# mine\nUUID=1   /     ext4\terrors=remount-ro 0 1\n", "fstab")
        let table = JSON.string(path("fstab"))
        let arguments: JSONObject = [
            "path": "/srv/my data", "src": "LABEL=x", "fstype": "ext4", "state": "present", "fstab": table,
        ]
        try converges("mount", arguments)
        #expect(
            text("fstab")
                == "# mine\nUUID=1   /     ext4\terrors=remount-ro 0 1\nLABEL=x /srv/my\\040data ext4 defaults 0 0\n")
        try converges("mount", arguments.merging(["opts": "noatime", "passno": "2"]))
        #expect(text("fstab")?.hasSuffix("LABEL=x /srv/my\\040data ext4 noatime 0 2\n") == true)
        try converges("mount", arguments.merging(["boot": false, "backup": true]))
        #expect(text("fstab")?.hasSuffix("LABEL=x /srv/my\\040data ext4 defaults,noauto 0 0\n") == true)
        try converges("mount", ["path": "/srv/my data", "state": "absent", "fstab": table])
        #expect(text("fstab") == "# mine\nUUID=1   /     ext4\terrors=remount-ro 0 1\n")
    }

    @Test(.enabled(if: geteuid() == 0)) func `A mount is made with its folder, once, and taken away again`() throws {
        let arguments: JSONObject = [
            "path": .string(path("in memory")), "src": "tmpfs", "fstype": "tmpfs", "opts": "size=1m",
        ]
        defer { umount(path("in memory")) }
        // No table says with which options, so that it is mounted again each time, as by the peer.
        for _ in 1...2 { #expect(try run("mount", arguments.merging(["state": "ephemeral"])).changed) }
        #expect(throws: TaskFailure.self) {
            try run("mount", arguments.merging(["state": "ephemeral", "src": "other"]))
        }
        #expect(try MountTable.current().contains { $0.path == path("in memory") && $0.type == "tmpfs" })
        try converges("mount", arguments.merging(["state": "unmounted"]))
        #expect(try !MountTable.current().contains { $0.path == path("in memory") })
        try write("", "fstab")
        let table = JSON.string(path("fstab"))
        try converges("mount", arguments.merging(["state": "mounted", "fstab": table]))
        #expect(try MountTable.current().contains { $0.path == path("in memory") })
        try converges("mount", ["path": .string(path("in memory")), "state": "absent", "fstab": table])
        #expect(!FileManager.default.fileExists(atPath: path("in memory")))
    }

    @Test func `A task that lacks what its state needs is refused`() throws {
        #expect(throws: TaskFailure.self) {
            try run("mount", ["path": "/srv", "state": "mounted", "fstab": .string(path("fstab"))])
        }
    }
}
