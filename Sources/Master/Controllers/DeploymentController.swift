package import JSON
package import Objects

/// A Deployment's ReplicaSets: one for each template it had, sized so that the newest takes over within the strategy's limits.
package enum DeploymentController {
    static let hashLabel = "pod-template-hash"
    static let revisionAnnotation = "deployment.kubernetes.io/revision"
    static let desiredAnnotation = "deployment.kubernetes.io/desired-replicas"
    static let maximumAnnotation = "deployment.kubernetes.io/max-replicas"

    /// - Parameters:
    ///   - replicaSets: ReplicaSets of the namespace; those of others are passed over.
    ///   - pods: pods of the namespace; only Recreate looks at them.
    ///   - stalledSeconds: for how long the caller, by its own clock, has seen no progress.
    package static func reconcile(
        _ deployment: JSON, replicaSets: [JSON], pods: [JSON], now: Timestamp, stalledSeconds: Int = 0
    ) -> Decision {
        guard let selector = try? LabelSelector(deployment[path: "spec", "selector"] ?? .null), !selector.isEmpty else {
            return Decision()  // validation lets no such object in; what slipped through manages nothing
        }
        let (owned, claims) = Ownership.claim(replicaSets, for: deployment, selector: selector)
        guard claims.isEmpty else { return Decision(changes: claims) }
        var rollout = Rollout(deployment, owned: owned.filter { !$0.meta.isBeingDeleted })
        if deployment.meta.isBeingDeleted {
            rollout.updateStatus(now: now, stalledSeconds: 0)
            return rollout.decision
        }
        let isPaused = deployment[path: "spec", "paused"]?.bool ?? false
        if rollout.isBeingScaled || isPaused {
            if rollout.new != nil { rollout.matchNewToDeployment() }
            rollout.scaleProportionally()
        } else {
            rollout.makeNewReplicaSet()
            if deployment[path: "spec", "strategy", "type"]?.string == "Recreate" {
                rollout.recreate(pods: pods)
            } else {
                rollout.roll()
            }
        }
        rollout.writeSizes()
        if !isPaused { rollout.removeOldRevisions() }
        rollout.updateStatus(now: now, stalledSeconds: stalledSeconds)
        return rollout.decision
    }

    /// What changes when a rollout gets on; while it stays the same, the caller's stall clock runs.
    package static func progressMark(_ deployment: JSON) -> [Int] {
        let status = deployment["status"]
        return [deployment.meta.generation]
            + ["updatedReplicas", "readyReplicas", "availableReplicas", "replicas"].map {
                status?[$0]?.integer ?? 0
            }
    }
}
