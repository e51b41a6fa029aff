import Foundation
import Testing

@testable import PlanExecution

/// Copies of a disk with one of its states, by QEMU's own tools.
struct DiskCopierTests {
    @Test func `a copy has the state that was asked for and no other, whatever the disk shows now`() async throws {
        let folder = Samples.folder()
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let (disk, copy) = (folder + "/disk", folder + "/copy")
        try run("qemu-img", "create", "-q", "-f", "qcow2", disk, "64M")
        for (pattern, state) in [("0xaa", "before"), ("0xbb", "wanted"), ("0xcc", "after")] {
            try run("qemu-io", "-c", "write -q -P \(pattern) 1M 8M", disk)
            try run("qemu-img", "snapshot", "-c", state, disk)
        }
        try run("qemu-io", "-c", "write -q -P 0xdd 2M 8M", disk)

        let copier = DiskCopier()
        try await copier.copy(disk, to: copy)
        try await copier.keep("wanted", in: copy)
        #expect(try run("qemu-img", "snapshot", "-l", copy).split(separator: "\n").dropFirst(2).count == 1)
        try run("qemu-img", "check", "-q", copy)
        try run("qemu-img", "snapshot", "-a", "wanted", copy)
        try run("qemu-img", "check", "-q", copy)
        #expect(try !run("qemu-io", "-c", "read -P 0xbb 1M 8M", copy).contains("failed"))
        // The first is as it was.
        #expect(try !run("qemu-io", "-r", "-c", "read -P 0xdd 2M 8M", disk).contains("failed"))
        #expect(try run("qemu-img", "snapshot", "-l", disk).split(separator: "\n").dropFirst(2).count == 3)
    }

    @Test func `what is no qcow2 is refused`() async throws {
        let path = Samples.folder()
        defer { unlink(path) }
        try Data(count: 512).write(to: URL(fileURLWithPath: path))
        await #expect {
            try await DiskCopier().keep("x", in: path)
        } throws: {
            "\($0)".contains("is no qcow2 file")
        }
    }

    @discardableResult
    private func run(_ arguments: String...) throws -> String {
        let process = Process()
        let output = Pipe()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = arguments
        process.standardOutput = output
        try process.run()
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        try #require(process.terminationStatus == 0, "\(arguments): \(text)")
        return text
    }
}
