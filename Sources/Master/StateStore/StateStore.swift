internal import Dispatch
internal import Synchronization

/// Keys and bytes under one increasing revision: compare-and-swap, ranges, watches; kept in SQLite.
///
/// One thread writes and commits up to 256 waiting writes at once; reads of the present are served from memory and never wait for it.
package final class StateStore: Sendable {
    /// The most writes that share one commit.
    package static let groupSize = 256

    private struct State {
        var index: CurrentIndex
        var history: RecentHistory
        var revision: Int64
        var oldest: Int64
        var watches: [ObjectIdentifier: Watch] = [:]
        var waiting: [WaitingWrite] = []
        var isWriting = false
        var isClosed = false
    }

    private let state: Mutex<State>
    private let writer: LogThread
    private let reader: LogThread
    private let watchCapacity: Int

    /// Opens or makes the store in a file.
    package init(path: String, watchCapacity: Int = 8192) throws(StoreError) {
        let log = try HistoryLog(path: path)
        let latest = try log.latest()
        let current = try log.entries(from: "", to: "\u{7F}", at: latest, limit: -1)
        let initial = State(
            index: CurrentIndex(current), history: RecentHistory(floor: latest), revision: latest,
            oldest: try log.compacted())
        state = Mutex(initial)
        writer = LogThread(label: "store.writer", log: log)
        reader = LogThread(label: "store.reader", log: try HistoryLog(path: path))
        self.watchCapacity = watchCapacity
    }

    /// The revision of the last commit.
    package var revision: Int64 { state.withLock { $0.revision } }

    /// How many keys there are.
    package var count: Int { state.withLock { $0.index.count } }

    /// What stands at a key now, or nil.
    package func get(_ key: String) -> Entry? { state.withLock { $0.index[key] } }

    /// Everything below a prefix now.
    package func range(prefix: String) -> Page {
        state.withLock { state in
            let entries = state.index.slice(from: prefix, to: end(of: prefix))
            return Page(entries: Array(entries), revision: state.revision, remaining: 0)
        }
    }

    /// At most `limit` keys below a prefix, after a key, as they stood at a revision (nil: now).
    package func range(
        prefix: String, limit: Int, after key: String? = nil, at revision: Int64? = nil
    ) async throws(StoreError) -> Page {
        let start = key.map { $0 + "\u{0}" } ?? prefix
        let end = end(of: prefix)
        let now: Page? = try state.withLock { state throws(StoreError) in
            let asked = revision ?? state.revision
            try check(asked, state)
            guard asked == state.revision else { return nil }
            let slice = state.index.slice(from: start, to: end)
            let count = limit > 0 ? min(limit, slice.count) : slice.count
            return Page(entries: Array(slice.prefix(count)), revision: asked, remaining: slice.count - count)
        }
        if let now { return now }
        let asked = revision ?? 0
        let page = try await reader.perform { log throws(StoreError) in
            let entries = try log.entries(from: start, to: end, at: asked, limit: limit > 0 ? limit : -1)
            let counted = limit > 0 ? try log.count(from: start, to: end, at: asked) : entries.count
            return Page(entries: entries, revision: asked, remaining: counted - entries.count)
        }
        try state.withLock { state throws(StoreError) in try check(asked, state) }
        return page
    }

    /// Every change below a prefix after a revision, each once and in order.
    package func watch(prefix: String, after revision: Int64) async throws(StoreError) -> Watch {
        let end = end(of: prefix)
        while true {
            let (watch, floor): (Watch?, Int64) = try state.withLock { state throws(StoreError) in
                guard !state.isClosed else { throw StoreError.closed }
                try check(revision, state)
                guard revision >= state.history.floor else { return (nil, state.history.floor) }
                return (add(prefix, state.history.after(revision, prefix: prefix), to: &state), 0)
            }
            if let watch { return watch }
            let older = try await reader.perform { log throws(StoreError) in
                try log.changes(from: prefix, to: end, after: revision, through: floor)
            }
            let joined: Watch? = try state.withLock { state throws(StoreError) in
                guard !state.isClosed else { throw StoreError.closed }
                try check(revision, state)
                guard floor >= state.history.floor else { return nil }
                return add(prefix, older + state.history.after(floor, prefix: prefix), to: &state)
            }
            if let joined { return joined }
        }
    }

    private func add(_ prefix: String, _ initial: [Change], to state: inout State) -> Watch {
        let watch = Watch(prefix: prefix, initial: initial, revision: state.revision, capacity: watchCapacity) {
            [weak self] in
            let id = ObjectIdentifier($0)
            self?.state.withLock { $0.watches[id] = nil }
        }
        state.watches[ObjectIdentifier(watch)] = watch
        return watch
    }

    private func check(_ revision: Int64, _ state: State) throws(StoreError) {
        if revision < state.oldest { throw StoreError.compacted(asked: revision, oldest: state.oldest) }
        if revision > state.revision { throw StoreError.future(asked: revision, current: state.revision) }
    }

    /// The first key after all that start with a prefix; keys are ASCII.
    private func end(of prefix: String) -> String {
        guard let last = prefix.unicodeScalars.last, let next = Unicode.Scalar(last.value + 1) else { return "\u{7F}" }
        return prefix.dropLast() + String(next)
    }

    /// Forgets what is older than a revision; later reads and watches from before it fail with `compacted`.
    package func compact(to revision: Int64) async throws(StoreError) {
        let target: Int64? = state.withLock { state in
            let target = min(revision, state.revision)
            guard target > state.oldest else { return nil }
            state.oldest = target
            return target
        }
        guard let target else { return }
        try await writer.perform { log throws(StoreError) in
            try log.database.run("BEGIN IMMEDIATE")
            do throws(StoreError) {
                try log.compact(to: target)
                try log.database.run("COMMIT")
            } catch {
                try? log.database.run("ROLLBACK")  // the first error is the one that tells
                throw error
            }
        }
    }

    /// Waits for the writes that were handed in, ends all watches and refuses what comes later.
    package func close() async {
        let watches = state.withLock { state in
            state.isClosed = true
            return Array(state.watches.values)
        }
        for watch in watches { watch.close() }
        await writer.drain()
    }
}

