import ClusterClient
import Controllers
import JSON
import Logging
import Objects

/// Watches nodes fall silent and come back; gives them their pod ranges; collects pods of nodes that are gone.
struct NodeLoop: Sendable {
    let caches: Caches
    let writer: Writer
    let limits: NodeLifecycle.Limits
    let clusterRange: PodRanges.Range
    let now: @Sendable () -> Timestamp
    let logger: Logger
    private let wakeup = Wakeup()

    init(
        caches: Caches, writer: Writer, limits: NodeLifecycle.Limits, clusterRange: PodRanges.Range, logger: Logger,
        now: @escaping @Sendable () -> Timestamp
    ) {
        self.caches = caches
        self.writer = writer
        self.limits = limits
        self.clusterRange = clusterRange
        self.logger = logger
        self.now = now
        caches.nodes.wakes(wakeup)
    }

    func run() async throws {
        var watch = SilenceWatch()
        let tick = min(5, max(0.5, Double(min(limits.graceSeconds, limits.evictionSeconds)) / 8))
        var last = SuspendingClock.now
        while true {
            try await wakeup.wait(atMost: .seconds(tick))
            let current = SuspendingClock.now
            // If this process itself was held up, nobody was silent for that long.
            let passed = min(seconds(current - last), 2 * tick)
            last = current
            watch.advance(by: passed, nodes: caches.nodes.objects, leases: caches.leases.objects)
            do {
                try await look(watch)
            } catch {
                try Task.checkCancellation()
                let isConflict = (error as? ClientError)?.isConflict ?? false
                logger.log(
                    level: isConflict ? .debug : .warning, "look failed",
                    metadata: ["loop": "nodes", "error": "\(error)"])
                try await Task.sleep(for: .milliseconds(200))
                wakeup.set()
            }
        }
    }

    private func seconds(_ duration: Duration) -> Double {
        Double(duration.components.seconds) + Double(duration.components.attoseconds) / 1e18
    }

    private func look(_ watch: SilenceWatch) async throws {
        let nodes = caches.nodes.objects.sorted { $0.meta.name < $1.meta.name }
        try await writer.carryOut(PodRanges.reconcile(nodes: nodes, cluster: clusterRange))
        let pods = Dictionary(grouping: caches.pods.objects) { $0[path: "spec", "nodeName"]?.string ?? "" }
        let isAnyReady = nodes.contains { Conditions.isTrue("Ready", in: $0) }
        for node in nodes {
            let seen = watch.observation(of: node.meta.name)
            try await writer.carryOut(NodeLifecycle.reconcile(node, seen: seen, limits: limits, now: now()))
            guard let assigned = pods[node.meta.name] else { continue }
            try await writer.carryOut(
                NodeLifecycle.evict(
                    from: node, pods: assigned, seen: seen, limits: limits, isAnyNodeReady: isAnyReady, now: now()))
        }
        try await collect(Set(nodes.map(\.meta.name)), pods: Array(pods.values.joined()))
    }

    /// Removes pods of nodes that are gone, after the server confirmed that they are.
    private func collect(_ nodes: Set<String>, pods: [JSON]) async throws {
        var confirmed = nodes
        for name in Set(pods.compactMap { $0[path: "spec", "nodeName"]?.string }).subtracting(nodes).sorted() {
            if name.isEmpty { continue }
            if try await writer.client.find(.nodes, name: name) != nil { confirmed.insert(name) }
        }
        try await writer.carryOut(PodCollector.reconcile(pods: pods, nodes: confirmed))
    }
}

/// For how long each node has been silent or in trouble, counted in time that passed for the watcher.
struct SilenceWatch {
    private struct Entry {
        var sign: String
        var silent = 0.0
        var troubled = 0.0
    }

    private var entries: [String: Entry] = [:]

    /// Lets time pass, and takes note of every sign of life.
    mutating func advance(by seconds: Double, nodes: [JSON], leases: [JSON]) {
        let renewals = Dictionary(
            leases.map { ($0.meta.name, $0[path: "spec", "renewTime"]?.string ?? "") }, uniquingKeysWith: { $1 })
        var next: [String: Entry] = [:]
        for node in nodes {
            let name = node.meta.name
            let ready = Conditions.find("Ready", in: node)
            let sign = [node.meta.uid, renewals[name] ?? "", ready?["lastHeartbeatTime"]?.string ?? ""]
                .joined(separator: " ")
            var entry = entries[name] ?? Entry(sign: sign)
            entry.silent = entry.sign == sign ? entry.silent + seconds : 0
            entry.sign = sign
            entry.troubled = ready?["status"]?.string == "True" ? 0 : entry.troubled + seconds
            next[name] = entry
        }
        entries = next
    }

    func observation(of node: String) -> NodeLifecycle.Observation {
        let entry = entries[node]
        return .init(silentSeconds: entry?.silent ?? 0, troubledSeconds: entry?.troubled ?? 0)
    }
}
