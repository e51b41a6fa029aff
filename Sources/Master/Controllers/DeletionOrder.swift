import JSON
import Objects

/// Which of its pods a ReplicaSet gives up first, in the order that Kubernetes documents.
enum DeletionOrder {
    /// - Parameter related: active pods of the same Deployment by node; a crowded node gives up pods first.
    static func sorted(_ pods: [JSON], related: [String: Int]) -> [JSON] {
        pods.map { (pod: $0, rank: rank($0, related: related)) }
            .sorted {
                $0.rank == $1.rank ? $0.pod.meta.name < $1.pod.meta.name : $0.rank.lexicographicallyPrecedes($1.rank)
            }
            .map(\.pod)
    }

    /// Compared from the left; the smaller goes first.
    private static func rank(_ pod: JSON, related: [String: Int]) -> [Int] {
        let node = PodState.node(pod)
        let phase =
            switch pod[path: "status", "phase"]?.string {
            case "Running": 2
            case "Unknown": 1
            default: 0
            }
        let cost = Int(pod.meta.annotations["controller.kubernetes.io/pod-deletion-cost"] ?? "") ?? 0
        let isReady = PodState.isReady(pod)
        return [
            node.isEmpty ? 0 : 1, phase, isReady ? 1 : 0, cost, -(node.isEmpty ? 0 : related[node, default: 0]),
            isReady ? -seconds(PodState.readySince(pod)) : 0, -PodState.restarts(pod),
            -seconds(pod.meta.creationTimestamp),
        ]
    }

    private static func seconds(_ text: String?) -> Int { text.flatMap { Timestamp($0)?.seconds } ?? 0 }
}
