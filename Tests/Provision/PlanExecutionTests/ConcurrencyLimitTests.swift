import Synchronization
import Testing

@testable import PlanExecution

@Suite struct ConcurrencyLimitTests {
    @Test func `no more run at a time than may, and all do`() async throws {
        let limit = ConcurrencyLimit(3)
        let seen = Counter()
        try await withThrowingTaskGroup { group in
            for _ in 0..<20 {
                group.addTask {
                    try await limit.run {
                        seen.begin()
                        try await Task.sleep(for: .milliseconds(5))
                        seen.end()
                    }
                }
            }
            try await group.waitForAll()
        }
        #expect(seen.most == 3)
        #expect(seen.all == 20)
    }

    private final class Counter: Sendable {
        private let state = Mutex((now: 0, most: 0, all: 0))
        var most: Int { state.withLock { $0.most } }
        var all: Int { state.withLock { $0.all } }

        func begin() {
            state.withLock { state in
                state.now += 1
                state.all += 1
                state.most = max(state.most, state.now)
            }
        }

        func end() { state.withLock { $0.now -= 1 } }
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
