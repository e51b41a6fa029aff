import ClusterClient
import ContainerRuntime
import JSON
import Linux
import Logging
import Objects

/// What the agent does over and over.
struct NodeLoops: Sendable {
    let keeper: PodKeeper
    let nodes: Informer
    let network: NodeNetwork
    let heartbeat: Heartbeat
    let logger: Logger
    private let queue = WorkQueue()
    private let networkWakeup = Wakeup()

    init(keeper: PodKeeper, nodes: Informer, network: NodeNetwork, heartbeat: Heartbeat, logger: Logger) {
        self.keeper = keeper
        self.nodes = nodes
        self.network = network
        self.heartbeat = heartbeat
        self.logger = logger
        let (queue, wakeup) = (queue, networkWakeup)
        keeper.pods.onChange { queue.add($0.latest.meta.uid) }
        nodes.onChange { transition in
            if Self.matters(transition) { wakeup.set() }
        }
    }

    /// Whether a node's change touches routes.
    private static func matters(_ transition: ObjectTransition) -> Bool {
        let (old, new) = (transition.old, transition.new)
        return old?["spec"]?["podCIDR"] != new?["spec"]?["podCIDR"]
            || old?["status"]?["addresses"] != new?["status"]?["addresses"]
    }

    /// Keeps bridge and routes as the nodes' objects say.
    func followNetwork() async throws {
        try await nodes.waitUntilSynced()
        try await keeper.pods.waitUntilSynced()
        while true {
            var pause = Duration.seconds(600)
            do {
                try await network.reconcile(nodes: nodes.objects) { [keeper] in
                    let running = Set(try await keeper.runtime.snapshots().map(\.uid))
                    return running.union(keeper.pods.objects.map(\.meta.uid))
                }
            } catch {
                try Task.checkCancellation()
                logger.warning("pod network not ready", metadata: ["error": "\(error)"])
                pause = .seconds(2)
            }
            heartbeat.wakeup.set()
            try await networkWakeup.wait(atMost: pause)
        }
    }

    /// Looks at pods whenever their objects or their containers change.
    func followPods() async throws {
        try await keeper.pods.waitUntilSynced()
        try await withThrowingDiscardingTaskGroup { group in
            let keeper = keeper
            let loop = KeyedLoop(name: "pods", queue: queue, concurrency: 4, logger: logger) { uid in
                try await keeper.look(uid)
            }
            group.addTask { try await loop.run() }
            group.addTask { try await followRuntime() }
            group.addTask { try await sweep() }
        }
    }

    private func followRuntime() async throws {
        for await _ in keeper.runtime.changes {
            do {
                try await lookAtAll()
            } catch {
                try Task.checkCancellation()
                logger.warning("records not read", metadata: ["error": "\(error)"])
            }
        }
        try Task.checkCancellation()
    }

    /// What no event told of is found within minutes, and all there is at the start.
    private func sweep() async throws {
        while true {
            do {
                try await lookAtAll()
                for uid in try VolumeFiles(root: keeper.configuration.rootFolder).uids() { queue.add(uid) }
            } catch {
                try Task.checkCancellation()
                logger.warning("records not read", metadata: ["error": "\(error)"])
            }
            try await Task.sleep(for: .seconds(120))
        }
    }

    private func lookAtAll() async throws {
        for snapshot in try await keeper.runtime.snapshots() { queue.add(snapshot.uid) }
    }
}
