import ContainerRuntime
import JSON
import Objects

/// One thing to do for a pod.
enum PodAction: Hashable {
    case createSandbox
    case start(container: String, attempt: Int)
    case stop(container: String, gracePeriodSeconds: Int)
    /// Everything has ended: take it away and confirm the deletion.
    case remove
}

/// What is to be done for one pod now, and when to look again.
struct PodPlan: Hashable {
    var actions: [PodAction] = []
    /// In seconds from now.
    var recheckAfter: Double?
    /// Containers that wait for their back-off to pass, with the seconds of the whole pause.
    var backingOff: [String: Double] = [:]
}

extension PodPlan {
    /// Decides from the pod as it is wanted and as the machine has it.
    ///
    /// - Parameters:
    ///   - now: the caller's own monotonic clock, in seconds.
    static func make(
        for pod: PodView, found: PodRuntimeSnapshot?, backoff: inout RestartBackoff, now: Double
    ) -> PodPlan {
        if pod.meta.isBeingDeleted { return end(pod, found) }
        if pod.hasEnded { return stopAll(pod, found, graceSeconds: 0) }
        var plan = PodPlan()
        let needed = neededContainers(pod, found, backoff: &backoff, now: now, plan: &plan)
        guard !needed.isEmpty else { return plan }
        if found.map({ !$0.isAlive }) ?? true { plan.actions.append(.createSandbox) }
        plan.actions += needed
        return plan
    }

    /// A pod that nobody wants any more: what still runs is killed, then everything goes.
    static func removal(of found: PodRuntimeSnapshot) -> PodPlan { PodPlan(actions: [.remove]) }

    private static func end(_ pod: PodView, _ found: PodRuntimeSnapshot?) -> PodPlan {
        let plan = stopAll(pod, found, graceSeconds: pod.gracePeriodSeconds)
        return plan.actions.isEmpty ? PodPlan(actions: [.remove]) : plan
    }

    private static func stopAll(_ pod: PodView, _ found: PodRuntimeSnapshot?, graceSeconds: Int) -> PodPlan {
        guard let found, found.isAlive else { return PodPlan() }
        let running = found.runningContainers
        return PodPlan(actions: running.map { .stop(container: $0, gracePeriodSeconds: graceSeconds) })
    }

    private static func neededContainers(
        _ pod: PodView, _ found: PodRuntimeSnapshot?, backoff: inout RestartBackoff, now: Double, plan: inout PodPlan
    ) -> [PodAction] {
        for container in pod.initContainers {
            let name = PodView.name(container)
            switch Progress(found, name, isInit: true, pod: pod) {
            case .done: continue
            case .running, .failedForGood: return []
            case .fresh: return [.start(container: name, attempt: 0)]
            case .ended(let attempt, let ranSeconds):
                return restart(name, attempt, ranSeconds, &backoff, now, &plan)
            case .lost(let attempt): return [.start(container: name, attempt: attempt + 1)]
            }
        }
        return pod.containers.flatMap { container -> [PodAction] in
            let name = PodView.name(container)
            switch Progress(found, name, isInit: false, pod: pod) {
            case .done, .running, .failedForGood: return []
            case .fresh: return [.start(container: name, attempt: 0)]
            case .ended(let attempt, let ranSeconds):
                return restart(name, attempt, ranSeconds, &backoff, now, &plan)
            case .lost(let attempt): return [.start(container: name, attempt: attempt + 1)]
            }
        }
    }

    private static func restart(
        _ name: String, _ attempt: Int, _ ranSeconds: Double, _ backoff: inout RestartBackoff, _ now: Double,
        _ plan: inout PodPlan
    ) -> [PodAction] {
        let due = backoff.due(name, ended: attempt, ranSeconds: ranSeconds, now: now)
        guard due > now else { return [.start(container: name, attempt: attempt + 1)] }
        plan.backingOff[name] = backoff.currentSeconds(name)
        plan.recheckAfter = min(plan.recheckAfter ?? .infinity, due - now)
        return []
    }
}
