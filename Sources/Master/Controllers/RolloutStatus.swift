import JSON
import Objects

extension Rollout {
    /// Writes the counters and conditions that `kubectl rollout status` and `kubectl wait` read.
    mutating func updateStatus(now: Timestamp, stalledSeconds: Int) {
        let old = deployment["status"]
        let total = all.map(\.current).reduce(0, +)
        let available = all.map(\.available).reduce(0, +)
        var status: JSON = [
            "observedGeneration": JSON(deployment.meta.generation), "replicas": JSON(total),
            "updatedReplicas": JSON(isCreatingNew ? 0 : new?.current ?? 0),
            "readyReplicas": JSON(all.map(\.ready).reduce(0, +)), "availableReplicas": JSON(available),
            "unavailableReplicas": JSON(max(0, max(total, replicas) - available)),
        ]
        if let collisions = old?["collisionCount"] { status["collisionCount"] = collisions }
        let hasMinimum = available >= replicas - (isRecreate ? 0 : limits.maxUnavailable)
        var conditions = Conditions.setting(
            "Available", to: hasMinimum ? "True" : "False",
            reason: hasMinimum ? "MinimumReplicasAvailable" : "MinimumReplicasUnavailable",
            message: hasMinimum
                ? "Deployment has minimum availability." : "Deployment does not have minimum availability.",
            in: old?["conditions"], now: now.text)
        let progress = progress(status, stalledSeconds: stalledSeconds)
        conditions = Conditions.setting(
            "Progressing", to: progress.status, reason: progress.reason, message: progress.message, in: conditions,
            now: now.text)
        status["conditions"] = stamped(conditions, old: old, hasAdvanced: progress.hasAdvanced, now: now)
        if progress.reason == "ReplicaSetUpdated", let left = progress.secondsLeft {
            decision.recheckAfterSeconds = max(1, left)
        }
        if !StatusComparison.isSame(status, old) {
            var changed = deployment
            changed["status"] = status
            decision.changes.append(.updateStatus(changed))
        }
    }

    private struct Progress {
        var status = "True"
        var reason: String
        var message: String
        var hasAdvanced = false
        var secondsLeft: Int?
    }

    private func progress(_ status: JSON, stalledSeconds: Int) -> Progress {
        let name = deployment.meta.name
        if deployment[path: "spec", "paused"]?.bool == true {
            return Progress(status: "Unknown", reason: "DeploymentPaused", message: "Deployment is paused")
        }
        guard let new else {
            return Progress(
                reason: "NewReplicaSetCreated", message: "Created the newest replica set of \"\(name)\"",
                hasAdvanced: true)
        }
        let set = "ReplicaSet \"\(new.meta.name)\""
        if isComplete {
            return Progress(reason: "NewReplicaSetAvailable", message: "\(set) has successfully progressed.")
        }
        let hasAdvanced = ["updatedReplicas", "readyReplicas", "availableReplicas", "replicas"].contains {
            status[$0]?.integer ?? 0 != deployment[path: "status", $0]?.integer ?? 0
        }
        let deadline = deployment[path: "spec", "progressDeadlineSeconds"]?.integer ?? 600
        if stalledSeconds >= deadline, !hasAdvanced {
            return Progress(
                status: "False", reason: "ProgressDeadlineExceeded", message: "\(set) has timed out progressing.")
        }
        return Progress(
            reason: "ReplicaSetUpdated", message: "\(set) is progressing.", hasAdvanced: hasAdvanced,
            secondsLeft: deadline - stalledSeconds)
    }

    /// Sets `lastUpdateTime` of the conditions that changed, and of `Progressing` at every advance.
    private func stamped(_ conditions: JSON, old: JSON?, hasAdvanced: Bool, now: Timestamp) -> JSON {
        .array(
            (conditions.array ?? []).map { condition in
                var condition = condition
                let type = condition["type"]?.string
                let before = old?["conditions"]?.array?.first { $0["type"]?.string == type }
                let isUnchanged = before?["status"] == condition["status"] && before?["reason"] == condition["reason"]
                if !isUnchanged || (type == "Progressing" && hasAdvanced) || condition["lastUpdateTime"] == nil {
                    condition["lastUpdateTime"] = JSON(now.text)
                }
                return condition
            })
    }
}
