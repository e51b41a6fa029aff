import JSON
import Objects
import Testing

@testable import Controllers

@Suite struct ReplicaSetTests {
    let now = Timestamp(seconds: 1_800_000_000)

    private func set(_ replicas: Int, minReadySeconds: Int = 0) -> JSON {
        [
            "apiVersion": "apps/v1", "kind": "ReplicaSet",
            "metadata": ["name": "rs", "namespace": "default", "uid": "rs-uid", "generation": 1],
            "spec": [
                "replicas": JSON(replicas), "selector": ["matchLabels": ["app": "a"]],
                "minReadySeconds": JSON(minReadySeconds),
                "template": ["metadata": ["labels": ["app": "a"]], "spec": ["containers": []]],
            ],
        ]
    }

    private func pod(
        _ name: String, node: String = "n", phase: String = "Running", ready: String? = nil, owner: String? = "rs-uid",
        labels: [String: String] = ["app": "a"], extra: (inout JSON) -> Void = { _ in }
    ) -> JSON {
        var metadata: JSON = [
            "name": JSON(name), "namespace": "default", "uid": JSON("uid-" + name), "labels": JSON(labels),
            "resourceVersion": "1",
        ]
        if let owner { metadata["ownerReferences"] = [["uid": JSON(owner), "kind": "ReplicaSet", "controller": true]] }
        var pod: JSON = [
            "apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": ["nodeName": JSON(node)],
            "status": ["phase": JSON(phase)],
        ]
        if let ready {
            pod["status"]?["conditions"] = [["type": "Ready", "status": "True", "lastTransitionTime": JSON(ready)]]
        }
        extra(&pod)
        return pod
    }

    private func deleted(_ decision: Decision) -> [String] {
        decision.changes.compactMap { if case .delete(let pod, _) = $0 { pod.name } else { nil } }
    }

    @Test func surplusPodsGoInTheDocumentedOrder() {
        let pods = [
            pod("ready-old", ready: "2026-01-01T00:00:00Z"), pod("ready-new", ready: "2026-02-01T00:00:00Z"),
            pod("unready"), pod("pending", phase: "Pending"), pod("unassigned", node: "", phase: "Pending"),
        ]
        let order = ["unassigned", "pending", "unready", "ready-new", "ready-old"]
        for wanted in 0...5 {
            let decision = ReplicaSetController.reconcile(set(wanted), pods: pods, now: now)
            #expect(deleted(decision) == Array(order.prefix(5 - wanted)))
        }
    }

    @Test func aCrowdedNodeGivesUpItsPodsFirst() {
        let ready = "2026-01-01T00:00:00Z"
        let pods = [
            pod("a", node: "x", ready: ready), pod("b", node: "y", ready: ready), pod("c", node: "y", ready: ready),
        ]
        #expect(deleted(ReplicaSetController.reconcile(set(2), pods: pods, now: now)) == ["b"])
    }

    @Test func endedAndGoingPodsAreReplaced() {
        let pods = [
            pod("ended", phase: "Failed"),
            pod("going") { $0["metadata"]?["deletionTimestamp"] = "2026-01-01T00:00:00Z" },
            pod("fine", ready: "2026-01-01T00:00:00Z"),
        ]
        let decision = ReplicaSetController.reconcile(set(2), pods: pods, now: now)
        let created = decision.changes.filter { if case .create = $0 { true } else { false } }
        #expect(created.count == 1)
        #expect(deleted(decision).isEmpty)
    }

    @Test func straysAreAdoptedAndStrangersReleased() {
        let stray = pod("stray", owner: nil)
        let stranger = pod("stranger", labels: ["app": "other"])
        let foreign = pod("foreign", owner: "somebody")
        let decision = ReplicaSetController.reconcile(set(1), pods: [stray, stranger, foreign], now: now)
        let owners = decision.changes.compactMap { change -> (String, JSON?)? in
            guard case .patch(let pod, let patch) = change else { return nil }
            return (pod.name, patch[path: "metadata", "ownerReferences"])
        }
        #expect(owners.map(\.0) == ["stray", "stranger"])
        #expect(owners[0].1?[0]?["uid"] == "rs-uid")
        #expect(owners[1].1 == .null)
        #expect(deleted(decision).isEmpty)
    }

    @Test func aPodIsAvailableOnlyAfterMinReadySeconds() throws {
        let pods = [pod("a", ready: Timestamp(seconds: now.seconds - 4).text)]
        let decision = ReplicaSetController.reconcile(set(1, minReadySeconds: 10), pods: pods, now: now)
        #expect(decision.recheckAfterSeconds == 6)
        guard case .updateStatus(let changed)? = decision.changes.first else {
            Issue.record("no status")
            return
        }
        #expect(changed[path: "status", "readyReplicas"] == 1)
        #expect(changed[path: "status", "availableReplicas"] == 0)
    }

    @Test func oneThatIsBeingDeletedMakesNoPods() {
        var going = set(3)
        going["metadata"]?["deletionTimestamp"] = "2026-01-01T00:00:00Z"
        let decision = ReplicaSetController.reconcile(going, pods: [], now: now)
        #expect(!decision.changes.contains { if case .create = $0 { true } else { false } })
    }
}
