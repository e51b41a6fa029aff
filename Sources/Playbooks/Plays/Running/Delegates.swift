internal import Bundles
internal import Diagnostics

/// The runners that do tasks for other machines, each started when it is first needed.
actor Delegates {
    nonisolated let memory: SharedVariables
    private let ledger: RunLedger
    private let connect: PlaybookRun.Connect?
    private let report: @Sendable (HostEvent) -> Void
    private var runs: [String: Task<MachineRun, any Error>] = [:]
    /// The last call of each machine: a runner does one at a time.
    private var last: [String: Task<CallResult, any Error>] = [:]

    init(
        _ memory: SharedVariables, _ ledger: RunLedger, connect: PlaybookRun.Connect?,
        report: @escaping @Sendable (HostEvent) -> Void
    ) {
        self.ledger = ledger
        self.memory = memory
        self.connect = connect
        self.report = report
    }

    /// Does a call on a machine, behind those that came before.
    func call(
        _ call: ModuleCall, on host: String, of playbook: CompiledPlaybook, for asker: String
    ) async throws -> CallResult {
        let run = try run(on: host)
        let earlier = last[host]
        let task = Task {
            // How the one before it ended is its own matter.
            _ = await earlier?.result
            return try await run.value.call(call, of: playbook, for: asker)
        }
        last[host] = task
        return try await withTaskCancellationHandler {
            try await task.value
        } onCancel: {
            task.cancel()
        }
    }

    private func run(on host: String) throws -> Task<MachineRun, any Error> {
        if let run = runs[host] { return run }
        guard let connect else {
            throw Diagnosis("'\(host)' cannot do another machine's task", why: "this run has no second way to it")
        }
        let task = Task { [ledger, report] in
            let channel = try await connect(try await ledger.host(host, ConnectionKeywords()))
            return MachineRun(host: host, .init(channel: channel), report: report)
        }
        runs[host] = task
        return task
    }

    func close() async {
        await withDiscardingTaskGroup { group in
            for run in runs.values {
                group.addTask {
                    // One that never began has nothing to close.
                    if let run = try? await run.value { await run.close() }
                }
            }
        }
    }
}
