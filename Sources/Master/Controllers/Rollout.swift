import JSON
import Objects

/// One look at a Deployment while it is being decided.
struct Rollout {
    var deployment: JSON
    let replicas: Int
    let limits: RolloutLimits
    /// The ReplicaSet of the current template, where it exists.
    var new: ReplicaSetView?
    /// Oldest first.
    var olds: [ReplicaSetView]
    /// As they are stored.
    let originals: [JSON]
    var decision = Decision()
    /// Whether the new ReplicaSet is only being asked for: its numbers count from the next look on.
    var isCreatingNew = false

    init(_ deployment: JSON, owned: [JSON]) {
        self.deployment = deployment
        originals = owned
        replicas = deployment[path: "spec", "replicas"]?.integer ?? 1
        limits = RolloutLimits(deployment, replicas: replicas)
        let views = owned.map(ReplicaSetView.init).sorted(by: ReplicaSetView.isOlder)
        let template = deployment[path: "spec", "template"]
        new = views.first { TemplateHash.isSame($0.object[path: "spec", "template"], template) }
        let uid = new?.meta.uid
        olds = views.filter { $0.meta.uid != uid }
    }

    var all: [ReplicaSetView] { olds + (new.map { [$0] } ?? []) }
    var isRecreate: Bool { deployment[path: "spec", "strategy", "type"]?.string == "Recreate" }
    var maxSurge: Int { isRecreate ? 0 : limits.maxSurge }
    private var desired: String { String(replicas) }
    private var maximum: String { String(replicas + maxSurge) }

    /// Whether somebody changed `spec.replicas` since the ReplicaSets were last sized.
    var isBeingScaled: Bool {
        all.contains { $0.wanted > 0 && $0.desiredAnnotation != nil && $0.desiredAnnotation != replicas }
    }

    /// Asks for the current template's ReplicaSet, or brings an existing one up to date.
    mutating func makeNewReplicaSet() {
        guard new == nil else { return matchNewToDeployment() }
        let collisions = deployment[path: "status", "collisionCount"]?.integer ?? 0
        let hash = TemplateHash.hash(deployment[path: "spec", "template"] ?? [:], collisions: collisions)
        var template = deployment[path: "spec", "template"] ?? [:]
        var labels = template[path: "metadata", "labels"] ?? [:]
        labels[DeploymentController.hashLabel] = JSON(hash)
        var metadata = template["metadata"] ?? [:]
        metadata["labels"] = labels
        template["metadata"] = metadata
        var selector = deployment[path: "spec", "selector"] ?? [:]
        var matchLabels = selector["matchLabels"] ?? [:]
        matchLabels[DeploymentController.hashLabel] = JSON(hash)
        selector["matchLabels"] = matchLabels
        let size =
            isRecreate
            ? (olds.contains { $0.wanted > 0 || $0.current > 0 } ? 0 : replicas)
            : RollingUpdate.nextNew(replicas: replicas, maxSurge: maxSurge, new: 0, olds: olds.map(\.wanted))
        var spec: JSON = ["replicas": JSON(size), "selector": selector, "template": template]
        if let seconds = deployment[path: "spec", "minReadySeconds"] { spec["minReadySeconds"] = seconds }
        var object: JSON = [
            "apiVersion": "apps/v1", "kind": "ReplicaSet",
            "metadata": [
                "name": JSON(deployment.meta.name + "-" + hash), "namespace": JSON(deployment.meta.namespace),
                "labels": labels, "ownerReferences": [Ownership.controllerReference(to: deployment)],
            ],
            "spec": spec,
        ]
        object["metadata"]?["annotations"] = JSON(annotations(revision: nextRevision, of: nil))
        decision.changes.append(.create(object))
        if size > 0 { noteScaling(of: object, from: 0, to: size) }
        setRevision(nextRevision)
        isCreatingNew = true
    }

    private var nextRevision: Int { (olds.map(\.revision).max() ?? 0) + 1 }

    /// Gives the existing new ReplicaSet the newest revision and the Deployment's annotations.
    mutating func matchNewToDeployment() {
        guard var view = new else { return }
        let revision = max(nextRevision, view.revision)
        let wanted = annotations(revision: revision, of: view)
        if wanted != view.meta.annotations { view.object["metadata"]?["annotations"] = JSON(wanted) }
        if let seconds = deployment[path: "spec", "minReadySeconds"],
            view.object[path: "spec", "minReadySeconds"] ?? 0 != seconds
        {
            view.object["spec"]?["minReadySeconds"] = seconds
        }
        new = view
        setRevision(revision)
    }

    private func annotations(revision: Int, of existing: ReplicaSetView?) -> [String: String] {
        var result = existing?.meta.annotations ?? [:]
        for (key, value) in deployment.meta.annotations where !Self.isOwn(key) { result[key] = value }
        if let old = existing?.revision, old != 0, old != revision {
            let history = result["deployment.kubernetes.io/revision-history"].map { $0 + "," } ?? ""
            result["deployment.kubernetes.io/revision-history"] = history + String(old)
        }
        result[DeploymentController.revisionAnnotation] = String(revision)
        result[DeploymentController.desiredAnnotation] = desired
        result[DeploymentController.maximumAnnotation] = maximum
        return result
    }

    private static func isOwn(_ key: String) -> Bool {
        key.hasPrefix("deployment.kubernetes.io/") || key == "kubectl.kubernetes.io/last-applied-configuration"
    }

    private mutating func setRevision(_ revision: Int) {
        guard deployment.meta.annotations[DeploymentController.revisionAnnotation] != String(revision) else { return }
        decision.changes.append(
            .patch(
                ObjectReference(to: deployment),
                ["metadata": ["annotations": [DeploymentController.revisionAnnotation: JSON(String(revision))]]]))
    }

    func note(_ reason: String, _ message: String) -> EventNote {
        EventNote(about: ObjectReference(to: deployment), reason: reason, message: message)
    }

    mutating func noteScaling(of replicaSet: JSON, from old: Int, to size: Int) {
        let direction = size > old ? "up" : "down"
        let range = old == 0 ? "to \(size)" : "from \(old) to \(size)"
        decision.events.append(
            note("ScalingReplicaSet", "Scaled \(direction) replica set \(replicaSet.meta.name) \(range)"))
    }
}
