internal import Synchronization

/// One watcher's changes in their order: filled by the writer, emptied by one reader, cut off when the reader falls behind.
package final class Watch: Sendable {
    /// What came since the last look, and the revision up to which nothing is missing.
    package struct Batch: Sendable {
        package var changes: [Change]
        package var revision: Int64
    }

    private enum End { case closed, tooSlow }

    private struct State {
        var changes: [Change]
        var revision: Int64
        var nudged = false
        var end: End?
        var reader: CheckedContinuation<Void, Never>?
    }

    let prefix: String
    private let capacity: Int
    private let state: Mutex<State>
    private let ended: @Sendable (Watch) -> Void

    init(
        prefix: String, initial: [Change], revision: Int64, capacity: Int, ended: @escaping @Sendable (Watch) -> Void
    ) {
        self.prefix = prefix
        self.capacity = capacity
        self.ended = ended
        state = Mutex(State(changes: initial, revision: revision))
    }

    /// Waits for changes; an empty batch after a nudge, nil when the watch was closed or its task cancelled.
    package func next() async throws(StoreError) -> Batch? {
        while true {
            if Task.isCancelled { close() }
            let (batch, end): (Batch?, End?) = state.withLock { state in
                if state.end == .tooSlow { return (nil, .tooSlow) }
                if !state.changes.isEmpty || state.nudged {
                    defer {
                        state.changes = []
                        state.nudged = false
                    }
                    return (Batch(changes: state.changes, revision: state.revision), nil)
                }
                return (nil, state.end)
            }
            if let batch { return batch }
            if end == .tooSlow { throw StoreError.watcherTooSlow }
            if end == .closed { return nil }
            await withTaskCancellationHandler {
                await withCheckedContinuation { continuation in
                    let ready = state.withLock { state in
                        precondition(state.reader == nil, "a watch has one reader")
                        if !state.changes.isEmpty || state.nudged || state.end != nil { return true }
                        state.reader = continuation
                        return false
                    }
                    if ready { continuation.resume() }
                }
            } onCancel: {
                close()
            }
        }
    }

    /// Makes a waiting `next` return at once, with an empty batch when there is nothing new.
    package func nudge() {
        wake { $0.nudged = true }
    }

    /// Ends the watch; what is buffered is still handed out.
    package func close() {
        wake { if $0.end == nil { $0.end = .closed } }
        ended(self)
    }

    /// Adds what one commit changed; false when the watcher is over and may be forgotten.
    func offer(_ changes: [Change], revision: Int64) -> Bool {
        let matching = changes.filter { $0.entry.key.hasPrefix(prefix) }
        return wake { state in
            guard state.end == nil else { return }
            state.revision = revision
            guard !matching.isEmpty else { return }
            if state.changes.count + matching.count > capacity {
                state.changes = []
                state.end = .tooSlow
            } else {
                state.changes += matching
            }
        }
    }

    @discardableResult
    private func wake(_ change: (inout State) -> Void) -> Bool {
        let (reader, alive): (CheckedContinuation<Void, Never>?, Bool) = state.withLock { state in
            change(&state)
            guard !state.changes.isEmpty || state.nudged || state.end != nil else { return (nil, true) }
            defer { state.reader = nil }
            return (state.reader, state.end == nil)
        }
        reader?.resume()
        return alive
    }
}
