import Synchronization
import Testing

@testable import ClusterClient

@Suite struct WorkQueueTests {
    let start = ContinuousClock.now

    @Test func aKeyIsLookedAtOnceAtATimeAndAgainIfItChangedMeanwhile() {
        let queue = WorkQueue()
        queue.add("a")
        queue.add("a")
        #expect(queue.take() == "a")
        #expect(queue.take() == nil)
        queue.add("a")
        #expect(queue.take() == nil)
        queue.succeed("a")
        #expect(queue.take() == "a")
        queue.succeed("a")
        #expect(queue.take() == nil)
    }

    @Test func failuresComeBackAfterGrowingPauses() {
        let queue = WorkQueue()
        queue.add("a")
        var pauses: [Duration] = []
        var now = start
        for _ in 0..<3 {
            #expect(queue.take(now: now) == "a")
            queue.fail("a", random: 1, now: now)
            #expect(queue.take(now: now) == nil)
            let due = queue.nextDue ?? now
            pauses.append(now.duration(to: due))
            now = due
        }
        #expect(pauses == [20, 40, 80].map { .milliseconds($0) })
    }

    @Test func theSoonerOfTwoPostponementsCounts() {
        let queue = WorkQueue()
        queue.add("a", after: .seconds(5), now: start)
        queue.add("a", after: .seconds(9), now: start)
        #expect(queue.nextDue == start.advanced(by: .seconds(5)))
        queue.add("a", after: .seconds(2), now: start)
        #expect(queue.nextDue == start.advanced(by: .seconds(2)))
        #expect(queue.take(now: start) == nil)
        #expect(queue.take(now: start.advanced(by: .seconds(2))) == "a")
    }

    @Test(.timeLimit(.minutes(1))) func aWakeupIsNotLostWhoeverComesFirst() async throws {
        let wakeup = Wakeup()
        wakeup.set()
        wakeup.set()
        try await wakeup.wait()
        #expect(try await wakeup.wait(atMost: .zero) == false)
        async let waiting: Void = wakeup.wait()
        wakeup.set()
        try await waiting
    }

    @Test(.timeLimit(.minutes(1))) func aCancelledWaitEnds() async {
        let wakeup = Wakeup()
        let task = Task { try await wakeup.wait() }
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
    }
}
