import ContainerRuntime
import JSON
import Linux

/// How far one container of a pod got, as far as that decides what to do next.
enum Progress: Hashable {
    /// Never started.
    case fresh
    case running
    /// Ended well, and is not to run again.
    case done
    /// Ended badly, and is not to run again.
    case failedForGood
    /// Ended, and is to run again.
    case ended(attempt: Int, ranSeconds: Double)
    /// Went down with its sandbox, and is to run again at once: it is not its own fault.
    case lost(attempt: Int)

    init(_ found: PodRuntimeSnapshot?, _ name: String, isInit: Bool, pod: PodView) {
        guard let found, let latest = found.latest(name) else {
            self = .fresh
            return
        }
        let policy = isInit && pod.restartPolicy == .always ? .onFailure : pod.restartPolicy
        switch latest.state {
        case .running: self = found.isAlive ? .running : .lost(attempt: latest.attempt)
        case .exited(let exit):
            if isInit, exit.code == 0 {
                self = Self.isStale(exit, found, pod) ? .lost(attempt: latest.attempt) : .done
            } else if policy.restarts(afterFailure: exit.code != 0) {
                let ran = Double(exit.finishedAt.nanosecondsSinceEpoch - exit.startedAt.nanosecondsSinceEpoch) / 1e9
                self = .ended(attempt: latest.attempt, ranSeconds: ran)
            } else {
                self = exit.code == 0 ? .done : .failedForGood
            }
        case .startFailed:
            self = policy.restarts(afterFailure: true) ? .ended(attempt: latest.attempt, ranSeconds: 0) : .failedForGood
        case .lost: self = policy.restarts(afterFailure: true) ? .lost(attempt: latest.attempt) : .failedForGood
        }
    }

    /// Whether an init container's success belongs to a sandbox that is gone: it prepares each one anew.
    private static func isStale(_ exit: ContainerExit, _ found: PodRuntimeSnapshot, _ pod: PodView) -> Bool {
        pod.containers.contains { container in
            guard case .lost(let startedAt, _)? = found.latest(PodView.name(container))?.state else { return false }
            return exit.finishedAt <= startedAt
        }
    }
}

extension PodRuntimeSnapshot {
    /// Whether containers can run in its sandbox.
    var isAlive: Bool { if case .running = sandboxState { true } else { false } }

    /// Names of the containers that run, in order.
    var runningContainers: [String] {
        containers.compactMap { if case .running = $0.state { $0.name } else { nil } }
    }
}
