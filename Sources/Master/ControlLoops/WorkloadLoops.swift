import ClusterClient
import Controllers
import JSON
import Logging
import Objects
import Synchronization

/// Deployments and ReplicaSets, looked at one by one.
struct WorkloadLoops: Sendable {
    let caches: Caches
    let writer: Writer
    let replicaSetWriter: Writer
    let now: @Sendable () -> Timestamp
    private let deployments = WorkQueue()
    private let replicaSets = WorkQueue()
    private let progress: ProgressClock

    init(caches: Caches, writer: Writer, replicaSetWriter: Writer, now: @escaping @Sendable () -> Timestamp) {
        self.caches = caches
        self.writer = writer
        self.replicaSetWriter = replicaSetWriter
        self.now = now
        progress = ProgressClock()
        let (deployments, replicaSets) = (deployments, replicaSets)
        caches.deployments.onChange { deployments.add($0.latest.meta.key) }
        caches.replicaSets.onChange { transition in
            replicaSets.add(transition.latest.meta.key)
            Self.addOwners(of: transition, kind: "Deployment", all: caches.deployments, to: deployments)
        }
        caches.pods.onChange { transition in
            Self.addOwners(of: transition, kind: "ReplicaSet", all: caches.replicaSets, to: replicaSets)
            // Only Recreate waits for pods to be gone for good.
            guard transition.new == nil, let owner = transition.old?.meta.controller, let old = transition.old,
                let set = caches.replicaSets.object(old.meta.namespace + "/" + owner.name),
                let deployment = set.meta.controller
            else { return }
            deployments.add(old.meta.namespace + "/" + deployment.name)
        }
    }

    /// Wakes the owner by name; of an object without one, everyone who may adopt it.
    private static func addOwners(of transition: ObjectTransition, kind: String, all: Informer, to queue: WorkQueue) {
        let namespace = transition.latest.meta.namespace
        for object in [transition.old, transition.new].compactMap({ $0 }) {
            if let owner = object.meta.controller {
                if owner.kind == kind { queue.add(namespace + "/" + owner.name) }
            } else if transition.new != nil {
                for candidate in Caches.objects(of: all, in: namespace)
                where adopts(candidate, object) {
                    queue.add(candidate.meta.key)
                }
            }
        }
    }

    private static func adopts(_ owner: JSON, _ object: JSON) -> Bool {
        // An owner whose selector is none adopts nothing; its own controller says so.
        guard let selector = try? LabelSelector(owner[path: "spec", "selector"] ?? .null) else { return false }
        return !selector.isEmpty && selector.matches(labels: object[path: "metadata", "labels"])
    }

    func loops(logger: Logger) -> [KeyedLoop] {
        [
            KeyedLoop(
                name: "deployment", queue: deployments, concurrency: 4, logger: logger, reconcile: lookAtDeployment),
            KeyedLoop(
                name: "replicaset", queue: replicaSets, concurrency: 4, logger: logger, reconcile: lookAtReplicaSet),
        ]
    }

    @Sendable private func lookAtDeployment(_ key: String) async throws -> Duration? {
        guard let deployment = caches.deployments.object(key) else {
            progress.forget(key)
            return nil
        }
        let namespace = deployment.meta.namespace
        let decision = DeploymentController.reconcile(
            deployment, replicaSets: Caches.objects(of: caches.replicaSets, in: namespace),
            pods: Caches.objects(of: caches.pods, in: namespace), now: now(),
            stalledSeconds: progress.stalledSeconds(key, mark: DeploymentController.progressMark(deployment)))
        try await writer.carryOut(decision)
        return decision.recheckAfterSeconds.map { .seconds($0) }
    }

    @Sendable private func lookAtReplicaSet(_ key: String) async throws -> Duration? {
        guard let replicaSet = caches.replicaSets.object(key) else { return nil }
        var decision = ReplicaSetController.reconcile(
            replicaSet, pods: Caches.objects(of: caches.pods, in: replicaSet.meta.namespace), now: now())
        let about = ObjectReference(to: replicaSet)
        for case .delete(let pod, _) in decision.changes {
            decision.events.append(
                EventNote(about: about, reason: "SuccessfulDelete", message: "Deleted pod: \(pod.name)"))
        }
        do {
            for pod in try await replicaSetWriter.carryOut(decision) {
                replicaSetWriter.recorder.post(
                    EventNote(about: about, reason: "SuccessfulCreate", message: "Created pod: \(pod.meta.name)"))
            }
        } catch let error as ClientError where error.code == 403 || error.code == 422 {
            replicaSetWriter.recorder.post(
                EventNote(about: about, isWarning: true, reason: "FailedCreate", message: "Error creating: \(error)"))
            throw error
        }
        return decision.recheckAfterSeconds.map { .seconds($0) }
    }
}

/// For how long each Deployment has not got on, by this process's own clock.
private final class ProgressClock: Sendable {
    private let seen = Mutex<[String: (mark: [Int], since: SuspendingClock.Instant)]>([:])

    func stalledSeconds(_ key: String, mark: [Int]) -> Int {
        let now = SuspendingClock.now
        return seen.withLock { seen in
            if let known = seen[key], known.mark == mark { return Int((now - known.since).components.seconds) }
            seen[key] = (mark, now)
            return 0
        }
    }

    func forget(_ key: String) { seen.withLock { $0[key] = nil } }
}
