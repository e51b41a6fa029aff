package import JSON
package import Objects

extension NodeLifecycle {
    /// Which pods a troubled node loses by now, and which are marked not ready.
    ///
    /// Nothing is evicted while no node at all is ready: then the trouble is the watcher's.
    package static func evict(
        from node: JSON, pods: [JSON], seen: Observation, limits: Limits, isAnyNodeReady: Bool, now: Timestamp
    ) -> Decision {
        var decision = Decision()
        let status = Conditions.find("Ready", in: node)?["status"]?.string
        if status == "Unknown" {
            for pod in pods where PodState.isReady(pod) && !PodState.hasEnded(pod) {
                decision.changes.append(.updateStatus(notReady(pod, now: now)))
            }
        }
        guard isAnyNodeReady else { return decision }
        let taints = (node[path: "spec", "taints"]?.array ?? []).filter { $0["effect"]?.string == "NoExecute" }
        for pod in pods where !pod.meta.isBeingDeleted && !PodState.hasEnded(pod) {
            let waits = taints.map { wait(of: pod, for: $0, limits: limits) }
            guard let wait = waits.compactMap({ $0 }).min() else { continue }
            if seen.troubledSeconds >= Double(wait) {
                decision.changes.append(.delete(ObjectReference(to: pod)))
                decision.events.append(
                    EventNote(
                        about: ObjectReference(to: pod), reason: "TaintManagerEviction",
                        message: "Marking for deletion Pod \(pod.meta.key)"))
            }
        }
        return decision
    }

    /// How long a pod stays in spite of a taint; nil is for ever.
    private static func wait(of pod: JSON, for taint: JSON, limits: Limits) -> Int? {
        let key = taint["key"]?.string ?? ""
        let fitting = (pod[path: "spec", "tolerations"]?.array ?? []).filter { toleration in
            let effect = toleration["effect"]?.string ?? ""
            guard effect.isEmpty || effect == "NoExecute" else { return false }
            let tolerated = toleration["key"]?.string ?? ""
            if toleration["operator"]?.string == "Exists" { return tolerated.isEmpty || tolerated == key }
            return tolerated == key && toleration["value"]?.string ?? "" == taint["value"]?.string ?? ""
        }
        guard !fitting.isEmpty else {
            return key == NodeLifecycle.notReady || key == unreachable ? limits.evictionSeconds : 0
        }
        return fitting.compactMap { $0["tolerationSeconds"]?.integer }.min().map { max(0, $0) }
    }

    private static func notReady(_ pod: JSON, now: Timestamp) -> JSON {
        var pod = pod
        let conditions = Conditions.setting(
            "Ready", to: "False", reason: "NodeNotReady", message: "the node is not ready",
            in: pod[path: "status", "conditions"], now: now.text)
        pod["status"]?["conditions"] = conditions
        return pod
    }
}
