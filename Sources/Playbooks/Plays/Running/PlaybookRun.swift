package import Bundles
package import Diagnostics

/// What happens during a run, as it happens.
package enum HostEvent: Sendable, Hashable {
    case playStarted(name: String, hosts: [String])
    case task(host: String, TaskEvent)
    /// The machine dropped out: it cannot be reached, or its runner stopped.
    case lost(host: String, Diagnoses)
}

/// How a run ended, machine by machine.
package struct PlaybookRecap: Sendable, Hashable {
    package var counts: [String: RecapCounts] = [:]
    package var lost: [String: Diagnoses] = [:]

    package var succeeded: Bool { lost.isEmpty && counts.values.allSatisfy { $0.failed == 0 } }
    package var changed: Int { counts.values.reduce(0) { $0 + $1.changed } }

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

/// Runs compiled playbooks one after the other: play by play over all their machines, each machine at its own pace within a
/// play.
package struct PlaybookRun: Sendable {
    private let playbooks: [CompiledPlaybook]
    private let forks: Int

    /// `forks` bounds how many machines work at one time.
    package init(_ playbooks: [CompiledPlaybook], forks: Int = 32) {
        self.playbooks = playbooks
        self.forks = max(1, forks)
    }

    /// Connects to every machine once and runs; a machine that fails drops out, and where all of a play's have failed the run ends.
    package func run(
        connect: @escaping @Sendable (_ host: String) async throws -> MachineChannel,
        report: @escaping @Sendable (HostEvent) -> Void
    ) async throws -> PlaybookRecap {
        var runs: [String: MachineRun] = [:]
        var recap = PlaybookRecap()
        for (number, stage) in stages where !stage.hosts.isEmpty {
            let active = stage.hosts.filter { recap.lost[$0] == nil && recap.counts[$0]?.failed ?? 0 == 0 }
            if active.isEmpty { break }
            report(.playStarted(name: stage.name, hosts: active))
            let outcomes = await each(active) { [runs] host in
                try await self.play(stage.number, of: number, on: host, existing: runs[host], connect, report)
            }
            // Who was interrupted has not failed.
            try Task.checkCancellation()
            for outcome in outcomes {
                if let run = outcome.run {
                    runs[outcome.host] = run
                    recap.counts[outcome.host] = await run.counts
                } else if let diagnoses = outcome.failure {
                    recap.lost[outcome.host] = diagnoses
                    report(.lost(host: outcome.host, diagnoses))
                }
            }
        }
        for run in runs.values { await run.close() }
        return recap
    }

    /// The plays of all playbooks in order, each with its playbook's number.
    private var stages: [(playbook: Int, stage: CompiledPlaybook.Stage)] {
        playbooks.enumerated().flatMap { number, playbook in playbook.stages.map { (number, $0) } }
    }

    private func play(
        _ number: Int, of playbook: Int, on host: String, existing: MachineRun?,
        _ connect: @Sendable (String) async throws -> MachineChannel,
        _ report: @escaping @Sendable (HostEvent) -> Void
    ) async throws -> MachineRun {
        let run: MachineRun
        if let existing {
            run = existing
        } else {
            run = MachineRun(host: host, channel: try await connect(host), report: report)
        }
        do {
            try await run.begin(playbook, of: playbooks[playbook])
            _ = try await run.play(number)
            return run
        } catch {
            await run.close()
            throw error
        }
    }

    /// The body for every host, so many at a time.
    private func each(
        _ hosts: [String], _ body: @escaping @Sendable (String) async throws -> MachineRun
    ) async -> [Outcome] {
        await withTaskGroup(of: Outcome.self) { group in
            var waiting = hosts[...]
            func start() {
                guard let host = waiting.popFirst() else { return }
                group.addTask {
                    do {
                        return Outcome(host: host, run: try await body(host), failure: nil)
                    } catch {
                        return Outcome(host: host, run: nil, failure: Diagnoses(of: error))
                    }
                }
            }
            for _ in 0..<min(forks, hosts.count) { start() }
            var outcomes: [Outcome] = []
            for await outcome in group {
                outcomes.append(outcome)
                start()
            }
            return outcomes
        }
    }

    /// How a play ended on a host. (A tuple with a `Result` would crash the runtime of Swift 6.3.1 when a child task ends.)
    private struct Outcome: Sendable {
        var host: String
        var run: MachineRun?
        var failure: Diagnoses?
    }
}
