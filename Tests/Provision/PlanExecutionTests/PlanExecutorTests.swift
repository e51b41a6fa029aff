import Diagnostics
import Foundation
import Planning
import Synchronization
import Testing

@testable import PlanExecution

@Suite struct PlanExecutorTests {
    private let journal = Journal(
        path: FileManager.default.temporaryDirectory.appendingPathComponent("journal-\(UUID().uuidString)").path,
        command: "up")
    private let plan = Plan(
        .up,
        steps: [
            Step(.createNetwork("n"), "there is none"),
            Step(.startNetwork("n"), "machines need it", after: ["create-network n"]),
            Step(.startMachine("a", domain: "a"), "it does not run", after: ["start-network n"]),
            Step(.startMachine("b", domain: "b"), "it does not run", after: ["start-network n"]),
            Step(.deleteVolume("v"), "after a", after: ["start-machine a"]),
        ])

    @Test func `every step comes after those it waits for`() async throws {
        let done = Mutex<[String]>([])
        try await PlanExecutor(journal: journal, progress: ProgressSink { _ in }) { action in
            done.withLock { $0.append(action.id) }
        }.carryOut(plan)
        let order = done.withLock { $0 }
        #expect(order.count == 5)
        for step in plan.steps {
            for earlier in step.after {
                #expect(try #require(order.firstIndex(of: earlier)) < #require(order.firstIndex(of: step.id)))
            }
        }
    }

    @Test func `one machine's failure stops what follows it and nothing else`() async throws {
        let done = Mutex<Set<String>>([])
        let error = await #expect(throws: Diagnoses.self) {
            try await PlanExecutor(journal: journal, progress: ProgressSink { _ in }) { action in
                if action.id == "start-machine a" { throw Diagnosis("no memory") }
                _ = done.withLock { $0.insert(action.id) }
            }.carryOut(plan)
        }
        #expect(error?.all.map(\.what) == ["no memory"])
        #expect(done.withLock { $0 } == ["create-network n", "start-network n", "start-machine b"])
    }
}
