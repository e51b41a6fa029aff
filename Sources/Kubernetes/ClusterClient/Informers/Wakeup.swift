import Synchronization

/// A level that says "something changed": setting it twice before anyone looks counts once. One waiter at a time.
package final class Wakeup: Sendable {
    private struct State {
        var isSet = false
        var waiter: (id: UInt64, continuation: CheckedContinuation<Void, Never>)?
        var nextID: UInt64 = 0
    }

    private let state = Mutex(State())

    package init() {}

    /// Wakes the waiter, now or when it comes.
    package func set() {
        let waiter = state.withLock { state in
            if state.waiter == nil { state.isSet = true }
            defer { state.waiter = nil }
            return state.waiter
        }
        waiter?.continuation.resume()
    }

    /// Returns once it is set, and resets it; throws where the task is cancelled.
    package func wait() async throws {
        let id = state.withLock { state in
            state.nextID += 1
            return state.nextID
        }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let (resumesNow, replaced) = state.withLock { state -> (Bool, CheckedContinuation<Void, Never>?) in
                    if state.isSet || Task.isCancelled {
                        state.isSet = false
                        return (true, nil)
                    }
                    let replaced = state.waiter?.continuation
                    state.waiter = (id, continuation)
                    return (false, replaced)
                }
                replaced?.resume()
                if resumesNow { continuation.resume() }
            }
        } onCancel: {
            let waiter = state.withLock { state in
                guard state.waiter?.id == id else { return CheckedContinuation<Void, Never>?.none }
                defer { state.waiter = nil }
                return state.waiter?.continuation
            }
            waiter?.resume()
        }
        try Task.checkCancellation()
    }

    /// Returns once it is set or that long has passed; true where it was set.
    @discardableResult
    package func wait(atMost duration: Duration) async throws -> Bool {
        guard duration > .zero else {
            try Task.checkCancellation()
            return state.withLock { state in
                defer { state.isSet = false }
                return state.isSet
            }
        }
        return try await withThrowingTaskGroup(of: Bool.self) { group in
            group.addTask {
                try await self.wait()
                return true
            }
            group.addTask {
                try await Task.sleep(for: duration)
                return false
            }
            defer { group.cancelAll() }
            return try await group.next() ?? false
        }
    }
}
