import FoundationEssentials
import PlanExecution
import Synchronization

/// Prints progress to stderr, a line an event: who, what, and how long it took.
final class ProgressPrinter: Sendable {
    private struct State {
        var seconds: [ProgressEvent.Phase: Double] = [:]
        var counts: [String: [ProgressEvent.TaskResult: Int]] = [:]
        var changes = 0
    }

    private let state = Mutex(State())
    private let showsUnchanged: Bool

    init(showsUnchanged: Bool = false) { self.showsUnchanged = showsUnchanged }

    var sink: ProgressSink { ProgressSink { self.print($0) } }

    /// Seconds that each phase took, in the phases' order.
    var phaseSeconds: [(ProgressEvent.Phase, Double)] {
        let seconds = state.withLock { $0.seconds }
        return ProgressEvent.Phase.allCases.compactMap { phase in seconds[phase].map { (phase, $0) } }
    }

    /// How often each result came, by machine.
    var recap: [String: [ProgressEvent.TaskResult: Int]] { state.withLock { $0.counts } }

    /// Steps carried out and tasks that changed something.
    var changes: Int { state.withLock { $0.changes } }

    private func print(_ event: ProgressEvent) {
        switch event {
        case .phaseStarted: break
        case .phaseFinished(let phase, let seconds): state.withLock { $0.seconds[phase, default: 0] += seconds }
        case .stepFinished(let machine, let what, let seconds):
            state.withLock { $0.changes += 1 }
            line(machine, what, right: "\(Self.rounded(seconds)) s")
        case .stepFailed(let machine, let what, let error):
            line(machine, "\(what): FAILED", right: "")
            error.split(separator: "\n").forEach { Terminal.error("    \($0)") }
        case .task(let machine, _, let task, let result, let detail):
            state.withLock {
                $0.counts[machine, default: [:]][result, default: 0] += 1
                if result == .changed { $0.changes += 1 }
            }
            guard showsUnchanged || result == .changed || result == .failed || result == .ignored else { return }
            line(machine, "\(result.rawValue): \(task)", right: "")
            detail?.split(separator: "\n").forEach { Terminal.error("    \($0)") }
        case .warning(let text): Terminal.error("warning: \(text)")
        case .note(let text): Terminal.error(text)
        }
    }

    private func line(_ machine: String?, _ what: String, right: String) {
        let left = (machine ?? "cluster").padding(to: 14) + what
        Terminal.error(right.isEmpty ? left : left.padding(to: 70) + right)
    }

    static func rounded(_ seconds: Double) -> String {
        let tenths = Int((seconds * 10).rounded())
        return "\(tenths / 10).\(tenths % 10)"
    }
}

extension String {
    /// This text with spaces up to a width, and at least one after it.
    func padding(to width: Int) -> String {
        self + String(repeating: " ", count: Swift.max(1, width - count))
    }
}
