import Synchronization

/// Bytes that arrive on a C thread, taken out as lines by one task at a time.
final class LineInbox: Sendable {
    private struct State {
        var lines: [String] = []
        var partial: [UInt8] = []
        var hasEnded = false
        var waiter: CheckedContinuation<Void, Never>?
    }

    private let state = Mutex(State())
    /// A guest that never ends its line must not fill this host's memory.
    private static let longestLineBytes = 65_536

    var hasEnded: Bool { state.withLock { $0.hasEnded && $0.lines.isEmpty } }

    func append(_ bytes: some Sequence<UInt8>) {
        wake { state in
            for byte in bytes {
                if byte == UInt8(ascii: "\n") {
                    state.lines.append(String(decoding: state.partial, as: UTF8.self))
                    state.partial = []
                } else if byte != UInt8(ascii: "\r"), state.partial.count < Self.longestLineBytes {
                    state.partial.append(byte)
                }
            }
        }
    }

    func end() {
        wake { $0.hasEnded = true }
    }

    /// The next line; nil at the deadline, and at the end.
    func next(deadline: ContinuousClock.Instant) async throws -> String? {
        while true {
            try Task.checkCancellation()
            let (line, isOver) = state.withLock { state -> (String?, Bool) in
                (state.lines.isEmpty ? nil : state.lines.removeFirst(), state.hasEnded)
            }
            if let line { return line }
            if isOver || ContinuousClock.now >= deadline { return nil }
            await waitForChange(until: deadline)
        }
    }

    /// Returns when something arrived, the deadline passed or the task was cancelled.
    private func waitForChange(until deadline: ContinuousClock.Instant) async {
        await withTaskGroup { group in
            group.addTask {
                // Only cancellation ends this sleep early, and then the wait is over too.
                try? await Task.sleep(until: deadline, clock: .continuous)
                self.wake { _ in }
            }
            await withTaskCancellationHandler {
                await withCheckedContinuation { continuation in
                    let isReady = state.withLock { state in
                        precondition(state.waiter == nil, "two tasks read lines of one channel")
                        let isOver = Task.isCancelled || ContinuousClock.now >= deadline
                        if !state.lines.isEmpty || state.hasEnded || isOver { return true }
                        state.waiter = continuation
                        return false
                    }
                    if isReady { continuation.resume() }
                }
            } onCancel: {
                self.wake { _ in }
            }
            group.cancelAll()
        }
    }

    private func wake(_ change: (inout State) -> Void) {
        let waiter = state.withLock { state in
            change(&state)
            defer { state.waiter = nil }
            return state.waiter
        }
        waiter?.resume()
    }
}
