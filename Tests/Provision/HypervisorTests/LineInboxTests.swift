import Testing

@testable import Hypervisor

struct LineInboxTests {
    private var soon: ContinuousClock.Instant { .now + .seconds(20) }

    @Test func bytesBecomeLinesWhereverTheyAreCut() async throws {
        let inbox = LineInbox()
        for piece in ["rea", "dy a b\r\ncl", "ock ok\n", "rest"] { inbox.append(piece.utf8) }
        #expect(try await inbox.next(deadline: soon) == "ready a b")
        #expect(try await inbox.next(deadline: soon) == "clock ok")
        #expect(try await inbox.next(deadline: .now) == nil)
    }

    @Test func aWaitingReaderIsWokenByALine() async throws {
        let inbox = LineInbox()
        async let line = inbox.next(deadline: soon)
        inbox.append("late\n".utf8)
        #expect(try await line == "late")
    }

    @Test func theEndComesAfterTheLastLine() async throws {
        let inbox = LineInbox()
        inbox.append("last\n".utf8)
        inbox.end()
        #expect(!inbox.hasEnded)
        #expect(try await inbox.next(deadline: soon) == "last")
        #expect(try await inbox.next(deadline: soon) == nil)
        #expect(inbox.hasEnded)
    }

    @Test func cancellingAWaitEndsIt() async {
        let inbox = LineInbox()
        let task = Task { try await inbox.next(deadline: soon) }
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
    }

    @Test func theDeadlineEndsAWait() async throws {
        let inbox = LineInbox()
        #expect(try await inbox.next(deadline: .now + .milliseconds(1)) == nil)
        #expect(!inbox.hasEnded)
    }
}
