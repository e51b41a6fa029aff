import Diagnostics
import Foundation
import Testing

@testable import PlanExecution

@Suite struct JournalTests {
    private let path = FileManager.default.temporaryDirectory.appendingPathComponent("journal-\(UUID().uuidString)")
        .path

    @Test func `a step that was begun and never ended is unfinished`() async throws {
        let journal = Journal(path: path, command: "up")
        await journal.record("create-disk a") {}
        let begun = Task {
            try await journal.record("start-machine b") { try await Task.sleep(for: .seconds(60)) }
        }
        while Journal.unfinished(at: path).isEmpty { await Task.yield() }
        #expect(Journal.unfinished(at: path).map(\.step) == ["start-machine b"])
        #expect(Journal.unfinished(at: path).map(\.command) == ["up"])
        begun.cancel()
        _ = await begun.result
        // Cut short is not done.
        #expect(Journal.unfinished(at: path).map(\.step) == ["start-machine b"])
        await #expect(throws: Diagnosis.self) { try await journal.record("start-machine b") { throw Diagnosis("no") } }
        #expect(Journal.unfinished(at: path).isEmpty)
    }

    @Test(arguments: [
        ("before:create-disk x", FaultPoint.Moment.before, "create-disk x", true),
        ("before:create-disk x", .after, "create-disk x", false), ("after:create-disk", .after, "create-disk x", true),
        ("after:create-disk", .after, "create-disks x", false), ("after:playbook", .after, "playbook", true),
    ])
    func `a place to be killed at is a moment and a step or its first word`(
        text: String, moment: FaultPoint.Moment, step: String, matches: Bool
    ) {
        #expect(FaultPoint(text)?.matches(moment, step) == matches)
        #expect(FaultPoint("during:" + step) == nil)
    }

    @Test func `a command that ended leaves nothing, nor does a file that is not there`() async {
        let journal = Journal(path: path, command: "up")
        await journal.record("create-disk a") {}
        journal.end()
        #expect(Journal.unfinished(at: path).isEmpty)
        #expect(Journal.unfinished(at: path + ".none").isEmpty)
    }

    @Test func `a line that a crash cut off is passed over`() throws {
        try #"{"event":"begin","command":"down"}\#n{"event":"intent","step":"x","time":"t"}\#n{"event":"do"#
            .write(toFile: path, atomically: true, encoding: .utf8)
        #expect(Journal.unfinished(at: path) == [.init(command: "down", step: "x", since: "t")])
    }
}
