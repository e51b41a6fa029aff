package import JSON
package import Objects

/// What becomes of a node that has gone silent, and of its pods.
///
/// Silence is measured by whoever watches, in time that passed for it; no clock of another machine is asked
/// (a machine that was paused or restored is not late).
package enum NodeLifecycle {
    package static let notReady = "node.kubernetes.io/not-ready"
    package static let unreachable = "node.kubernetes.io/unreachable"
    package static let unschedulable = "node.kubernetes.io/unschedulable"

    /// The bounds, as the master's flags set them.
    package struct Limits: Hashable, Sendable {
        /// Silence after which a node is not ready any more.
        package var graceSeconds: Int
        /// How long pods without a toleration of their own stay on a node that is not ready.
        package var evictionSeconds: Int

        package init(graceSeconds: Int = 40, evictionSeconds: Int = 300) {
            self.graceSeconds = graceSeconds
            self.evictionSeconds = evictionSeconds
        }
    }

    /// What the watcher saw of one node.
    package struct Observation: Hashable, Sendable {
        /// Since its lease or its status last changed.
        package var silentSeconds: Double
        /// Since the watcher found it not ready; 0 where it is ready.
        package var troubledSeconds: Double

        package init(silentSeconds: Double, troubledSeconds: Double) {
            self.silentSeconds = silentSeconds
            self.troubledSeconds = troubledSeconds
        }
    }

    /// The node's conditions and taints as they should be.
    package static func reconcile(
        _ node: JSON, seen: Observation, limits: Limits, now: Timestamp
    ) -> Decision {
        var decision = Decision()
        var current = node
        let status = Conditions.find("Ready", in: node)?["status"]?.string
        if seen.silentSeconds > Double(limits.graceSeconds), status != "Unknown" {
            current["status"]?["conditions"] = unknownConditions(of: node, now: now)
            if current["status"] == nil { current["status"] = ["conditions": unknownConditions(of: node, now: now)] }
            decision.changes.append(.updateStatus(current))
            decision.events.append(
                EventNote(
                    about: ObjectReference(to: node), reason: "NodeNotReady",
                    message: "Node \(node.meta.name) status is now: NodeNotReady"))
            // The taints follow in the next look: this write makes a new version of the node.
            return decision
        }
        let taints = taints(of: current)
        if taints != current[path: "spec", "taints"]?.array ?? [] {
            current["spec"] = current["spec"] ?? [:]
            current["spec"]?["taints"] = taints.isEmpty ? .none : .some(.array(taints))
            decision.changes.append(.update(current))
        }
        return decision
    }

    private static func unknownConditions(of node: JSON, now: Timestamp) -> JSON {
        var conditions = node[path: "status", "conditions"] ?? []
        var types = (conditions.array ?? []).compactMap { $0["type"]?.string }
        if !types.contains("Ready") { types.append("Ready") }
        for type in types where type != "NetworkUnavailable" {
            conditions = Conditions.setting(
                type, to: "Unknown", reason: "NodeStatusUnknown", message: "Kubelet stopped posting node status.",
                in: conditions, now: now.text)
        }
        return conditions
    }

    /// The node's own taints, and those that its conditions ask for.
    private static func taints(of node: JSON) -> [JSON] {
        let trouble: String? =
            switch Conditions.find("Ready", in: node)?["status"]?.string {
            case "True": nil
            case "False", nil: notReady
            default: unreachable
            }
        var wanted: [(key: String, effect: String)] = []
        if let trouble { wanted += [(trouble, "NoSchedule"), (trouble, "NoExecute")] }
        if node[path: "spec", "unschedulable"]?.bool == true { wanted.append((unschedulable, "NoSchedule")) }
        let managed = [notReady, unreachable, unschedulable]
        var taints = (node[path: "spec", "taints"]?.array ?? []).filter { taint in
            let key = taint["key"]?.string ?? ""
            return !managed.contains(key) || wanted.contains { $0.key == key && $0.effect == taint["effect"]?.string }
        }
        for (key, effect) in wanted
        where !taints.contains(where: { $0["key"]?.string == key && $0["effect"]?.string == effect }) {
            taints.append(["key": JSON(key), "effect": JSON(effect)])
        }
        return taints
    }
}
