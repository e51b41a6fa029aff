/// How well a node suits a pod; more is better.
enum Score {
    /// What a pod without requests is taken to need, so that even those spread over the nodes.
    private static let assumed = Resources(cpuMillicores: 100, memoryBytes: 200 << 20)

    /// - Parameter most: how many siblings (or pods, for one without an owner) the fullest of the feasible nodes has.
    static func score(_ node: NodeSnapshot, for pod: SchedulablePod, siblingsAtMost most: Int) -> Double {
        let load = node.used + pod.requests.union(assumed)
        // One thousandth of a core and one MiB each: pods that ask for nothing weigh something.
        let unstated = Double(node.used.pods)
        let cpu = fraction(Double(load.cpuMillicores) + unstated, of: node.allocatable.cpuMillicores)
        let memory = fraction(Double(load.memoryBytes) + unstated * Double(1 << 20), of: node.allocatable.memoryBytes)
        let leastAllocated = 1 - (cpu + memory) / 2
        let balanced = 1 - abs(cpu - memory)
        let siblings = pod.owner.map { node.podsOfOwner[$0, default: 0] } ?? node.used.pods
        let spread = most == 0 ? 1 : 1 - Double(siblings) / Double(most)
        let avoided = node.taints.filter { taint in
            taint.effect == .preferNoSchedule && !pod.tolerations.contains { $0.tolerates(taint) }
        }.count
        let preferred = pod.preferredNodeTerms.filter { $0.term.matches(name: node.name, labels: node.labels) }
            .map(\.weight).reduce(0, +)
        let wishes = pod.preferredNodeTerms.map(\.weight).reduce(0, +)
        let affinity = wishes == 0 ? 0 : Double(preferred) / Double(wishes)
        return leastAllocated + balanced + 3 * spread + 2 * affinity - 3 * Double(avoided)
    }

    private static func fraction(_ amount: Double, of whole: Int) -> Double {
        whole <= 0 ? 1 : min(1, amount / Double(whole))
    }
}
