/// What carrying out a plan reports while it goes on; rendering is the program's.
package enum ProgressEvent: Hashable, Sendable {
    /// A part of the whole began: plan, network, volumes, boot, playbook, nodes.
    case phaseStarted(Phase)
    case phaseFinished(Phase, seconds: Double)
    /// A step for one machine, or for the cluster where `machine` is nil.
    case stepFinished(machine: String?, what: String, seconds: Double)
    case stepFailed(machine: String?, what: String, error: String)
    case task(machine: String, play: String, task: String, result: TaskResult, detail: String?)
    case warning(String)
    case note(String)

    package enum Phase: String, Hashable, Sendable, CaseIterable {
        case plan, network, volumes, boot, playbook, nodesReady
    }

    package enum TaskResult: String, Hashable, Sendable {
        case ok, changed, skipped, failed, ignored
    }
}

/// Where progress goes; called from many tasks at once.
package struct ProgressSink: Sendable {
    package var report: @Sendable (ProgressEvent) -> Void

    package init(report: @escaping @Sendable (ProgressEvent) -> Void) { self.report = report }

    /// Runs a part of the whole and reports how long it took.
    package func phase<Value>(_ phase: ProgressEvent.Phase, _ body: () async throws -> Value) async rethrows -> Value {
        report(.phaseStarted(phase))
        let start = ContinuousClock.now
        let value = try await body()
        report(.phaseFinished(phase, seconds: start.secondsSince))
        return value
    }

    /// Runs one step and reports how it ended; a cancelled step is nobody's failure.
    package func step<Value>(machine: String?, _ what: String, _ body: () async throws -> Value) async throws -> Value {
        let start = ContinuousClock.now
        do {
            let value = try await body()
            report(.stepFinished(machine: machine, what: what, seconds: start.secondsSince))
            return value
        } catch let error as CancellationError {
            throw error
        } catch {
            report(.stepFailed(machine: machine, what: what, error: "\(error)"))
            throw error
        }
    }
}

extension ContinuousClock.Instant {
    /// Seconds from this instant until now.
    package var secondsSince: Double {
        let parts = (ContinuousClock.now - self).components
        return Double(parts.seconds) + Double(parts.attoseconds) * 1e-18
    }
}
