import Bundles
import Clusterfiles
import Diagnostics
import Plays

extension ClusterLifecycle {
    /// How the playbook's tasks ended by machine, and the machines that failed.
    struct PlaybookOutcome: Sendable {
        var counts: [String: RecapCounts]
        var failures: [MachineFailure]
    }

    func play(
        _ playbooks: [CompiledPlaybook], on spec: ClusterSpec, started: Set<String>, resumed: Set<String>,
        failed: [MachineFailure]
    ) async throws -> PlaybookOutcome {
        let visit = try await MachineVisit(
            self, spec, started: started, resumed: resumed, without: Set(failed.map(\.machine)), next: .converging)
        let program = try RunnerProgram(folder: programsFolder)
        let exchange = RunnerExchange()
        let secondWays = SecondWays()
        let thisHost = try ThisHost(programsFolder: programsFolder)
        let machines = Set(spec.machines.map(\.name))
        let concerned = Set(playbooks.flatMap(\.hosts))
        for failure in failed { await exchange.offer(failure.machine, .failure(Diagnoses(failure.diagnoses))) }
        let report = progress.report
        let failedTasks = FailedTasks()
        let (recap, unreached) = try await withThrowingTaskGroup(of: Part.self) { group in
            group.addTask {
                let begin = ContinuousClock.now
                defer { report(.phaseFinished(.playbook, seconds: begin.secondsSince)) }
                let recap = try await PlaybookRun(playbooks).run(
                    connect: { host in
                        guard machines.contains(host.name) else { return try await thisHost.connect(as: host) }
                        // One that joins a play by what tasks found is reached when it does.
                        return try await concerned.contains(host.name)
                            ? exchange.channel(of: host.name) : secondWays.channel(of: host.name)
                    },
                    connectBeside: { host in
                        try await machines.contains(host.name)
                            ? secondWays.channel(of: host.name) : thisHost.connect(as: host)
                    },
                    report: { event in
                        failedTasks.note(event)
                        Self.forward(event, to: report)
                    })
                await exchange.finish()
                await secondWays.finish()
                return .played(recap)
            }
            group.addTask {
                await secondWays.serve { host, body in try await visit.withSecondRunner(program, on: host, body) }
                return .served
            }
            group.addTask {
                .visited(
                    try await visit.all { machine in
                        guard concerned.contains(machine.name) else {
                            return try await visit.login(machine) { _ in }
                        }
                        do {
                            try await visit.withRunner(program, on: machine) { channel in
                                await exchange.offer(machine.name, .success(channel))
                                await exchange.waitUntilFinished()
                            }
                        } catch {
                            // The run goes on without it.
                            await exchange.offer(machine.name, .failure(error))
                            throw error
                        }
                    })
            }
            var (recap, unreached): (PlaybookRecap?, [MachineFailure]) = (nil, [])
            do {
                for try await part in group {
                    switch part {
                    case .played(let result): recap = result
                    case .visited(let failures): unreached = failures
                    case .served: break
                    }
                }
            } catch {
                await exchange.finish()
                await secondWays.finish()
                throw error
            }
            guard let recap else { preconditionFailure("one of the tasks gives the recap") }
            return (recap, unreached)
        }
        let known = Set((failed + unreached).map(\.machine))
        let others = Self.failures(in: recap, tasks: failedTasks.byHost).filter { !known.contains($0.machine) }
        return PlaybookOutcome(counts: recap.counts, failures: unreached + others)
    }

    /// The machines that dropped out of a run or had a task that failed.
    private static func failures(in recap: PlaybookRecap, tasks: [String: [Diagnosis]]) -> [MachineFailure] {
        let failed = recap.counts.filter { $0.value.failed > 0 }.keys
        return Set(recap.lost.keys).union(failed).sorted().map { host in
            let diagnoses: [Diagnosis] = (recap.lost[host]?.all ?? []) + (tasks[host] ?? [])
            return MachineFailure(machine: host, phase: .converging, diagnoses: diagnoses)
        }
    }

    /// What the parts of a run end with.
    private enum Part: Sendable {
        case played(PlaybookRecap)
        case visited([MachineFailure])
        case served
    }

    private static func forward(_ event: HostEvent, to report: @Sendable (ProgressEvent) -> Void) {
        switch event {
        case .playStarted, .resumed: break
        case .task(let host, let task):
            let name = (task.role.map { "\($0) : " } ?? "") + task.task
            guard let result = ProgressEvent.TaskResult(rawValue: task.status.rawValue) else {
                return report(.taskStarted(machine: host, task: name))
            }
            report(
                .task(
                    ProgressTask(
                        machine: host, task: name + (task.item.map { " (\($0))" } ?? ""), result: result,
                        detail: task.message, location: task.location, seconds: Double(task.milliseconds) / 1000)))
        case .lost(let host, _): report(.machine(host, .failed))
        case .warned(let diagnosis): report(.warning(diagnosis.rendered))
        }
    }
}
