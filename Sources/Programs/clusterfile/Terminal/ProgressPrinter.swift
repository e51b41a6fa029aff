import ArgumentParser
import FoundationEssentials
import Glibc
import JSON
import PlanExecution
import Synchronization

/// Shows progress: live lines on a terminal, a line an event elsewhere, or JSON for programs.
final class ProgressPrinter: Sendable {
    enum Style {
        /// To stderr, a line an event: who, what, and how long it took.
        case plain
        /// To stderr, a line a machine, repainted in place.
        case live
        /// To stdout, an object a line (`Events.md`).
        case events
    }

    private struct State {
        var seconds: [ProgressEvent.Phase: Double] = [:]
        var changes = 0
    }

    private let state = Mutex(State())
    private let showsUnchanged: Bool
    private let style: Style

    init(showsUnchanged: Bool = false, style: Style = .plain) {
        self.showsUnchanged = showsUnchanged
        self.style = style
    }

    var sink: ProgressSink { ProgressSink { self.print($0) } }

    /// Seconds that each phase took, in the phases' order.
    var phaseSeconds: [(ProgressEvent.Phase, Double)] {
        let seconds = state.withLock { $0.seconds }
        return ProgressEvent.Phase.allCases.compactMap { phase in seconds[phase].map { (phase, $0) } }
    }

    /// Steps carried out and tasks that changed something.
    var changes: Int { state.withLock { $0.changes } }

    private func print(_ event: ProgressEvent) {
        count(event)
        switch style {
        case .events: printObject(event.json)
        case .plain: printLine(event)
        case .live:
            LiveDisplay.shared.apply(event)
            // What goes well is seen in the live lines.
            if case .stepFinished = event, !showsUnchanged { return }
            printLine(event)
        }
    }

    /// An event as a line of JSON, with its time.
    func printObject(_ event: JSON) {
        guard style == .events else { return }
        var line: JSON = ["time": .string(Date.now.formatted(.iso8601WithMilliseconds))]
        for (name, value) in event.object ?? JSONObject() { line[name] = value }
        Terminal.output(line.text)
    }

    private func count(_ event: ProgressEvent) {
        state.withLock { state in
            switch event {
            case .phaseFinished(let phase, let seconds): state.seconds[phase, default: 0] += seconds
            case .stepFinished: state.changes += 1
            case .task(let task): if task.result == .changed { state.changes += 1 }
            default: break
            }
        }
    }

    private func printLine(_ event: ProgressEvent) {
        switch event {
        case .machines, .machine, .phaseStarted, .phaseFinished, .stepStarted, .taskStarted: break
        case .stepFinished(let step, let seconds): line(step.machine, step.what, right: "\(seconds.tenths) s")
        case .stepFailed(let step, _, let error):
            line(step.machine, "\(step.what): FAILED", details: [error.description])
        case .task(let task):
            let isShown = [.changed, .failed, .ignored].contains(task.result)
            guard showsUnchanged || isShown else { return }
            let place = task.result == .failed || task.result == .ignored ? "at " + task.location : nil
            line(
                task.machine, "\(task.result.rawValue): \(task.task)",
                details: [place, task.detail].compactMap(\.self))
        case .warning(let text): Terminal.error("warning: \(text)")
        case .note(let text): Terminal.error(text)
        }
    }

    /// Prints a line and what is to be said below it at once: what others say does not come between.
    private func line(_ machine: String?, _ what: String, right: String = "", details: [String] = []) {
        let left = (machine ?? "cluster").padding(to: 14) + what
        let below = details.flatMap { $0.split(separator: "\n") }.map { "\n    " + $0 }.joined()
        Terminal.error((right.isEmpty ? left : left.padding(to: 70) + right) + below)
    }
}

extension FormatStyle where Self == Date.ISO8601FormatStyle {
    /// `2026-01-02T03:04:05.678Z`
    static var iso8601WithMilliseconds: Date.ISO8601FormatStyle {
        Date.ISO8601FormatStyle(includingFractionalSeconds: true)
    }
}

extension String {
    /// This text with spaces up to a width, and at least one after it.
    func padding(to width: Int) -> String {
        self + String(repeating: " ", count: Swift.max(1, width - count))
    }
}
