/// Why a pod cannot go to a node, as Kubernetes phrases it.
enum Filter {
    static func objections(to node: NodeSnapshot, for pod: SchedulablePod) -> [String] {
        if let wanted = pod.nodeName, wanted != node.name {
            return ["node(s) didn't match the requested node name"]
        }
        let unschedulable = Taint(key: "node.kubernetes.io/unschedulable", effect: .noSchedule)
        if node.isUnschedulable, !pod.tolerations.contains(where: { $0.tolerates(unschedulable) }) {
            return ["node(s) were unschedulable"]
        }
        let blocking = node.taints.first { taint in
            taint.effect != .preferNoSchedule && taint != unschedulable
                && !pod.tolerations.contains { $0.tolerates(taint) }
        }
        if let blocking { return ["node(s) had untolerated taint {\(blocking.key): \(blocking.value)}"] }
        let hasLabels = pod.nodeSelector.allSatisfy { node.labels[$0.key] == $0.value }
        let hasTerm = pod.requiredNodeTerms?.contains { $0.matches(name: node.name, labels: node.labels) } ?? true
        if !hasLabels || !hasTerm { return ["node(s) didn't match Pod's node affinity/selector"] }
        if pod.hostPorts.contains(where: { port in node.hostPorts.contains { $0.collides(with: port) } }) {
            return ["node(s) didn't have free ports for the requested pod ports"]
        }
        return shortages(of: node, for: pod)
    }

    private static func shortages(of node: NodeSnapshot, for pod: SchedulablePod) -> [String] {
        let free = node.free
        var reasons: [String] = []
        if free.pods < pod.requests.pods { reasons.append("Too many pods") }
        // What a pod does not ask for cannot be lacking, even on a node that is overcommitted.
        if pod.requests.cpuMillicores > 0, pod.requests.cpuMillicores > free.cpuMillicores {
            reasons.append("Insufficient cpu")
        }
        if pod.requests.memoryBytes > 0, pod.requests.memoryBytes > free.memoryBytes {
            reasons.append("Insufficient memory")
        }
        for (name, amount) in pod.requests.others.sorted(by: { $0.key < $1.key })
        where amount > 0 && amount > free.others[name] ?? 0 {
            reasons.append("Insufficient \(name)")
        }
        return reasons
    }
}
