import Diagnostics
import Foundation
import Planning
import Synchronization
import Testing

@testable import PlanExecution

@Suite struct PlanExecutorTests {
    private let journalPath: String
    private let journal: Journal
    private let plan = Plan(
        .up,
        steps: [
            Step(.createNetwork("n"), "there is none", .create),
            Step(.startNetwork("n"), "machines need it", .create, after: ["create-network n"]),
            Step(.startMachine("a", domain: "a"), "it does not run", .create, after: ["start-network n"]),
            Step(.startMachine("b", domain: "b"), "it does not run", .create, after: ["start-network n"]),
            Step(.deleteVolume("v"), "after a", .create, after: ["start-machine a"]),
        ])

    init() {
        journalPath =
            FileManager.default.temporaryDirectory.appendingPathComponent("journal-\(UUID().uuidString)").path
        journal = Journal(path: journalPath, command: "up")
    }

    private func executor(_ perform: @escaping @Sendable (Action) async throws -> Void) -> PlanExecutor {
        PlanExecutor(journal: journal, progress: ProgressSink { _ in }) { try await perform($0.action) }
    }

    @Test func `every step comes after those it waits for`() async throws {
        let done = Mutex<[String]>([])
        let outcome = try await executor { action in done.withLock { $0.append(action.id) } }.carryOut(plan)
        #expect(outcome == PlanOutcome())
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
        let outcome = try await executor { action in
            if action.id == "start-machine a" { throw Diagnosis("no memory") }
            _ = done.withLock { $0.insert(action.id) }
        }.carryOut(plan)
        #expect(outcome.failures.map(\.step.id) == ["start-machine a"])
        #expect(outcome.notBegun.map(\.id) == ["delete-volume v"])
        #expect(outcome.failure(of: "a")?.diagnoses.map(\.what) == ["no memory"])
        #expect(outcome.failure(of: "b") == nil)
        #expect(done.withLock { $0 } == ["create-network n", "start-network n", "start-machine b"])
    }

    @Test func `what fails for no single machine fails those that wait for it`() async throws {
        let plan = Plan(
            .up,
            steps: [
                Step(.uploadImage(image: "i", volume: "v"), "there is none", .create),
                Step(
                    .createDisk(machine: "a", volume: "d", base: "v"), "it has none", .create, after: ["upload-image v"]
                ),
            ])
        let outcome = try await executor { _ in throw Diagnosis("the pool is full") }.carryOut(plan)
        #expect(outcome.sharedProblems.map(\.what) == ["the pool is full"])
        #expect(outcome.failure(of: "a")?.diagnoses.first?.why == "what it waits for failed: upload the image i")
        #expect(throws: Diagnoses.self) { try outcome.requireSuccess() }
    }

    @Test func `a range that is taken ends the run before anything else is made, and what was taken is given back`()
        async throws
    {
        let plan = Plan(
            .up,
            steps: [
                Step(.createDisk(machine: "a", volume: "d", base: "v"), "it has none", .create),
                Step(.createNetwork("n"), "there is none", .create),
                Step(.startNetwork("n"), "machines need it", .create, after: ["create-network n"]),
                Step(.startNetwork("old"), "it is not active", .create),
            ])
        let done = Mutex<[String]>([])
        let error = await #expect(throws: Diagnoses.self) {
            _ = try await executor { action in
                if action.id == "start-network n" { throw Diagnosis("the range is taken") }
                done.withLock { $0.append(action.id) }
            }.carryOut(plan)
        }
        #expect(error?.all.map(\.what) == ["the range is taken"])
        #expect(
            done.withLock { $0 }.sorted() == [
                "create-network n", "delete-network n", "start-network old", "stop-network n",
            ])
    }

    @Test func `after a cancellation no step is begun, and the one under way ends`() async throws {
        let begun = Mutex<[String]>([])
        let done = Mutex<[String]>([])
        let executor = executor { action in
            begun.withLock { $0.append(action.id) }
            // Would throw in a task that is cancelled.
            try await Task.sleep(for: .milliseconds(50))
            done.withLock { $0.append(action.id) }
        }
        let run = Task { [plan] in try await executor.carryOut(plan) }
        while begun.withLock({ $0.isEmpty }) { await Task.yield() }
        run.cancel()
        await #expect(throws: CancellationError.self) { try await run.value }
        #expect(done.withLock { $0 } == ["create-network n"])
        #expect(begun.withLock { $0 } == ["create-network n"])
    }

    @Test func `a step that does not end is cancelled, too, and stays unfinished in the journal`() async throws {
        let begun = Mutex(false)
        var executor = executor { _ in
            begun.withLock { $0 = true }
            try await Task.sleep(for: .seconds(60))
        }
        executor.grace = .milliseconds(20)
        let run = Task { [plan, executor] in try await executor.carryOut(plan) }
        while begun.withLock({ !$0 }) { await Task.yield() }
        run.cancel()
        await #expect(throws: CancellationError.self) { try await run.value }
        #expect(Journal.unfinished(at: journalPath).map(\.step) == ["create-network n"])
    }
}
