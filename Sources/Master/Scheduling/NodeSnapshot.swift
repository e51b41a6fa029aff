package import JSON
import Objects

/// What the scheduler looks at in a node, and what its pods take of it.
package struct NodeSnapshot: Hashable, Sendable {
    package var name: String
    package var labels: [String: String]
    /// Those of its spec, and those that its conditions imply although nobody has written them yet.
    package var taints: [Taint]
    package var isUnschedulable: Bool
    package var allocatable: Resources
    package private(set) var used: Resources
    package private(set) var hostPorts: Set<HostPort>
    /// How many pods of each owner it carries.
    package private(set) var podsOfOwner: [String: Int]

    package init(
        name: String, labels: [String: String] = [:], taints: [Taint] = [], isUnschedulable: Bool = false,
        allocatable: Resources
    ) {
        self.name = name
        self.labels = labels
        self.taints = taints
        self.isUnschedulable = isUnschedulable
        self.allocatable = allocatable
        used = Resources()
        hostPorts = []
        podsOfOwner = [:]
    }

    /// Reads a Node, empty of pods.
    package init(_ node: JSON) {
        let offered = node[path: "status", "allocatable"] ?? node[path: "status", "capacity"]
        self.init(
            name: node.meta.name, labels: node.meta.labels,
            taints: (node[path: "spec", "taints"]?.array ?? []).compactMap(Taint.init),
            isUnschedulable: node[path: "spec", "unschedulable"]?.bool ?? false,
            allocatable: Resources(quantities: offered))
        let ready = node[path: "status", "conditions"]?.array?.first { $0["type"]?.string == "Ready" }
        let implied: String? =
            switch ready?["status"]?.string {
            case "True": nil
            case "Unknown": "node.kubernetes.io/unreachable"
            default: "node.kubernetes.io/not-ready"
            }
        if let implied, !taints.contains(where: { $0.key == implied && $0.effect != .preferNoSchedule }) {
            taints.append(Taint(key: implied, effect: .noSchedule))
        }
    }

    package var free: Resources { allocatable - used }

    /// Counts a pod as running here.
    package mutating func add(_ pod: SchedulablePod) {
        used = used + pod.requests
        hostPorts.formUnion(pod.hostPorts)
        if let owner = pod.owner { podsOfOwner[owner, default: 0] += 1 }
    }
}
