package import Bundles
package import Diagnostics
package import JSON

/// What happens during a run, as it happens.
package enum HostEvent: Sendable, Hashable {
    case playStarted(name: String, hosts: [String])
    case task(host: String, TaskEvent)
    /// The machine dropped out: it cannot be reached, or its runner stopped.
    case lost(host: String, Diagnoses)
    /// The connection was lost, as it says, and is back: the play goes on with the task that was underway.
    case resumed(host: String, Diagnoses)
}

/// How a run ended, machine by machine.
package struct PlaybookRecap: Sendable, Hashable {
    package var counts: [String: RecapCounts] = [:]
    package var lost: [String: Diagnoses] = [:]
    /// The machines that stopped because too many others had failed.
    package var stopped: Set<String> = []

    package var succeeded: Bool { lost.isEmpty && stopped.isEmpty && counts.values.allSatisfy { $0.failed == 0 } }
    package var changed: Int { counts.values.reduce(0) { $0 + $1.changed } }

    /// The recap for scripts, by machine.
    package var json: JSON {
        let names = Set(counts.keys).union(lost.keys).sorted()
        return .object(
            JSONObject(
                names.map { name in
                    var stats = (counts[name] ?? RecapCounts()).json
                    stats["unreachable"] = JSON(lost[name] == nil ? 0 : 1)
                    return (name, stats)
                }))
    }

    /// Ansible's recap, one line a machine.
    package var text: String {
        let width = (Array(counts.keys) + Array(lost.keys)).map(\.count).max() ?? 0
        let names = Set(counts.keys).union(lost.keys).sorted()
        return names.map { name in
            let count = counts[name] ?? RecapCounts()
            return name + String(repeating: " ", count: width - name.count)
                + " : ok=\(count.ok)  changed=\(count.changed)  unreachable=\(lost[name] == nil ? 0 : 1)  failed=\(count.failed)"
                + "  skipped=\(count.skipped)  rescued=\(count.rescued)  ignored=\(count.ignored)"
        }.joined(separator: "\n")
    }
}

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
        connect: @escaping Connect, connectBeside: Delegates.Connect? = nil,
        prompt: (@Sendable (VariablePrompt) async throws -> String?)? = nil,
        report: @escaping @Sendable (HostEvent) -> Void
    ) async throws -> PlaybookRecap {
        var runs: [Way: MachineRun] = [:]
        var recap = PlaybookRecap()
        let memory = SharedVariables()
        let delegates = Delegates(memory, connect: connectBeside, report: report)
        plays: for (number, stage) in stages where !stage.hosts.isEmpty {
            let active = stage.hosts.filter { recap.takesPart($0) }
            if active.isEmpty { break }
            report(.playStarted(name: stage.name, hosts: active))
            let answers = try await Self.answers(to: stage.prompts, prompt)
            for batch in stage.batches(of: active) {
                let meeting = Meeting(batch, limit: stage.limit, isFree: stage.isFree, memory)
                let left = active.filter { recap.takesPart($0) }
                let outcomes = await each(batch) { [runs] host in
                    let way = Way(host: host, keywords: stage.connection)
                    let patience = playbooks[number].patience(of: host, in: stage)
                    let run = try await existing(runs[way], way, patience, connect, report)
                    var start = PlayStart(
                        number: stage.number, hosts: left, batch: batch, variables: answers,
                        others: memory.news(for: host), isChecking: isChecking)
                    start.isStepping = steps.areWanted
                    return try await play(start, of: number, on: run, meeting, delegates) { error in
                        try await again(run, error, report) { try await connect(way.host, way.keywords) }
                    }
                } left: { outcome in
                    await meeting.left(
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
    private var stages: [(playbook: Int, stage: CompiledPlaybook.Stage)] {
        playbooks.enumerated().flatMap { number, playbook in playbook.stages.map { (number, $0) } }
    }

    /// Makes a way to a machine, as the play wants it.
    package typealias Connect =
        @Sendable (_ host: String, _ keywords: ConnectionKeywords) async throws -> MachineChannel

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
        _ run: MachineRun?, _ way: Way, _ patience: Duration, _ connect: Connect,
        _ report: @escaping @Sendable (HostEvent) -> Void
    ) async throws -> MachineRun {
        if let run { return run }
        let deadline = ContinuousClock.now + patience
        while true {
            do {
                return try await connecting.take {
                    MachineRun(
                        host: way.host, channel: try await connect(way.host, way.keywords), pausing: pausing,
                        report: report)
                }
            } catch {
                if error is CancellationError || ContinuousClock.now >= deadline { throw error }
                try await Task.sleep(for: .seconds(1))
            }
        }
    }

    private func play(
        _ start: PlayStart, of playbook: Int, on run: MachineRun, _ meeting: Meeting, _ delegates: Delegates,
        again: (any Error) async throws -> ResumePoint
    ) async throws -> HostOutcome {
        var start = start
        start.isMarked = patience > .zero
        do {
            try await run.begin(playbook, of: playbooks[playbook])
            let failedBefore = await run.counts.failed
            let end: PlayEnd
            while true {
                do {
                    end = try await run.play(start, meeting, delegates, steps)
                    break
                } catch  where start.isMarked && Self.isLoss(error) {
                    start.resume = try await again(error)
                    await meeting.turnOver(of: run.host)
                    delegates.memory.forget(run.host)
                    start.others = delegates.memory.news(for: run.host)
                }
            }
            delegates.memory.tell(end.updates, of: run.host)
            return HostOutcome(
                host: run.host, run: run, hasFailed: await run.counts.failed > failedBefore, isStopped: end.isStopped,
                isFatal: end.isFatal)
        } catch {
            await run.close()
            throw error
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
        connect: () async throws -> MachineChannel
    ) async throws -> ResumePoint {
        await run.close()
        guard let deadline = await run.patience(patience) else { throw loss }
        while true {
            do {
                let point = try await run.goOn(over: try await connect())
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

extension PlaybookRecap {
    /// Whether a machine is still with the run.
    func takesPart(_ host: String) -> Bool {
        lost[host] == nil && !stopped.contains(host) && counts[host]?.failed ?? 0 == 0
    }

    mutating func note(
        _ outcome: HostOutcome, _ stage: CompiledPlaybook.Stage, _ report: @Sendable (HostEvent) -> Void
    ) {
        if outcome.run != nil {
            if outcome.isStopped { stopped.insert(outcome.host) }
        } else if let diagnoses = outcome.failure, stage.ignoresUnreachable {
            counts[outcome.host, default: RecapCounts()].skipped += 1
            report(.lost(host: outcome.host, diagnoses))
        } else if let diagnoses = outcome.failure {
            lost[outcome.host] = diagnoses
            report(.lost(host: outcome.host, diagnoses))
        }
    }
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
