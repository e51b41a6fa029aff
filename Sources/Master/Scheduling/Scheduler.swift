/// The nodes and what runs on them, at one moment.
package struct ClusterSnapshot: Hashable, Sendable {
    /// By name.
    package private(set) var nodes: [NodeSnapshot]

    /// - Parameter pods: those that have a node and have not ended.
    package init(nodes: [NodeSnapshot], pods: [SchedulablePod]) {
        self.nodes = nodes.sorted { $0.name < $1.name }
        for pod in pods { assign(pod, to: pod.nodeName ?? "") }
    }

    /// Counts a pod as running on a node; an unknown node changes nothing.
    package mutating func assign(_ pod: SchedulablePod, to node: String) {
        guard let index = nodes.firstIndex(where: { $0.name == node }) else { return }
        nodes[index].add(pod)
    }
}

/// Where a pod goes, or why nowhere.
package enum Placement: Hashable, Sendable {
    case node(String)
    /// The message of the pod's condition and of the event `FailedScheduling`.
    case unschedulable(String)
}

/// Decides where one pod goes: the node that fits and suits best, the first by name among equals.
package func place(_ pod: SchedulablePod, on cluster: ClusterSnapshot) -> Placement {
    guard !cluster.nodes.isEmpty else { return .unschedulable("no nodes available to schedule pods") }
    var reasons: [String: Int] = [:]
    var feasible: [NodeSnapshot] = []
    for node in cluster.nodes {
        let objections = Filter.objections(to: node, for: pod)
        if objections.isEmpty { feasible.append(node) }
        for objection in objections { reasons[objection, default: 0] += 1 }
    }
    let most = feasible.map { node in pod.owner.map { node.podsOfOwner[$0, default: 0] } ?? node.used.pods }.max() ?? 0
    var best: (node: NodeSnapshot, score: Double)?
    for node in feasible {
        let score = Score.score(node, for: pod, siblingsAtMost: most)
        if score > best?.score ?? -.infinity { best = (node, score) }
    }
    if let best { return .node(best.node.name) }
    let list = reasons.map { "\($0.value) \($0.key)" }.sorted().joined(separator: ", ")
    return .unschedulable("0/\(cluster.nodes.count) nodes are available: \(list).")
}

/// Places pods one after the other, the more important and then the older first as they come, each seeing those before it.
package func schedule(_ pods: [SchedulablePod], on cluster: ClusterSnapshot) -> [(
    pod: SchedulablePod, placement: Placement
)] {
    var cluster = cluster
    let order = pods.enumerated().sorted { left, right in
        (-left.element.priority, left.offset) < (-right.element.priority, right.offset)
    }
    return order.map { _, pod in
        let placement = place(pod, on: cluster)
        if case .node(let name) = placement { cluster.assign(pod, to: name) }
        return (pod, placement)
    }
}
