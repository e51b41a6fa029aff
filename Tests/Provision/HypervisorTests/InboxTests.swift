import Testing

@testable import Hypervisor

struct InboxTests {
    private var soon: ContinuousClock.Instant { .now + .seconds(20) }

    @Test func bytesBecomeLinesWhereverTheyAreCut() async throws {
        let inbox = Inbox()
        for piece in ["rea", "dy a b\r\ncl", "ock ok\n", "rest"] { inbox.append(piece.utf8) }
        #expect(try await inbox.nextLine(deadline: soon) == "ready a b")
        #expect(try await inbox.nextLine(deadline: soon) == "clock ok")
        #expect(try await inbox.nextLine(deadline: .now) == nil)
    }

    @Test func aWaitingReaderIsWokenByALine() async throws {
        let inbox = Inbox()
        async let line = inbox.nextLine(deadline: soon)
        inbox.append("late\n".utf8)
        #expect(try await line == "late")
    }

    @Test func theEndComesAfterTheLastLine() async throws {
        let inbox = Inbox()
        inbox.append("last\n".utf8)
        inbox.end()
        #expect(!inbox.hasEnded)
        #expect(try await inbox.nextLine(deadline: soon) == "last")
        #expect(try await inbox.nextLine(deadline: soon) == nil)
        #expect(inbox.hasEnded)
    }

    @Test func bytesAfterALineComeAsTheyAre() async throws {
        let inbox = Inbox()
        inbox.append("running\n".utf8)
        inbox.append([0, 10, 255])
        #expect(try await inbox.nextLine(deadline: soon) == "running")
        #expect(try await inbox.nextBytes(deadline: soon) == [0, 10, 255])
        async let late = inbox.nextBytes(deadline: soon)
        inbox.append([13])
        #expect(try await late == [13])
    }

    @Test func aGuestThatTalksAndIsNotHeardIsHungUpOn() async throws {
        let inbox = Inbox()
        for _ in 0..<3 { inbox.append([UInt8](repeating: 65, count: 30 << 20)) }
        #expect(try await inbox.nextBytes(deadline: soon)?.count == 60 << 20)
        #expect(inbox.hasEnded)
    }

    @Test func cancellingAWaitEndsIt() async {
        let inbox = Inbox()
        let task = Task { try await inbox.nextLine(deadline: soon) }
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
    }

    @Test func theDeadlineEndsAWait() async throws {
        let inbox = Inbox()
        #expect(try await inbox.nextLine(deadline: .now + .milliseconds(1)) == nil)
        #expect(!inbox.hasEnded)
    }
}
