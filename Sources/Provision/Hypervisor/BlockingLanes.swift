import Dispatch
import Synchronization

/// A bounded number of threads for blocking C calls, so that the cooperative pool never waits and calls run side by side.
final class BlockingLanes: Sendable {
    /// Told to a job that its task was cancelled; long jobs look at it between their steps.
    final class Cancellation: Sendable {
        private let flag = Atomic(false)
        var isCancelled: Bool { flag.load(ordering: .relaxed) }
        func cancel() { flag.store(true, ordering: .relaxed) }
        func check() throws { if isCancelled { throw CancellationError() } }
    }

    private struct State {
        var free: [DispatchQueue]
        var waiting: [@Sendable () -> Void] = []
    }

    private let state: Mutex<State>

    init(label: String, count: Int) {
        // Serial queues, since each may overcommit: Dispatch then gives every busy lane a thread of its own.
        state = Mutex(State(free: (0..<count).map { DispatchQueue(label: "\(label).\($0)") }))
    }

    /// Runs `body` on the next free lane, in order of arrival.
    func run<Value: Sendable>(_ body: @escaping @Sendable (Cancellation) throws -> Value) async throws -> Value {
        try Task.checkCancellation()
        let cancellation = Cancellation()
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                submit {
                    continuation.resume(
                        with: Result {
                            try cancellation.check()
                            return try body(cancellation)
                        })
                }
            }
        } onCancel: {
            cancellation.cancel()
        }
    }

    private func submit(_ job: @escaping @Sendable () -> Void) {
        let lane = state.withLock { state -> DispatchQueue? in
            if let lane = state.free.popLast() { return lane }
            state.waiting.append(job)
            return nil
        }
        lane?.async { self.work(on: lane, from: job) }
    }

    private func work(on lane: DispatchQueue?, from first: @Sendable () -> Void) {
        first()
        while let next = state.withLock({ state -> (@Sendable () -> Void)? in
            if !state.waiting.isEmpty { return state.waiting.removeFirst() }
            if let lane { state.free.append(lane) }
            return nil
        }) {
            next()
        }
    }
}
