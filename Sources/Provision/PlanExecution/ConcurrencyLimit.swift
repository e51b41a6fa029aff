/// Lets so many tasks at a time do something; the others wait in the order in which they came.
actor ConcurrencyLimit {
    private var free: Int
    private var waiting: [(id: Int, continuation: CheckedContinuation<Bool, Never>)] = []
    private var lastID = 0

    init(_ count: Int) { free = count }

    /// Runs the body once there is room for it; throws `CancellationError` where the task is cancelled before.
    nonisolated func run<Value: Sendable>(_ body: () async throws -> Value) async throws -> Value {
        try await enter()
        do {
            let value = try await body()
            await leave()
            return value
        } catch {
            await leave()
            throw error
        }
    }

    private func enter() async throws {
        try Task.checkCancellation()
        if free > 0 {
            free -= 1
            return
        }
        lastID += 1
        let id = lastID
        let isIn = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                // A cancellation from here on comes after this, for it runs on this actor.
                if Task.isCancelled { return continuation.resume(returning: false) }
                waiting.append((id, continuation))
            }
        } onCancel: {
            Task { await self.giveUp(id) }
        }
        guard isIn else { throw CancellationError() }
    }

    private func giveUp(_ id: Int) {
        guard let index = waiting.firstIndex(where: { $0.id == id }) else { return }
        waiting.remove(at: index).continuation.resume(returning: false)
    }

    private func leave() {
        if waiting.isEmpty {
            free += 1
            return
        }
        waiting.removeFirst().continuation.resume(returning: true)
    }
}
