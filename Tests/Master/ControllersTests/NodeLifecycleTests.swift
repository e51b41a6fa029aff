import JSON
import Objects
import Testing

@testable import Controllers

@Suite struct NodeLifecycleTests {
    let now = Timestamp(seconds: 1_800_000_000)
    let limits = NodeLifecycle.Limits(graceSeconds: 40, evictionSeconds: 300)

    private func node(_ ready: String?, taints: [JSON] = []) -> JSON {
        var node: JSON = [
            "apiVersion": "v1", "kind": "Node", "metadata": ["name": "n", "uid": "u"], "spec": [:], "status": [:],
        ]
        if let ready { node["status"]?["conditions"] = [["type": "Ready", "status": JSON(ready)]] }
        if !taints.isEmpty { node["spec"]?["taints"] = .array(taints) }
        return node
    }

    private func taint(_ key: String, _ effect: String) -> JSON { ["key": JSON(key), "effect": JSON(effect)] }

    private func seen(silent: Double = 0, troubled: Double = 0) -> NodeLifecycle.Observation {
        .init(silentSeconds: silent, troubledSeconds: troubled)
    }

    private func pod(_ name: String, tolerations: [JSON] = [], ready: Bool = true) -> JSON {
        [
            "apiVersion": "v1", "kind": "Pod", "metadata": ["name": JSON(name), "namespace": "d", "uid": JSON(name)],
            "spec": ["nodeName": "n", "tolerations": .array(tolerations)],
            "status": ["phase": "Running", "conditions": [["type": "Ready", "status": ready ? "True" : "False"]]],
        ]
    }

    private func taints(_ decision: Decision) -> [String]? {
        for case .update(let node) in decision.changes {
            return (node[path: "spec", "taints"]?.array ?? []).map {
                "\($0["key"]?.string ?? ""):\($0["effect"]?.string ?? "")"
            }
        }
        return nil
    }

    @Test func aNodeThatSpeaksIsLeftAlone() {
        #expect(NodeLifecycle.reconcile(node("True"), seen: seen(silent: 40), limits: limits, now: now).isEmpty)
    }

    @Test func silenceBeyondTheGraceMakesItsStateUnknownAndThenTaintsIt() throws {
        let decision = NodeLifecycle.reconcile(node("True"), seen: seen(silent: 41), limits: limits, now: now)
        guard case .updateStatus(let changed)? = decision.changes.first else {
            Issue.record("no status")
            return
        }
        #expect(Conditions.find("Ready", in: changed)?["status"] == "Unknown")
        #expect(decision.events.map(\.reason) == ["NodeNotReady"])
        let next = NodeLifecycle.reconcile(changed, seen: seen(silent: 45, troubled: 4), limits: limits, now: now)
        #expect(taints(next) == [NodeLifecycle.unreachable + ":NoSchedule", NodeLifecycle.unreachable + ":NoExecute"])
    }

    @Test func comingBackTakesTheTaintsAwayAndLeavesThoseOfPeople() {
        let tainted = node(
            "True",
            taints: [
                taint(NodeLifecycle.unreachable, "NoSchedule"), taint("mine", "NoSchedule"),
                taint(NodeLifecycle.unreachable, "NoExecute"),
            ])
        #expect(taints(NodeLifecycle.reconcile(tainted, seen: seen(), limits: limits, now: now)) == ["mine:NoSchedule"])
        let clean = node("True", taints: [taint(NodeLifecycle.notReady, "NoSchedule")])
        #expect(taints(NodeLifecycle.reconcile(clean, seen: seen(), limits: limits, now: now)) == [])
    }

    @Test func aNewNodeIsTaintedUntilItIsReady() {
        let decision = NodeLifecycle.reconcile(node(nil), seen: seen(), limits: limits, now: now)
        #expect(taints(decision) == [NodeLifecycle.notReady + ":NoSchedule", NodeLifecycle.notReady + ":NoExecute"])
    }

    @Test func podsLeaveAfterTheirOwnTolerationOrTheDefault() {
        let troubled = node("Unknown", taints: [taint(NodeLifecycle.unreachable, "NoExecute")])
        func toleration(_ seconds: Int?) -> JSON {
            var json: JSON = ["key": JSON(NodeLifecycle.unreachable), "operator": "Exists", "effect": "NoExecute"]
            if let seconds { json["tolerationSeconds"] = JSON(seconds) }
            return json
        }
        let pods = [
            pod("default"), pod("short", tolerations: [toleration(10)]), pod("ever", tolerations: [toleration(nil)]),
        ]
        func gone(after seconds: Double, anyReady: Bool = true) -> [String] {
            NodeLifecycle.evict(
                from: troubled, pods: pods, seen: seen(troubled: seconds), limits: limits, isAnyNodeReady: anyReady,
                now: now
            ).changes.compactMap { if case .delete(let pod, _) = $0 { pod.name } else { nil } }
        }
        #expect(gone(after: 9) == [])
        #expect(gone(after: 10) == ["short"])
        #expect(gone(after: 300) == ["default", "short"])
        #expect(gone(after: 300, anyReady: false) == [])
    }

    @Test func podsOfASilentNodeAreNoLongerReady() {
        let decision = NodeLifecycle.evict(
            from: node("Unknown"), pods: [pod("a"), pod("b", ready: false)], seen: seen(), limits: limits,
            isAnyNodeReady: true, now: now)
        #expect(decision.changes.count == 1)
    }

    @Test func rangesAreGivenInOrderAndNeverTwice() {
        func bare(_ name: String, range: String? = nil) -> JSON {
            var node: JSON = ["apiVersion": "v1", "kind": "Node", "metadata": ["name": JSON(name)], "spec": [:]]
            if let range { node["spec"]?["podCIDR"] = JSON(range) }
            return node
        }
        let nodes = [bare("c"), bare("a"), bare("b", range: "10.244.0.0/24")]
        let range = PodRanges.Range("10.244.0.0/16")
        let decision = range.map { PodRanges.reconcile(nodes: nodes, cluster: $0) }
        let given = decision?.changes.compactMap { change -> String? in
            guard case .patch(let node, let patch) = change else { return nil }
            return node.name + "=" + (patch[path: "spec", "podCIDR"]?.string ?? "")
        }
        #expect(given == ["a=10.244.1.0/24", "c=10.244.2.0/24"])
        let small = PodRanges.Range("10.0.0.0/24")
        let full = small.map { PodRanges.reconcile(nodes: [bare("a"), bare("b")], cluster: $0) }
        #expect(full?.changes.count == 1)
        #expect(full?.events.map(\.reason) == ["CIDRNotAvailable"])
    }

    @Test func podsOfMissingNodesAreCollectedAtOnce() {
        let decision = PodCollector.reconcile(pods: [pod("a")], nodes: ["other"])
        #expect(decision.changes.count == 1)
        #expect(PodCollector.reconcile(pods: [pod("a")], nodes: ["n"]).isEmpty)
    }
}
