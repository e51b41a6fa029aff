package import JSON
package import Objects

/// A ReplicaSet's pods: as many as wanted, and a status that says how they are.
package enum ReplicaSetController {
    /// At most this many pods are made or given up in one look.
    private static let burst = 500

    /// - Parameters:
    ///   - pods: pods of the ReplicaSet's namespace; those that it does not manage are passed over or adopted.
    ///   - now: the wall clock, for `minReadySeconds` and transition times.
    package static func reconcile(_ replicaSet: JSON, pods: [JSON], now: Timestamp) -> Decision {
        guard let selector = try? LabelSelector(replicaSet[path: "spec", "selector"] ?? .null), !selector.isEmpty else {
            return Decision()  // validation lets no such object in; what slipped through manages nothing
        }
        let (owned, claims) = Ownership.claim(pods, for: replicaSet, selector: selector)
        let active = owned.filter(PodState.isActive)
        var decision = Decision(changes: claims)
        if !replicaSet.meta.isBeingDeleted, claims.isEmpty {
            scale(replicaSet, active: active, all: pods, into: &decision)
        }
        let minReadySeconds = replicaSet[path: "spec", "minReadySeconds"]?.integer ?? 0
        let waits = active.compactMap {
            PodState.secondsUntilAvailable($0, minReadySeconds: minReadySeconds, now: now)
        }
        if let wait = waits.filter({ $0 > 0 }).min() { decision.recheckAfterSeconds = wait }
        status(of: replicaSet, active: active, available: waits.count { $0 == 0 }, into: &decision)
        return decision
    }

    private static func scale(_ replicaSet: JSON, active: [JSON], all: [JSON], into decision: inout Decision) {
        let wanted = replicaSet[path: "spec", "replicas"]?.integer ?? 1
        if active.count < wanted {
            let pod = pod(of: replicaSet)
            for _ in 0..<min(wanted - active.count, burst) { decision.changes.append(.create(pod)) }
        } else if active.count > wanted {
            var related: [String: Int] = [:]
            for pod in active { related[PodState.node(pod), default: 0] += 1 }
            let sorted = DeletionOrder.sorted(active, related: related)
            for pod in sorted.prefix(min(active.count - wanted, burst)) {
                decision.changes.append(.delete(ObjectReference(to: pod)))
            }
        }
    }

    /// A new pod, named by the server after the ReplicaSet.
    static func pod(of replicaSet: JSON) -> JSON {
        let template = replicaSet[path: "spec", "template"]
        var metadata: JSON = [
            "generateName": JSON(replicaSet.meta.name + "-"), "namespace": JSON(replicaSet.meta.namespace),
        ]
        for member in ["labels", "annotations", "finalizers"] {
            if let value = template?[path: "metadata", member] { metadata[member] = value }
        }
        metadata["ownerReferences"] = [Ownership.controllerReference(to: replicaSet)]
        return ["apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": template?["spec"] ?? [:]]
    }

    private static func status(of replicaSet: JSON, active: [JSON], available: Int, into decision: inout Decision) {
        let templateLabels = replicaSet[path: "spec", "template", "metadata", "labels"]?.object ?? [:]
        let fullyLabelled = active.count { pod in
            templateLabels.allSatisfy { pod[path: "metadata", "labels"]?[$0.key] == $0.value }
        }
        var status: JSON = [
            "replicas": JSON(active.count), "fullyLabeledReplicas": JSON(fullyLabelled),
            "readyReplicas": JSON(active.count(where: PodState.isReady)), "availableReplicas": JSON(available),
            "observedGeneration": JSON(replicaSet.meta.generation),
        ]
        if let conditions = replicaSet[path: "status", "conditions"], conditions.array?.isEmpty == false {
            status["conditions"] = conditions
        }
        if !StatusComparison.isSame(status, replicaSet["status"]) {
            var changed = replicaSet
            changed["status"] = status
            decision.changes.append(.updateStatus(changed))
        }
    }
}

/// Whether two statuses say the same; a counter that is left out is zero.
enum StatusComparison {
    static func isSame(_ one: JSON, _ other: JSON?) -> Bool {
        meaning(of: one) == meaning(of: other ?? [:])
    }

    private static func meaning(of status: JSON) -> JSONObject {
        JSONObject((status.object ?? [:]).filter { $0.value != 0 && !$0.value.isNull }.map { ($0.key, $0.value) })
    }
}
