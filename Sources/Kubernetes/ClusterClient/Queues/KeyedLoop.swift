package import Logging

/// Looks at one key after the other, some at once, for as long as it runs.
package struct KeyedLoop: Sendable {
    private let name: String
    private let queue: WorkQueue
    private let concurrency: Int
    private let logger: Logger
    private let reconcile: @Sendable (String) async throws -> Duration?

    /// - Parameters:
    ///   - concurrency: at most so many keys are looked at at once.
    ///   - reconcile: makes one thing right; answers when to look again in any case.
    package init(
        name: String, queue: WorkQueue, concurrency: Int, logger: Logger,
        reconcile: @escaping @Sendable (String) async throws -> Duration?
    ) {
        self.name = name
        self.queue = queue
        self.concurrency = concurrency
        self.logger = logger
        self.reconcile = reconcile
    }

    /// Runs until the task is cancelled.
    package func run() async throws {
        try await withThrowingDiscardingTaskGroup { group in
            while true {
                while queue.runningCount < concurrency, let key = queue.take() {
                    group.addTask { try await look(at: key) }
                }
                if queue.runningCount < concurrency, let due = queue.nextDue {
                    try await queue.wakeup.wait(atMost: ContinuousClock.now.duration(to: due))
                } else {
                    try await queue.wakeup.wait()
                }
            }
        }
    }

    private func look(at key: String) async throws {
        do {
            let recheck = try await reconcile(key)
            queue.succeed(key)
            if let recheck { queue.add(key, after: recheck) }
        } catch {
            try Task.checkCancellation()
            // A conflict only means that somebody else was quicker: the next look sees it.
            let isConflict = (error as? ClientError)?.isConflict ?? false
            logger.log(
                level: isConflict ? .debug : .warning, "look failed",
                metadata: ["loop": "\(name)", "key": "\(key)", "error": "\(error)"])
            queue.fail(key, random: Double.random(in: 0..<1))
        }
    }
}
