import JSON
import Logging
import Objects
import Synchronization
import Testing

@testable import ClusterClient

@Suite(.timeLimit(.minutes(1))) struct InformerTests {
    let server = FakeServer()

    private func informer() -> Informer {
        var logger = Logger(label: "test")
        logger.logLevel = .critical
        return Informer(
            .configMaps, client: ClusterClient(transport: server.transport), logger: logger,
            pause: { _ in await Task.yield() },
            random: { 0 })
    }

    /// Runs an informer beside a body, and ends it with the body.
    private func running(_ body: (Informer, Wakeup) async throws -> Void) async throws {
        let informer = informer()
        let changed = Wakeup()
        informer.wakes(changed)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try? await informer.run() }  // it ends by cancellation alone
            try await body(informer, changed)
            group.cancelAll()
        }
    }

    private func until(_ wakeup: Wakeup, _ holds: () -> Bool) async throws {
        while !holds() { try await wakeup.wait() }
    }

    private func label(_ informer: Informer, _ name: String) -> String? {
        informer.object("default/" + name)?.meta.labels["l"]
    }

    private func watching() async throws {
        try await until(server.asked) { server.state.withLock { !$0.watches.isEmpty } }
    }

    @Test func itListsThenFollowsTheWatch() async throws {
        server.put("a")
        try await running { informer, changed in
            try await informer.waitUntilSynced()
            #expect(informer.objects.map(\.meta.name) == ["a"])
            try await watching()
            server.change("ADDED", "b")
            server.change("MODIFIED", "a", "new")
            try await until(changed) { label(informer, "a") == "new" }
            server.change("DELETED", "b")
            try await until(changed) { informer.object("default/b") == nil }
            #expect(
                server.state.withLock(\.requests) == [
                    "GET /api/v1/configmaps", "GET /api/v1/configmaps watch=true resourceVersion=1",
                ])
        }
    }

    @Test func aBrokenWatchGoesOnWhereItWas() async throws {
        try await running { informer, changed in
            try await watching()
            server.change("ADDED", "a")
            try await until(changed) { informer.object("default/a") != nil }
            server.breakWatches(ClientError.unreachable(server: "s", reason: "gone"))
            try await watching()
            server.change("ADDED", "b")
            try await until(changed) { informer.object("default/b") != nil }
            #expect(server.state.withLock(\.requests).last == "GET /api/v1/configmaps watch=true resourceVersion=1")
            #expect(server.state.withLock(\.requests).count == 3)
        }
    }

    @Test func anExpiredVersionMakesItListAgainAndFindWhatWent() async throws {
        server.put("a")
        server.put("b")
        try await running { informer, changed in
            try await watching()
            server.state.withLock { state in
                state.objects["a"] = nil
                state.version = 9
            }
            server.put("c")
            server.sendExpired()
            server.breakWatches()
            try await until(changed) { informer.object("default/c") != nil }
            #expect(informer.object("default/a") == nil)
            #expect(informer.object("default/b") != nil)
        }
    }

    @Test func aServerThatIsAwayIsTriedAgainWithoutLosingTheCache() async throws {
        server.put("a")
        try await running { informer, changed in
            try await watching()
            let away = ClientError.unreachable(server: "s", reason: "refused")
            server.state.withLock { $0.failures = Array(repeating: ("configmaps", away), count: 3) }
            server.breakWatches()
            try await watching()
            server.change("MODIFIED", "a", "back")
            try await until(changed) { label(informer, "a") == "back" }
            let lists = server.state.withLock { $0.requests.filter { !$0.contains("watch") }.count }
            #expect(lists == 1)
        }
    }

    @Test func whatThisProcessWroteIsSeenAtOnceAndNotUndoneByOlderEvents() async throws {
        server.put("a")
        try await running { informer, changed in
            try await watching()
            let written = FakeServer.object("a", "mine", 5)
            informer.observe(written: written)
            #expect(label(informer, "a") == "mine")
            server.change("MODIFIED", "a", "older")  // version 2
            server.change("ADDED", "sign")
            try await until(changed) { informer.object("default/sign") != nil }
            #expect(label(informer, "a") == "mine")
            informer.observe(written: FakeServer.object("a", "stale", 3))
            #expect(label(informer, "a") == "mine")
        }
    }

    @Test func whatThisProcessDeletedStaysAway() async throws {
        server.put("a")
        try await running { informer, changed in
            try await watching()
            informer.observe(deletedKey: "default/a", uid: "uid-a")
            #expect(informer.object("default/a") == nil)
            server.change("MODIFIED", "a", "late")
            server.change("ADDED", "sign")
            try await until(changed) { informer.object("default/sign") != nil }
            #expect(informer.object("default/a") == nil)
        }
    }
}
