package import JSON
import Objects

/// Removes pods that nobody else will: of nodes that are gone, and ended ones beyond a number.
package enum PodCollector {
    /// - Parameters:
    ///   - nodes: names of all nodes.
    ///   - endedAtMost: how many ended pods are kept for people to look at; the oldest go first.
    package static func reconcile(pods: [JSON], nodes: Set<String>, endedAtMost: Int = 12500) -> Decision {
        var decision = Decision()
        for pod in pods.sorted(by: { $0.meta.key < $1.meta.key }) {
            let node = PodState.node(pod)
            if !node.isEmpty, !nodes.contains(node) {
                decision.changes.append(.delete(ObjectReference(to: pod), gracePeriodSeconds: 0))
            }
        }
        let ended = pods.filter { PodState.hasEnded($0) && nodes.contains(PodState.node($0)) }
        if ended.count > endedAtMost {
            let oldest = ended.sorted {
                ($0.meta.creationTimestamp, $0.meta.key) < ($1.meta.creationTimestamp, $1.meta.key)
            }
            for pod in oldest.prefix(ended.count - endedAtMost) {
                decision.changes.append(.delete(ObjectReference(to: pod), gracePeriodSeconds: 0))
            }
        }
        return decision
    }
}
