import Foundation
import Testing

@testable import Hypervisor

/// Reading the table of saved states, of a file that QEMU's own tool wrote and of bytes that end too early.
struct QCOW2SavedStatesTests {
    private func number(_ value: UInt64, _ count: Int) -> [UInt8] {
        (0..<count).reversed().map { UInt8(truncatingIfNeeded: value >> (8 * UInt64($0))) }
    }

    private func entry(_ name: String, memory: UInt64, extra: [UInt8]) -> [UInt8] {
        var bytes = number(0, 12) + number(1, 2) + number(UInt64(name.utf8.count), 2) + number(0, 16)
        bytes += number(memory & 0xFFFF_FFFF, 4) + number(UInt64(extra.count), 4) + extra + Array("1\(name)".utf8)
        return bytes + [UInt8](repeating: 0, count: (8 - bytes.count % 8) % 8)
    }

    @Test func `the memory of each state is read by its name, also where 32 bits are too few`() {
        let table =
            entry("small", memory: 5, extra: []) + entry("x", memory: 1, extra: number(7 << 32, 8) + number(9, 8))
        #expect(QCOW2SavedStates.memoryBytes(table: table, count: 2) == ["small": 5, "x": 7 << 32])
        #expect(QCOW2SavedStates.memoryBytes(table: table, count: 3) == nil)
        #expect(QCOW2SavedStates.memoryBytes(table: Array(table.dropLast(12)), count: 2) == nil)
    }

    @Test func `what is no qcow2 has no states`() {
        #expect(QCOW2SavedStates.location(header: [UInt8](repeating: 0, count: 72)) == nil)
        #expect(QCOW2SavedStates.location(header: [0x51, 0x46, 0x49, 0xFB]) == nil)
    }

    @Test func `qemu-img's own file is read`() throws {
        let path = FileManager.default.temporaryDirectory.appendingPathComponent("states-\(UUID().uuidString)").path
        defer { try? FileManager.default.removeItem(atPath: path) }
        for arguments in [["create", "-q", "-f", "qcow2", path, "1M"], ["snapshot", "-c", "one", path]] {
            let process = try Process.run(URL(fileURLWithPath: "/usr/bin/qemu-img"), arguments: arguments)
            process.waitUntilExit()
            try #require(process.terminationStatus == 0)
        }
        let bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
        let location = try #require(
            QCOW2SavedStates.location(header: Array(bytes.prefix(QCOW2SavedStates.headerBytes))))
        let table = Array(bytes[Int(location.offset)...].prefix(location.limitBytes))
        #expect(QCOW2SavedStates.memoryBytes(table: table, count: location.count) == ["one": 0])
    }
}
