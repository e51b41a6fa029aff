import Plays
import Synchronization

/// What warm disks would have saved of an `up`: the seconds of the tasks that are done on them, beside the seconds of a boot,
/// which preparing one costs.
///
/// Both are of the same run, so that the answer does not depend on how fast the host is.
final class WarmGain: Sendable {
    private let state = Mutex<(boot: Double, tasks: [String: [String: Double]])>((0, [:]))

    /// A sink that also notes here what it hears.
    func listening(to sink: ProgressSink) -> ProgressSink {
        ProgressSink { event in
            self.note(event)
            sink.report(event)
        }
    }

    func note(_ event: ProgressEvent) {
        switch event {
        case .phaseFinished(.boot, let seconds): state.withLock { $0.boot = max($0.boot, seconds) }
        case .task(let task) where task.result == .changed:
            // Of a loop each item is told, and then the whole.
            state.withLock { state in
                let known = state.tasks[task.machine, default: [:]][task.location] ?? 0
                state.tasks[task.machine, default: [:]][task.location] = max(known, task.seconds)
            }
        default: break
        }
    }

    /// Whether the tasks that a machine would find done took longer than a boot.
    func pays(_ disk: WarmDisk, for machine: String) -> Bool {
        let locations = Set(disk.tasks.map(\.location))
        return state.withLock { state in
            let saved = (state.tasks[machine] ?? [:]).filter { locations.contains($0.key) }.reduce(0) { $0 + $1.value }
            return state.boot > 0 && saved > state.boot
        }
    }
}
