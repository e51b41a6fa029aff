import JSON
import Objects

/// One of a Deployment's ReplicaSets, while numbers are being decided.
struct ReplicaSetView {
    var object: JSON
    /// What it is to have.
    var wanted: Int

    init(_ object: JSON) {
        self.object = object
        wanted = object[path: "spec", "replicas"]?.integer ?? 0
    }

    var meta: MetadataView { object.meta }
    var current: Int { object[path: "status", "replicas"]?.integer ?? 0 }
    var ready: Int { object[path: "status", "readyReplicas"]?.integer ?? 0 }
    var available: Int { object[path: "status", "availableReplicas"]?.integer ?? 0 }
    var revision: Int { Int(meta.annotations[DeploymentController.revisionAnnotation] ?? "") ?? 0 }
    var desiredAnnotation: Int? { Int(meta.annotations[DeploymentController.desiredAnnotation] ?? "") }
    var maximumAnnotation: Int? { Int(meta.annotations[DeploymentController.maximumAnnotation] ?? "") }

    /// Older ones first, then by name.
    static func isOlder(_ left: ReplicaSetView, _ right: ReplicaSetView) -> Bool {
        (left.meta.creationTimestamp, left.meta.name) < (right.meta.creationTimestamp, right.meta.name)
    }
}
