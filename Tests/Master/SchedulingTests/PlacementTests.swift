import JSON
import Testing

@testable import Scheduling

private func node(_ name: String, cpu: Int = 2000, memory: Int = 2 << 30, pods: Int = 110) -> NodeSnapshot {
    NodeSnapshot(
        name: name, labels: ["kubernetes.io/hostname": name],
        allocatable: Resources(cpuMillicores: cpu, memoryBytes: memory, pods: pods))
}

private func pod(_ name: String, cpu: Int = 0, memory: Int = 0, owner: String? = nil) -> SchedulablePod {
    SchedulablePod(name: name, requests: Resources(cpuMillicores: cpu, memoryBytes: memory, pods: 1), owner: owner)
}

@Suite struct PlacementTests {
    @Test func podsOfOneOwnerSpreadOverTheNodes() {
        let cluster = ClusterSnapshot(nodes: ["c", "a", "b"].map { node($0) }, pods: [])
        let placements = schedule((0..<6).map { pod("p\($0)", owner: "rs") }, on: cluster).map(\.placement)
        #expect(placements == ["a", "b", "c", "a", "b", "c"].map { .node($0) })
    }

    @Test func podsWithoutAnOwnerSpreadToo() {
        let cluster = ClusterSnapshot(nodes: [node("a"), node("b")], pods: [])
        let placements = schedule([pod("x"), pod("y")], on: cluster).map(\.placement)
        #expect(placements == [.node("a"), .node("b")])
    }

    @Test func theLeastLoadedNodeWins() {
        var busy = pod("busy", cpu: 1500)
        busy.nodeName = "a"
        let cluster = ClusterSnapshot(nodes: [node("a"), node("b")], pods: [busy])
        #expect(place(pod("p", cpu: 400), on: cluster) == .node("b"))
    }

    @Test func whatDoesNotFitIsExplainedAsKubernetesDoes() {
        var tainted = node("master")
        tainted.taints = [Taint(key: "node-role.kubernetes.io/control-plane", effect: .noSchedule)]
        let cluster = ClusterSnapshot(nodes: [tainted, node("a", cpu: 100), node("b", cpu: 100, memory: 1)], pods: [])
        #expect(
            place(pod("p", cpu: 500, memory: 1 << 20), on: cluster)
                == .unschedulable(
                    "0/3 nodes are available: 1 Insufficient memory, "
                        + "1 node(s) had untolerated taint {node-role.kubernetes.io/control-plane: }, 2 Insufficient cpu."
                ))
        #expect(
            place(pod("p"), on: ClusterSnapshot(nodes: [], pods: []))
                == .unschedulable("no nodes available to schedule pods"))
    }

    @Test func selectorsTaintsAndCordonsAreHonoured() {
        var labelled = node("b")
        labelled.labels["disk"] = "fast"
        var wanting = pod("p")
        wanting.nodeSelector = ["disk": "fast"]
        #expect(place(wanting, on: ClusterSnapshot(nodes: [node("a"), labelled], pods: [])) == .node("b"))
        #expect(
            place(wanting, on: ClusterSnapshot(nodes: [node("a")], pods: []))
                == .unschedulable("0/1 nodes are available: 1 node(s) didn't match Pod's node affinity/selector."))
        var cordoned = node("a")
        cordoned.isUnschedulable = true
        #expect(
            place(pod("p"), on: ClusterSnapshot(nodes: [cordoned], pods: []))
                == .unschedulable("0/1 nodes are available: 1 node(s) were unschedulable."))
        cordoned.isUnschedulable = false
        cordoned.taints = [Taint(key: "k", value: "v", effect: .noExecute)]
        var tolerant = pod("p")
        tolerant.tolerations = [Toleration(key: "k", value: "v")]
        #expect(place(tolerant, on: ClusterSnapshot(nodes: [cordoned], pods: [])) == .node("a"))
    }

    @Test func aNodeThatIsNotReadyIsNotUsedEvenBeforeItsTaint() throws {
        let unready = try JSON(
            parsing: #"""
                {"metadata":{"name":"a"},"status":{"allocatable":{"cpu":"2","memory":"2Gi","pods":"110"},
                 "conditions":[{"type":"Ready","status":"Unknown"}]}}
                """#)
        #expect(
            place(pod("p"), on: ClusterSnapshot(nodes: [NodeSnapshot(unready)], pods: []))
                == .unschedulable(
                    "0/1 nodes are available: 1 node(s) had untolerated taint {node.kubernetes.io/unreachable: }."))
    }

    @Test func requestsAreTheSumOrTheGreediestInitContainer() throws {
        let json = try JSON(
            parsing: #"""
                {"metadata":{"name":"p","namespace":"d"},"spec":{
                 "initContainers":[{"resources":{"requests":{"cpu":"1"}}}],
                 "containers":[{"resources":{"requests":{"cpu":"100m","memory":"64Mi"}}},{"resources":{"limits":{"memory":"1Gi"}},
                  "ports":[{"containerPort":80,"hostPort":80}]}]}}
                """#)
        let read = SchedulablePod(json)
        #expect(read.requests == Resources(cpuMillicores: 1000, memoryBytes: (64 << 20) + (1 << 30), pods: 1))
        #expect(read.hostPorts == [HostPort(port: 80)])
    }

    @Test func hostPortsAreGivenOnce() {
        var first = pod("p")
        first.hostPorts = [HostPort(port: 80)]
        var second = first
        second.name = "q"
        let placements = schedule([first, second], on: ClusterSnapshot(nodes: [node("a")], pods: [])).map(\.placement)
        #expect(
            placements == [
                .node("a"),
                .unschedulable(
                    "0/1 nodes are available: 1 node(s) didn't have free ports for the requested pod ports."),
            ])
    }

    /// A small generator, so that a failure can be repeated.
    private struct Numbers: RandomNumberGenerator {
        var state: UInt64
        mutating func next() -> UInt64 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return state ^ (state >> 33)
        }
    }

    @Test(arguments: 0..<50) func noNodeIsEverOvercommittedAndNothingIsLeftOutThatFits(seed: Int) {
        var random = Numbers(state: UInt64(seed) &* 7919 &+ 1)
        let nodes = (0..<Int.random(in: 1...6, using: &random)).map {
            node(
                "n\($0)", cpu: .random(in: 0...4000, using: &random),
                memory: .random(in: 0...(4 << 30), using: &random),
                pods: .random(in: 0...10, using: &random))
        }
        let pods = (0..<30).map {
            pod(
                "p\($0)", cpu: .random(in: 0...1500, using: &random),
                memory: .random(in: 0...(1 << 30), using: &random),
                owner: "o\(Int.random(in: 0...3, using: &random))")
        }
        let cluster = ClusterSnapshot(nodes: nodes, pods: [])
        let decisions = schedule(pods, on: cluster)
        #expect(decisions.map(\.placement) == schedule(pods, on: cluster).map(\.placement))
        var result = cluster
        for (pod, placement) in decisions {
            switch placement {
            case .node(let name): result.assign(pod, to: name)
            case .unschedulable:
                let fits = result.nodes.contains { node in
                    node.free.cpuMillicores >= pod.requests.cpuMillicores && node.free.pods >= 1
                        && node.free.memoryBytes >= pod.requests.memoryBytes
                }
                #expect(!fits)
            }
        }
        for node in result.nodes {
            #expect(node.free.cpuMillicores >= 0 && node.free.memoryBytes >= 0 && node.free.pods >= 0)
        }
    }
}
