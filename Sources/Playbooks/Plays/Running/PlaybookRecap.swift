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
    /// What is no mistake, but perhaps not what was meant.
    case warned(Diagnosis)
}

/// How a run ended, machine by machine.
package struct PlaybookRecap: Sendable, Hashable {
    package var counts: [String: RecapCounts] = [:]
    package var lost: [String: Diagnoses] = [:]
    /// The machines that stopped because too many others had failed.
    package var stopped: Set<String> = []
    /// What tasks of `set_stats` said.
    package var customStatistics = CustomStatistics()

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
