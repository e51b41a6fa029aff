import Dispatch
import Testing

@testable import Hypervisor

struct BlockingLanesTests {
    @Test func asManyJobsAsLanesRunAtOnce() async throws {
        let lanes = BlockingLanes(label: "test", count: 3)
        let meeting = DispatchSemaphore(value: 0)
        // Each job lets the next one go on and waits for its own leave: one at a time, they would never end.
        try await withThrowingTaskGroup { group in
            for index in 0..<3 {
                group.addTask {
                    try await lanes.run { _ in
                        for _ in 0..<2 { meeting.signal() }
                        for _ in 0..<2 { #expect(meeting.wait(timeout: .now() + 20) == .success) }
                        return index
                    }
                }
            }
            try await group.waitForAll()
        }
    }

    @Test func moreJobsThanLanesAllFinishWithTheirOwnResult() async throws {
        let lanes = BlockingLanes(label: "test", count: 2)
        let sum = try await withThrowingTaskGroup { group in
            for index in 1...200 { group.addTask { try await lanes.run { _ in index } } }
            return try await group.reduce(0, +)
        }
        #expect(sum == 20_100)
    }

    @Test func aRunningJobIsToldOfItsCancellation() async {
        let lanes = BlockingLanes(label: "test", count: 1)
        let task = Task {
            try await lanes.run { cancellation in
                while !cancellation.isCancelled {}
                try cancellation.check()
            }
        }
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
    }
}
