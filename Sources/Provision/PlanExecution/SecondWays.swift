import Plays

/// Second ways to machines, opened when the first task asks for one: a machine's own runner is busy with its own play while
/// another machine has a task done there (`delegate_to`).
struct SecondWays: Sendable {
    private let exchange = RunnerExchange()
    private let requests: AsyncStream<String>
    private let continuation: AsyncStream<String>.Continuation

    /// Opens a way, and keeps it open as long as the body runs.
    typealias Open =
        @Sendable (_ host: String, _ body: @escaping @Sendable (MachineChannel) async throws -> Void) async throws ->
        Void

    init() { (requests, continuation) = AsyncStream.makeStream() }

    /// The way to a machine; each machine is asked for once.
    func channel(of host: String) async throws -> MachineChannel {
        if case .terminated = continuation.yield(host) { throw CancellationError() }
        return try await exchange.channel(of: host)
    }

    /// Opens what is asked for, until it is finished or cancelled.
    func serve(_ open: @escaping Open) async {
        await withDiscardingTaskGroup { group in
            for await host in requests {
                group.addTask {
                    do {
                        try await open(host) { channel in
                            await exchange.offer(host, .success(channel))
                            await exchange.waitUntilFinished()
                        }
                    } catch {
                        await exchange.offer(host, .failure(error))
                    }
                }
            }
        }
        await exchange.giveUp()
    }

    func finish() async {
        continuation.finish()
        await exchange.finish()
    }
}
