import Diagnostics
import Plays
import Synchronization

/// The tasks that failed in a run, by machine.
final class FailedTasks: Sendable {
    private let state = Mutex<[String: [Diagnosis]]>([:])

    var byHost: [String: [Diagnosis]] { state.withLock { $0 } }

    /// Keeps the failed task that an event tells of, at its place in the playbook; of a loop its items tell more than the whole.
    func note(_ event: HostEvent) {
        guard case .task(let host, let task) = event, task.status == .failed else { return }
        let name = (task.role.map { "\($0) : " } ?? "") + task.task + (task.item.map { " (\($0))" } ?? "")
        let failure = Diagnosis("task '\(name)' failed", why: task.message, at: SourceLocation(task.location))
        state.withLock { $0[host, default: []].append(failure) }
    }
}
