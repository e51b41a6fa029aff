import StateStore
import Testing

@Suite struct StateStoreTests {
    @Test func `A created key is found with its bytes and its revision`() async throws {
        try await withStore { store, _ in
            let made = try await store.create("/a/x", draft("one"))
            #expect(made.revision == 1)
            #expect(store.get("/a/x")?.text == "one")
            #expect(store.revision == 1)
        }
    }

    @Test func `The store puts the revision where the draft has its hole`() async throws {
        try await withStore { store, _ in
            _ = try await store.create("/a/x", draft("filler"))
            let entry = try await store.create("/a/y", Draft(Array("{\"v\":\"\"}".utf8), revisionOffset: 6))
            #expect(entry.text == "{\"v\":\"2\"}")
        }
    }

    @Test func `A second create of a key is refused and costs no revision`() async throws {
        try await withStore { store, _ in
            _ = try await store.create("/a/x", draft("one"))
            await #expect(throws: StoreError.exists(key: "/a/x")) { try await store.create("/a/x", draft("two")) }
            #expect(store.revision == 1)
        }
    }

    @Test func `An update holds only at the revision that its writer knew`() async throws {
        try await withStore { store, _ in
            let first = try await store.create("/a/x", draft("one"))
            _ = try await store.update("/a/x", draft("two"), expected: first.revision)
            await #expect(throws: StoreError.conflict(key: "/a/x", expected: 1, actual: 2)) {
                try await store.update("/a/x", draft("three"), expected: first.revision)
            }
            #expect(store.get("/a/x")?.text == "two")
            #expect(store.get("/a/x")?.created == 1)
        }
    }

    @Test func `A deleted key is missing, and may be created again`() async throws {
        try await withStore { store, _ in
            _ = try await store.create("/a/x", draft("one"))
            let last = try await store.delete("/a/x", last: draft("gone"))
            #expect(last.revision == 2)
            #expect(store.get("/a/x") == nil)
            await #expect(throws: StoreError.missing(key: "/a/x")) { try await store.delete("/a/x") }
            #expect(try await store.create("/a/x", draft("new")).created == 3)
        }
    }

    @Test func `A range holds the keys below its prefix in order and nothing beside`() async throws {
        try await withStore { store, _ in
            for key in ["/b/x", "/a/z", "/a-b/y", "/a/x", "/a/y/deep", "/ab"] {
                _ = try await store.create(key, draft(key))
            }
            #expect(store.range(prefix: "/a/").entries.map(\.key) == ["/a/x", "/a/y/deep", "/a/z"])
        }
    }

    @Test func `Pages stay at the revision of the first one whatever is written meanwhile`() async throws {
        try await withStore { store, _ in
            for number in 0..<10 { _ = try await store.create("/a/\(number)", draft("old")) }
            let first = try await store.range(prefix: "/a/", limit: 4)
            #expect(first.entries.map(\.key) == (0..<4).map { "/a/\($0)" })
            #expect(first.remaining == 6)
            _ = try await store.delete("/a/5")
            _ = try await store.update("/a/6", draft("new"), expected: nil)
            _ = try await store.create("/a/55", draft("new"))
            let second = try await store.range(prefix: "/a/", limit: 4, after: "/a/3", at: first.revision)
            #expect(second.entries.map(\.key) == (4..<8).map { "/a/\($0)" })
            #expect(second.entries.allSatisfy { $0.text == "old" })
            #expect(second.remaining == 2)
        }
    }

    @Test func `Everything is there again after the store was opened anew`() async throws {
        try await withStore { store, path in
            _ = try await store.create("/a/x", draft("one"))
            _ = try await store.update("/a/x", draft("two"), expected: nil)
            _ = try await store.create("/a/y", draft("gone"))
            _ = try await store.delete("/a/y")
            await store.close()
            let again = try StateStore(path: path)
            #expect(again.revision == 4)
            #expect(again.count == 1)
            #expect(again.get("/a/x")?.text == "two")
            #expect(try await again.create("/a/z", draft("next")).revision == 5)
            await again.close()
        }
    }

    @Test func `Compaction forgets the past but neither the present nor the revision`() async throws {
        try await withStore { store, path in
            for number in 0..<5 { _ = try await store.create("/a/\(number)", draft("\(number)")) }
            _ = try await store.delete("/a/4")
            try await store.compact(to: 6)
            await #expect(throws: StoreError.compacted(asked: 3, oldest: 6)) {
                try await store.range(prefix: "/a/", limit: 0, at: 3)
            }
            #expect(try await store.range(prefix: "/a/", limit: 0, at: 6).entries.count == 4)
            await store.close()
            let again = try StateStore(path: path)
            #expect(again.revision == 6)
            #expect(again.count == 4)
            await again.close()
        }
    }

    @Test func `A closed store refuses writes`() async throws {
        try await withStore { store, _ in
            await store.close()
            await #expect(throws: StoreError.closed) { try await store.create("/a/x", draft("one")) }
        }
    }

    @Test func `Of writers that race for one key each revision has one winner`() async throws {
        try await withStore { store, _ in
            _ = try await store.create("/count", draft("0"))
            await withTaskGroup(of: Void.self) { group in
                for _ in 0..<16 {
                    group.addTask {
                        for _ in 0..<20 { await increment(store) }
                    }
                }
            }
            #expect(store.get("/count")?.text == "320")
            #expect(store.revision == 321)
        }
    }
}

/// Adds one under compare-and-swap, as often as it takes.
private func increment(_ store: StateStore) async {
    while true {
        guard let entry = store.get("/count"), let number = Int(entry.text) else { return }
        if (try? await store.update("/count", draft("\(number + 1)"), expected: entry.revision)) != nil { return }
    }
}
