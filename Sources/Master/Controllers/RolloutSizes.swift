import JSON
import Objects

extension Rollout {
    /// Takes the next step of a rolling update.
    mutating func roll() {
        guard !isCreatingNew, let view = new else { return }
        let size = RollingUpdate.nextNew(
            replicas: replicas, maxSurge: maxSurge, new: view.wanted, olds: olds.map(\.wanted))
        if size != view.wanted {
            // One direction a look: what was just added is not available yet, so nothing more could be given up.
            new?.wanted = size
            return
        }
        let next = RollingUpdate.nextOlds(
            replicas: replicas, maxUnavailable: limits.maxUnavailable,
            new: .init(wanted: view.wanted, available: view.available),
            olds: olds.map { .init(wanted: $0.wanted, available: $0.available) })
        for (index, size) in next.enumerated() { olds[index].wanted = size }
    }

    /// Gives up all old pods, and only when the last is gone makes new ones.
    mutating func recreate(pods: [JSON]) {
        let hasOldPods = olds.contains { old in
            old.current > 0
                || pods.contains { $0.meta.controller?.uid == old.meta.uid && !PodState.hasEnded($0) }
        }
        for index in olds.indices { olds[index].wanted = 0 }
        if new != nil, !hasOldPods { new?.wanted = replicas }
    }

    /// Spreads a change of `spec.replicas` in the middle of a rollout over the ReplicaSets that have pods.
    mutating func scaleProportionally() {
        let sized = all.filter { $0.wanted > 0 }
        if sized.count <= 1 {
            if let only = sized.first {
                resize(only.meta.uid, to: replicas)
            } else if new != nil {
                new?.wanted = replicas
            }
            return
        }
        if let view = new, view.wanted == replicas, view.available == replicas {
            for index in olds.indices { olds[index].wanted = 0 }
            return
        }
        let total = sized.map(\.wanted).reduce(0, +)
        let before = sized.compactMap(\.maximumAnnotation).max() ?? total
        let allowed = replicas == 0 ? 0 : replicas + maxSurge - max(0, before - total)
        let sizes = RollingUpdate.proportional(sizes: sized.map(\.wanted), to: max(0, allowed))
        for (view, size) in zip(sized, sizes) { resize(view.meta.uid, to: size) }
    }

    private mutating func resize(_ uid: String, to size: Int) {
        if new?.meta.uid == uid { new?.wanted = size }
        for index in olds.indices where olds[index].meta.uid == uid { olds[index].wanted = size }
    }

    /// Turns the decided sizes, and annotations that changed on the way, into writes.
    mutating func writeSizes() {
        let unchanged = Dictionary(originals.map { ($0.meta.uid, $0) }, uniquingKeysWith: { first, _ in first })
        for view in all {
            guard let original = unchanged[view.meta.uid] else { continue }
            var object = view.object
            let old = original[path: "spec", "replicas"]?.integer ?? 0
            if view.wanted != old { object["spec"]?["replicas"] = JSON(view.wanted) }
            if view.wanted > 0 || view.wanted != old { annotateSize(&object) }
            guard object != original else { continue }
            decision.changes.append(.update(object))
            if view.wanted != old { noteScaling(of: object, from: old, to: view.wanted) }
        }
    }

    private func annotateSize(_ object: inout JSON) {
        var annotations = object.meta.annotations
        annotations[DeploymentController.desiredAnnotation] = String(replicas)
        annotations[DeploymentController.maximumAnnotation] = String(replicas + maxSurge)
        if annotations != object.meta.annotations { object["metadata"]?["annotations"] = JSON(annotations) }
    }

    /// Deletes old, empty ReplicaSets beyond the history that is to be kept.
    mutating func removeOldRevisions() {
        let limit = deployment[path: "spec", "revisionHistoryLimit"]?.integer ?? 10
        guard isComplete else { return }
        let empty = olds.filter { $0.wanted == 0 && $0.current == 0 }
        let byRevision = empty.sorted { ($0.revision, $0.meta.name) < ($1.revision, $1.meta.name) }
        for view in byRevision.prefix(max(0, olds.count - limit)) {
            decision.changes.append(.delete(ObjectReference(to: view.object)))
        }
    }

    /// Whether the new ReplicaSet alone has all pods, and all are available.
    var isComplete: Bool {
        guard let new, !isCreatingNew else { return false }
        return new.wanted == replicas && new.current == replicas && new.available >= replicas
            && olds.allSatisfy { $0.current == 0 }
    }
}
