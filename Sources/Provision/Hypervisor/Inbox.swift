import Synchronization

/// Bytes that arrive on a C thread, taken out as lines, or as they are, by one task at a time.
final class Inbox: Sendable {
    private struct State {
        var bytes: [UInt8] = []
        /// How many of them have been searched for a line's end.
        var searched = 0
        var hasEnded = false
        var waiter: CheckedContinuation<Void, Never>?

        mutating func takeLine() -> String? {
            guard let end = bytes[searched...].firstIndex(of: UInt8(ascii: "\n")) else {
                searched = bytes.count
                return nil
            }
            let line = bytes[..<end].filter { $0 != UInt8(ascii: "\r") }
            bytes.removeFirst(end + 1)
            searched = 0
            return String(decoding: line, as: UTF8.self)
        }

        mutating func takeBytes() -> [UInt8]? {
            guard !bytes.isEmpty else { return nil }
            defer { (bytes, searched) = ([], 0) }
            return bytes
        }
    }

    private let state = Mutex(State())
    /// A guest that talks and is not heard must not fill this host's memory.
    private static let capacity = 64 << 20

    var hasEnded: Bool { state.withLock { $0.hasEnded && $0.bytes.isEmpty } }

    func append(_ bytes: some Collection<UInt8>) {
        wake { state in
            if state.bytes.count + bytes.count > Self.capacity {
                state.hasEnded = true
            } else {
                state.bytes.append(contentsOf: bytes)
            }
        }
    }

    func end() {
        wake { $0.hasEnded = true }
    }

    /// The next line; nil at the deadline, and at the end.
    func nextLine(deadline: ContinuousClock.Instant) async throws -> String? {
        try await next(deadline: deadline) { $0.takeLine() }
    }

    /// What has arrived, at least a byte; nil at the deadline, and at the end.
    func nextBytes(deadline: ContinuousClock.Instant) async throws -> [UInt8]? {
        try await next(deadline: deadline) { $0.takeBytes() }
    }

    private func next<Item: Sendable>(
        deadline: ContinuousClock.Instant, _ take: @Sendable (inout State) -> Item?
    ) async throws -> Item? {
        while true {
            try Task.checkCancellation()
            let (item, seen, isOver) = state.withLock { state in (take(&state), state.bytes.count, state.hasEnded) }
            if let item { return item }
            if isOver || ContinuousClock.now >= deadline { return nil }
            await waitForMore(than: seen, until: deadline)
        }
    }

    /// Returns when more bytes have arrived than were there, the deadline passed or the task was cancelled.
    private func waitForMore(than seen: Int, until deadline: ContinuousClock.Instant) async {
        await withTaskGroup { group in
            group.addTask {
                // Only cancellation ends this sleep early, and then the wait is over too.
                try? await Task.sleep(until: deadline, clock: .continuous)
                self.wake { _ in }
            }
            await withTaskCancellationHandler {
                await withCheckedContinuation { continuation in
                    let isReady = state.withLock { state in
                        precondition(state.waiter == nil, "two tasks read one channel")
                        let isOver = Task.isCancelled || ContinuousClock.now >= deadline
                        if state.bytes.count > seen || state.hasEnded || isOver { return true }
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
