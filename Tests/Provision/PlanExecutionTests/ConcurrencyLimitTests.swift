import Synchronization
import Testing

@testable import PlanExecution

@Suite struct ConcurrencyLimitTests {
    @Test func `no more run at a time than may, and all do`() async throws {
        let limit = ConcurrencyLimit(3)
        let seen = Mutex<(now: Int, most: Int, all: Int)>((0, 0, 0))
        try await withThrowingTaskGroup { group in
            for _ in 0..<20 {
                group.addTask {
                    try await limit.run {
                        seen.withLock { seen in
                            seen.now += 1
                            seen.all += 1
                            seen.most = max(seen.most, seen.now)
                        }
                        try await Task.sleep(for: .milliseconds(5))
                        seen.withLock { $0.now -= 1 }
                    }
                }
            }
            try await group.waitForAll()
        }
        #expect(seen.withLock { $0.most } == 3)
        #expect(seen.withLock { $0.all } == 20)
    }

    @Test func `who fails makes room, and who is cancelled while waiting leaves`() async throws {
        let limit = ConcurrencyLimit(1)
        await #expect(throws: Failure.self) { try await limit.run { throw Failure() } }
        let first = Task { try await limit.run { try await Task.sleep(for: .seconds(60)) } }
        let second = Task { try await limit.run { Issue.record("there was no room") } }
        try await Task.sleep(for: .milliseconds(20))
        second.cancel()
        await #expect(throws: CancellationError.self) { try await second.value }
        first.cancel()
        _ = await first.result
        try await limit.run {}
    }

    private struct Failure: Error {}
}
