import StateStore
import Testing

@Suite struct WatchTests {
    @Test func `A watch tells every change below its prefix once, in order, with what was before`() async throws {
        try await withStore { store, _ in
            let watch = try await store.watch(prefix: "/a/", after: 0)
            _ = try await store.create("/a/x", draft("one"))
            _ = try await store.create("/b/x", draft("elsewhere"))
            _ = try await store.update("/a/x", draft("two"), expected: nil)
            _ = try await store.delete("/a/x", last: draft("last"))
            let changes = try await take(3, from: watch)
            #expect(changes.map(\.kind) == [.created, .updated, .deleted])
            #expect(changes.map(\.revision) == [1, 3, 4])
            #expect(changes.map { $0.previous?.text } == [nil, "one", "two"])
            #expect(changes.last?.entry.text == "last")
        }
    }

    @Test(arguments: [0, 1, 2, 5]) func `A watch may begin in the past`(revision: Int64) async throws {
        try await withStore { store, _ in
            for number in 0..<6 { _ = try await store.create("/a/\(number)", draft("x")) }
            let watch = try await store.watch(prefix: "/a/", after: revision)
            let changes = try await take(6 - Int(revision), from: watch)
            #expect(changes.map(\.revision) == Array(revision + 1...6))
        }
    }

    @Test func `A watch from before the store was opened reads the log`() async throws {
        try await withStore { store, path in
            _ = try await store.create("/a/x", draft("one"))
            _ = try await store.update("/a/x", draft("two"), expected: nil)
            await store.close()
            let again = try StateStore(path: path)
            let watch = try await again.watch(prefix: "/a/", after: 0)
            _ = try await again.update("/a/x", draft("three"), expected: nil)
            let changes = try await take(3, from: watch)
            #expect(changes.map(\.entry.text) == ["one", "two", "three"])
            #expect(changes.map { $0.previous?.text } == [nil, "one", "two"])
            await again.close()
        }
    }

    @Test func `A watch from a compacted revision is refused, one from the future too`() async throws {
        try await withStore { store, _ in
            for number in 0..<4 { _ = try await store.create("/a/\(number)", draft("x")) }
            try await store.compact(to: 3)
            await #expect(throws: StoreError.compacted(asked: 2, oldest: 3)) {
                try await store.watch(prefix: "/a/", after: 2)
            }
            await #expect(throws: StoreError.future(asked: 9, current: 4)) {
                try await store.watch(prefix: "/a/", after: 9)
            }
        }
    }

    @Test func `A watcher that does not read is dropped, and writers go on`() async throws {
        try await withStore(watchCapacity: 4) { store, _ in
            let watch = try await store.watch(prefix: "/a/", after: 0)
            for number in 0..<8 { _ = try await store.create("/a/\(number)", draft("x")) }
            await #expect(throws: StoreError.watcherTooSlow) { try await watch.next() }
        }
    }

    @Test func `A nudge hands out an empty batch with the revision up to which nothing is missing`() async throws {
        try await withStore { store, _ in
            let watch = try await store.watch(prefix: "/a/", after: 0)
            _ = try await store.create("/b/x", draft("elsewhere"))
            watch.nudge()
            let batch = try await watch.next()
            #expect(batch?.changes.isEmpty == true)
            #expect(batch?.revision == 1)
        }
    }

    @Test func `Cancelling whoever waits ends the watch`() async throws {
        try await withStore { store, _ in
            let watch = try await store.watch(prefix: "/a/", after: 0)
            let reader = Task { try await watch.next() }
            reader.cancel()
            #expect(try await reader.value == nil)
        }
    }

    @Test func `Under many writers every watcher sees every revision once and in order`() async throws {
        try await withStore { store, _ in
            let (writers, each) = (8, 50)
            let total = writers * each
            let watches = [
                try await store.watch(prefix: "/a/", after: 0), try await store.watch(prefix: "/a/", after: 0),
            ]
            try await withThrowingTaskGroup(of: [Int64].self) { group in
                for watch in watches { group.addTask { try await take(total, from: watch).map(\.revision) } }
                for writer in 0..<writers {
                    group.addTask {
                        for number in 0..<each { _ = try await store.create("/a/\(writer)-\(number)", draft("x")) }
                        return Array(1...Int64(total))
                    }
                }
                for try await revisions in group { #expect(revisions == Array(1...Int64(total))) }
            }
            let late = try await store.watch(prefix: "/a/", after: Int64(total / 2))
            #expect(try await take(total / 2, from: late).map(\.revision) == Array(Int64(total / 2) + 1...Int64(total)))
        }
    }
}

private func take(_ count: Int, from watch: Watch) async throws -> [Change] {
    var changes: [Change] = []
    while changes.count < count, let batch = try await watch.next() { changes += batch.changes }
    return changes
}
