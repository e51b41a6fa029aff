import Addresses
import Foundation
import Linux
import Testing

@testable import PlanExecution

@Suite struct ForwardRecordTests {
    private let path = Samples.folder()
    private let forward = Forward(
        transport: .udp, hostAddress: IPv4Address(number: 0x7F00_0001), hostPort: 5353, machine: "a",
        guestAddress: IPv4Address(number: 0x0A09_000B), guestPort: 53)

    @Test func `what was written is read again, and this process is known to run`() throws {
        defer { try? FileManager.default.removeItem(atPath: path) }
        let record = ForwardRecord(forwards: [forward], server: try .current())
        try record.write(path)
        #expect(ForwardRecord.read(path) == record)
        #expect(try record.runningServer() != nil)
    }

    @Test func `a process of the same number that began at another time, or in another boot, is another`() throws {
        var record = ForwardRecord(forwards: [forward], server: try .current())
        record.server?.process.startTicks += 1
        #expect(try record.runningServer() == nil)
        record.server = try .current()
        record.server?.boot = "another"
        #expect(try record.runningServer() == nil)
    }

    @Test(arguments: ["", "{", "[]"])
    func `what is no record carries nothing`(_ text: String) throws {
        defer { try? FileManager.default.removeItem(atPath: path) }
        try Data(text.utf8).write(to: URL(fileURLWithPath: path))
        #expect(ForwardRecord.read(path)?.forwards ?? [] == [])
    }
}