extension StateStore {
    /// Writes a new key.
    package func create(_ key: String, _ draft: Draft) async throws(StoreError) -> Entry {
        try await submit(.create(key: key, draft)).entry
    }

    /// Replaces the value of a key, if it still is at the expected revision.
    package func update(_ key: String, _ draft: Draft, expected: Int64?) async throws(StoreError) -> Entry {
        try await submit(.update(key: key, draft, expected: expected)).entry
    }

    /// Removes a key, if it still is at the expected revision; `last` is what watchers see of it.
    package func delete(_ key: String, last: Draft? = nil, expected: Int64? = nil) async throws(StoreError) -> Entry {
        try await submit(.delete(key: key, last, expected: expected)).entry
    }

    private func submit(_ write: Write) async throws(StoreError) -> Change {
        let result = await withCheckedContinuation { continuation in
            let (refused, starts) = state.withLock { state in
                if state.isClosed { return (true, false) }
                state.waiting.append(WaitingWrite(write: write, continuation: continuation))
                defer { state.isWriting = true }
                return (false, !state.isWriting)
            }
            if refused { continuation.resume(returning: .failure(.closed)) }
            if starts { writer.enqueue { self.writeAll($0) } }
        }
        return try result.get()
    }

    private func writeAll(_ log: HistoryLog) {
        while true {
            let batch = state.withLock { state in
                let batch = Array(state.waiting.prefix(Self.groupSize))
                state.waiting.removeFirst(batch.count)
                if batch.isEmpty { state.isWriting = false }
                return batch
            }
            if batch.isEmpty { return }
            commit(batch, log)
        }
    }

    private func commit(_ batch: [WaitingWrite], _ log: HistoryLog) {
        var results: [Result<Change, StoreError>] = []
        do throws(StoreError) {
            try log.database.run("BEGIN IMMEDIATE")
            results = try append(batch, log)
            try log.database.run("COMMIT")
        } catch {
            try? log.database.run("ROLLBACK")  // the first error is the one that tells
            for waiting in batch { waiting.continuation.resume(returning: .failure(error)) }
            return
        }
        publish(results.compactMap { try? $0.get() })  // refused writes changed nothing
        for (waiting, result) in zip(batch, results) { waiting.continuation.resume(returning: result) }
    }

    /// Decides each write against what the ones before it in the batch left, and logs those that hold.
    private func append(_ batch: [WaitingWrite], _ log: HistoryLog) throws(StoreError) -> [Result<Change, StoreError>] {
        var staged: [String: Entry?] = [:]
        var revision = self.revision
        var results: [Result<Change, StoreError>] = []
        for waiting in batch {
            let key = waiting.write.key
            let current = staged[key] ?? get(key)
            let change: Change
            do throws(StoreError) {
                change = try waiting.write.change(of: current, at: revision + 1)
            } catch {
                results.append(.failure(error))
                continue
            }
            try log.append(change)
            revision += 1
            staged[key] = .some(change.kind == .deleted ? nil : change.entry)
            results.append(.success(change))
        }
        return results
    }

    private func publish(_ changes: [Change]) {
        guard let last = changes.last else { return }
        state.withLock { state in
            for change in changes {
                state.index.apply(change)
                state.history.append(change)
            }
            state.revision = last.revision
            state.watches = state.watches.filter { $0.value.offer(changes, revision: last.revision) }
        }
    }
}
