import ClusterClient
import JSON
import Logging
import Objects
import Scheduling
import Synchronization

/// Binds pods that have no node yet, all of them in one look.
struct SchedulerLoop: Sendable {
    private static let key = "all"
    private static let schedulerName = "default-scheduler"
    let client: ClusterClient
    let caches: Caches
    let recorder: EventRecorder
    let now: @Sendable () -> Timestamp
    let queue = WorkQueue()
    /// Bound by us, but not yet seen so in the cache: uid → node.
    private let assumed: Assumed

    private final class Assumed: Sendable {
        let nodes = Mutex<[String: String]>([:])
    }

    init(client: ClusterClient, caches: Caches, recorder: EventRecorder, now: @escaping @Sendable () -> Timestamp) {
        self.client = client
        self.caches = caches
        self.recorder = recorder
        self.now = now
        assumed = Assumed()
        let queue = queue
        caches.pods.onChange { _ in queue.add(Self.key) }
        caches.nodes.onChange { transition in
            if Self.matters(transition) { queue.add(Self.key) }
        }
    }

    /// Whether a node's change can make room: its heartbeats cannot.
    private static func matters(_ transition: ObjectTransition) -> Bool {
        guard let old = transition.old, let new = transition.new else { return true }
        return NodeSnapshot(old) != NodeSnapshot(new)
    }

    func loop(logger: Logger) -> KeyedLoop {
        KeyedLoop(name: "scheduler", queue: queue, concurrency: 1, logger: logger) { _ in
            try await look()
            return nil
        }
    }

    private func look() async throws {
        let pods = caches.pods.objects
        let pending = pods.filter(isPending)
        guard !pending.isEmpty else { return }
        let decisions = decide(pods: pods, pending: pending)
        let objects = Dictionary(pending.map { ($0.meta.uid, $0) }, uniquingKeysWith: { first, _ in first })
        var failures: [String] = []
        for (pod, placement) in decisions {
            guard let object = objects[pod.uid] else { continue }
            do {
                switch placement {
                case .node(let node): try await bind(object, to: node)
                case .unschedulable(let reason): try await explain(object, reason)
                }
            } catch let error as ClientError where error.isNotFound {
                continue  // deleted meanwhile
            } catch let error as ClientError {
                failures.append("\(pod.key): \(error)")
            }
        }
        if let first = failures.first { throw ControlLoopError.podsNotBound(count: failures.count, first: first) }
    }

    private func isPending(_ pod: JSON) -> Bool {
        let name = pod[path: "spec", "schedulerName"]?.string ?? Self.schedulerName
        return (pod[path: "spec", "nodeName"]?.string ?? "").isEmpty && !pod.meta.isBeingDeleted
            && name == Self.schedulerName && !hasEnded(pod) && assumed.nodes.withLock { $0[pod.meta.uid] == nil }
    }

    private func hasEnded(_ pod: JSON) -> Bool {
        ["Succeeded", "Failed"].contains(pod[path: "status", "phase"]?.string ?? "")
    }

    private func decide(pods: [JSON], pending: [JSON]) -> [(pod: SchedulablePod, placement: Placement)] {
        let bound = assumed.nodes.withLock { assumed in
            var present: [String: String] = [:]
            let bound = pods.compactMap { object -> SchedulablePod? in
                guard !hasEnded(object) else { return nil }
                var pod = SchedulablePod(object)
                if pod.nodeName == nil, let node = assumed[pod.uid] {
                    present[pod.uid] = node
                    pod.nodeName = node
                }
                return pod.nodeName == nil ? nil : pod
            }
            assumed = present
            return bound
        }
        let snapshot = ClusterSnapshot(nodes: caches.nodes.objects.map { NodeSnapshot($0) }, pods: bound)
        let order = pending.sorted {
            ($0.meta.creationTimestamp, $0.meta.key) < ($1.meta.creationTimestamp, $1.meta.key)
        }
        return schedule(order.map { SchedulablePod($0) }, on: snapshot)
    }

    private func bind(_ pod: JSON, to node: String) async throws {
        let meta = pod.meta
        _ = try await client.create(
            .pods, namespace: meta.namespace, name: meta.name, subresource: "binding",
            [
                "apiVersion": "v1", "kind": "Binding",
                "metadata": ["name": JSON(meta.name), "namespace": JSON(meta.namespace), "uid": JSON(meta.uid)],
                "target": ["apiVersion": "v1", "kind": "Node", "name": JSON(node)],
            ])
        assumed.nodes.withLock { $0[meta.uid] = node }
        recorder.post(
            EventNote(
                about: ObjectReference(to: pod), reason: "Scheduled",
                message: "Successfully assigned \(meta.key) to \(node)"))
    }

    /// Says at the pod why it waits, once for each reason.
    private func explain(_ pod: JSON, _ reason: String) async throws {
        let known = Conditions.find("PodScheduled", in: pod)
        if known?["status"]?.string != "False" || known?["message"]?.string != reason {
            let conditions = Conditions.setting(
                "PodScheduled", to: "False", reason: "Unschedulable", message: reason,
                in: pod[path: "status", "conditions"], now: now().text)
            let written = try await client.patch(
                .pods, namespace: pod.meta.namespace, name: pod.meta.name, subresource: "status", as: .merge,
                ["metadata": ["uid": JSON(pod.meta.uid)], "status": ["conditions": conditions]])
            caches.pods.observe(written: written)
            recorder.post(
                EventNote(
                    about: ObjectReference(to: pod), isWarning: true, reason: "FailedScheduling", message: reason))
        }
    }
}
