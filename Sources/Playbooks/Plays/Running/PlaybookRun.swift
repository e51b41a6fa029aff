internal import Bundles
internal import Diagnostics
internal import JSON
internal import Vault

/// Runs compiled playbooks one after the other: play by play and batch by batch over their machines, each machine at its own pace
/// where nothing shows across them.
package struct PlaybookRun: Sendable {
    private let playbooks: [CompiledPlaybook]
    private let connecting: Turns
    private let isChecking: Bool
    private let steps: Steps
    private let pausing: PausePrompt?
    /// How long a machine is waited for whose connection was lost; nothing where it drops out at once.
    private let patience: Duration

    /// `forks` bounds how many machines are connected to at a time; `step` is asked before each task, `pausing` by `pause`.
    package init(
        _ playbooks: [CompiledPlaybook], forks: Int = 32, isChecking: Bool = false, step: Steps.Question? = nil,
        pausing: PausePrompt? = nil, patience: Duration = .zero
    ) {
        steps = Steps(step)
        self.playbooks = playbooks
        connecting = Turns(max(1, forks))
        self.isChecking = isChecking
        self.pausing = pausing
        self.patience = patience
    }

    /// Connects to every machine once and runs; a machine that fails drops out, and where all of a batch's have failed the run ends.
    ///
    /// `connectBeside` gives a second way to a machine, for tasks that others delegate to it; `prompt` has a person's answers.
    package func run(
        connect: @escaping Connect, connectBeside: Connect? = nil,
        prompt: (@Sendable (VariablePrompt) async throws -> String?)? = nil,
        report: @escaping @Sendable (HostEvent) -> Void
    ) async throws -> PlaybookRecap {
        var runs: [Way: MachineRun] = [:]
        var recap = PlaybookRecap()
        let memory = SharedVariables()
        let ledger = RunLedger(playbooks, report: report)
        let delegates = Delegates(memory, ledger, connect: connectBeside, report: report)
        plays: for (number, index) in places {
            let stage = try await ledger.begin(index, of: number)
            let active = stage.hosts.filter { recap.takesPart($0) }
            if active.isEmpty { continue }
            report(.playStarted(name: stage.name, hosts: active))
            let answers = try await Self.answers(to: stage.prompts, prompt)
            for batch in stage.batches(of: active) {
                await ledger.begin(batch)
                let company = MachineRun.Company(
                    meeting: Meeting(batch, limit: stage.limit, isFree: stage.isFree, memory), delegates: delegates,
                    steps: steps, ledger: ledger)
                let left = active.filter { recap.takesPart($0) }
                let start = PlayStart(
                    number: stage.number, hosts: left, batch: batch, variables: answers, isChecking: isChecking)
                let outcomes = await each(batch) { [runs] host in
                    let run = runs[Way(host: host, keywords: stage.connection)]
                    return try await play(start, of: number, stage, on: host, run, company, connect, report)
                } left: { outcome in
                    await company.meeting.left(
                        outcome.host, error: outcome.hasFailed || outcome.run == nil, isFatal: outcome.isFatal)
                }
                // Who was interrupted has not failed.
                try Task.checkCancellation()
                for outcome in outcomes {
                    runs[Way(host: outcome.host, keywords: stage.connection)] = outcome.run
                    recap.note(outcome, stage, report)
                    guard outcome.run != nil else { continue }
                    var counts = RecapCounts()
                    for (way, run) in runs where way.host == outcome.host { counts = await counts + run.counts }
                    recap.counts[outcome.host] = counts
                }
                if batch.allSatisfy({ !recap.takesPart($0) }) { break plays }
            }
        }
        await close(Array(runs.values), delegates)
        recap.customStatistics = await ledger.customStatistics.masked(
            Masking(playbooks.flatMap { $0.files.vault.secrets.all }))
        return recap
    }

    /// Ends all connections at once: each takes as long as the machine's runner takes to end.
    private func close(_ runs: [MachineRun], _ delegates: Delegates) async {
        await withDiscardingTaskGroup { group in
            for run in runs { group.addTask { await run.close() } }
            group.addTask { await delegates.close() }
        }
    }

    /// The plays of all playbooks in order, each with its playbook's number.
    private var places: [(playbook: Int, stage: Int)] {
        playbooks.enumerated().flatMap { number, playbook in playbook.stages.indices.map { (number, $0) } }
    }

    /// Makes a way to a machine, as the play wants it.
    package typealias Connect = @Sendable (_ host: HostInRun) async throws -> MachineChannel

    private struct Way: Hashable {
        var host: String
        var keywords: ConnectionKeywords
    }

    private static func answers(
        to prompts: [VariablePrompt], _ prompt: (@Sendable (VariablePrompt) async throws -> String?)?
    ) async throws -> JSONObject {
        var answers = JSONObject()
        for question in prompts {
            let answer = try await prompt?(question) ?? question.fallback
            guard let answer else {
                throw Diagnosis(
                    "the play asks for '\(question.name)', and nobody is there to answer",
                    fix: "give it: -e \(question.name)=…")
            }
            answers[question.name] = try question.value(of: answer)
        }
        return answers
    }

    private func existing(
        _ run: MachineRun?, _ host: String, _ patience: Duration,
        _ reach: () async throws -> MachineRun.Way,
        _ report: @escaping @Sendable (HostEvent) -> Void
    ) async throws -> MachineRun {
        if let run { return run }
        let deadline = ContinuousClock.now + patience
        while true {
            do {
                return try await connecting.take {
                    MachineRun(host: host, try await reach(), pausing: pausing, report: report)
                }
            } catch {
                if error is CancellationError || ContinuousClock.now >= deadline { throw error }
                try await Task.sleep(for: .seconds(1))
            }
        }
    }

    /// A batch's play on one of its hosts, which is connected to where it was not yet.
    private func play(
        _ start: PlayStart, of number: Int, _ stage: CompiledPlaybook.Stage, on host: String, _ known: MachineRun?,
        _ company: MachineRun.Company, _ connect: @escaping Connect, _ report: @escaping @Sendable (HostEvent) -> Void
    ) async throws -> HostOutcome {
        let (ledger, memory) = (company.ledger, company.delegates.memory)
        let playbook = try await ledger.playbook(number)
        func reach() async throws -> MachineRun.Way {
            let host = try await ledger.host(host, stage.connection)
            // Whether it is root shows only where a host may come to need that later.
            let isRoot = playbook.keeping.growsInventory ? host.needsRoot : true
            return MachineRun.Way(channel: try await connect(host), isRoot: isRoot)
        }
        let run = try await existing(known, host, playbook.patience(of: host, in: stage), reach, report)
        func goOn() async throws -> ResumePoint {
            try await run.goOn(over: try await reach(), with: try await ledger.playbook(number))
        }
        var start = start
        start.others = memory.news(for: host)
        (start.isStepping, start.isMarked) = (steps.areWanted, patience > .zero)
        do {
            try await run.begin(number, of: playbook)
            // A task that it has only now wants another user's rights.
            if await !run.isRoot, try await ledger.host(host, stage.connection).needsRoot {
                await run.close()
                await run.beginPlay()
                start.resume = try await goOn()
                memory.forget(host)
                start.others = memory.news(for: host)
            }
            return try await play(start, on: run, company) { try await again(run, $0, report, goOn) }
        } catch {
            await run.close()
            throw error
        }
    }

    /// A play on a machine, over one connection after the other where they break.
    private func play(
        _ start: PlayStart, on run: MachineRun, _ company: MachineRun.Company,
        again: (any Error) async throws -> ResumePoint
    ) async throws -> HostOutcome {
        var start = start
        let failedBefore = await run.counts.failed
        while true {
            do {
                let end = try await run.play(start, with: company)
                company.delegates.memory.tell(end.updates, of: run.host)
                return HostOutcome(
                    host: run.host, run: run, hasFailed: await run.counts.failed > failedBefore,
                    isStopped: end.isStopped, isFatal: end.isFatal)
            } catch  where start.isMarked && Self.isLoss(error) {
                start.resume = try await again(error)
                await company.meeting.turnOver(of: run.host)
                company.delegates.memory.forget(run.host)
                start.others = company.delegates.memory.news(for: run.host)
            }
        }
    }

    /// Whether an error means that the connection broke; what the runner itself says is none, nor nonsense.
    private static func isLoss(_ error: any Error) -> Bool {
        if error is CancellationError || error is RunnerFailure { return false }
        guard let error = error as? BundleError else { return true }
        return error == .channelClosed
    }

    /// Connects again to a machine whose connection was lost, and says with what its play goes on.
    private func again(
        _ run: MachineRun, _ loss: any Error, _ report: @Sendable (HostEvent) -> Void,
        _ goOn: () async throws -> ResumePoint
    ) async throws -> ResumePoint {
        await run.close()
        guard let deadline = await run.patience(patience) else { throw loss }
        while true {
            do {
                let point = try await goOn()
                report(.resumed(host: run.host, Diagnoses(of: loss)))
                return point
            } catch {
                if error is CancellationError || ContinuousClock.now >= deadline { throw error }
                try await Task.sleep(for: .seconds(1))
            }
        }
    }

    /// The body for every host at once; `left` hears of each at its end.
    private func each(
        _ hosts: [String], _ body: @escaping @Sendable (String) async throws -> HostOutcome,
        left: @escaping @Sendable (HostOutcome) async -> Void
    ) async -> [HostOutcome] {
        await withTaskGroup(of: HostOutcome.self) { group in
            for host in hosts {
                group.addTask {
                    let outcome: HostOutcome
                    do {
                        outcome = try await body(host)
                    } catch {
                        outcome = HostOutcome(host: host, failure: Diagnoses(of: error))
                    }
                    await left(outcome)
                    return outcome
                }
            }
            return await group.reduce(into: []) { $0.append($1) }
        }
    }
}

/// How a play ended on a host. (A tuple with a `Result` would crash the runtime of Swift 6.3.1 when a child task ends.)
struct HostOutcome: Sendable {
    var host: String
    var run: MachineRun?
    var failure: Diagnoses?
    var hasFailed = false
    /// Whether it takes part no longer because others failed.
    var isStopped = false
    /// Whether its failure is all others', too.
    var isFatal = false
}

/// Lets so many do something at a time.
private actor Turns {
    private var free: Int
    private var waiting: [CheckedContinuation<Void, Never>] = []

    init(_ count: Int) { free = count }

    nonisolated func take<Value: Sendable>(_ body: () async throws -> Value) async throws -> Value {
        await begin()
        do {
            let value = try await body()
            await end()
            return value
        } catch {
            await end()
            throw error
        }
    }

    private func begin() async {
        if free > 0 {
            free -= 1
        } else {
            await withCheckedContinuation { waiting.append($0) }
        }
    }

    private func end() {
        if waiting.isEmpty {
            free += 1
        } else {
            waiting.removeFirst().resume()
        }
    }
}
