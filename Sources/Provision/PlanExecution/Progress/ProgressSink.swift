import Diagnostics

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
    package func step<Value>(
        machine: String?, _ what: String, id: String? = nil, _ body: () async throws -> Value
    ) async throws -> Value {
        let step = ProgressStep(machine: machine, what, id: id)
        let start = ContinuousClock.now
        report(.stepStarted(step))
        do {
            let value = try await body()
            report(.stepFinished(step, seconds: start.secondsSince))
            return value
        } catch let error as CancellationError {
            throw error
        } catch {
            report(.stepFailed(step, seconds: start.secondsSince, error: Diagnoses(of: error)))
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
