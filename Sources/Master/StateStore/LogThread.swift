internal import Dispatch

/// A serial queue that alone touches its connection, so that SQLite never blocks a thread of the cooperative pool.
///
/// `@unchecked Sendable`: `log` is used only by blocks of `queue`, one at a time.
final class LogThread: @unchecked Sendable {
    private let queue: DispatchQueue
    private let log: HistoryLog

    init(label: String, log: HistoryLog) {
        queue = DispatchQueue(label: label)
        self.log = log
    }

    func enqueue(_ work: @escaping @Sendable (HistoryLog) -> Void) {
        queue.async { work(self.log) }
    }

    func perform<Value: Sendable>(
        _ work: @escaping @Sendable (HistoryLog) throws(StoreError) -> Value
    ) async throws(StoreError) -> Value {
        let result: Result<Value, StoreError> = await withCheckedContinuation { continuation in
            queue.async {
                do throws(StoreError) {
                    continuation.resume(returning: .success(try work(self.log)))
                } catch {
                    continuation.resume(returning: .failure(error))
                }
            }
        }
        return try result.get()
    }

    /// Returns when everything enqueued before has run.
    func drain() async {
        await withCheckedContinuation { continuation in queue.async { continuation.resume() } }
    }
}
