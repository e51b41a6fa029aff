package import ClusterClient
import Controllers
package import Logging
package import Objects

/// Everything that makes the cluster as its objects ask for: scheduler, controllers, node life cycle.
package struct ControlLoops: Sendable {
    /// What the master's flags set.
    package struct Configuration: Sendable {
        /// Silence after which a node is not ready any more.
        package var nodeGraceSeconds: Int
        /// How long pods without a toleration of their own stay on a node that is not ready.
        package var podEvictionSeconds: Int
        /// The cluster's range of pod addresses, out of which each node gets a /24.
        package var clusterRange: String
        package var eventLifetimeSeconds: Int

        package init(
            nodeGraceSeconds: Int = 40, podEvictionSeconds: Int = 300, clusterRange: String = "10.244.0.0/16",
            eventLifetimeSeconds: Int = 3600
        ) {
            self.nodeGraceSeconds = nodeGraceSeconds
            self.podEvictionSeconds = podEvictionSeconds
            self.clusterRange = clusterRange
            self.eventLifetimeSeconds = eventLifetimeSeconds
        }
    }

    private let controllerClient: ClusterClient
    private let schedulerClient: ClusterClient
    private let configuration: Configuration
    private let clusterRange: PodRanges.Range
    private let logger: Logger
    private let now: @Sendable () -> Timestamp

    /// Throws where the range of pod addresses cannot be read.
    ///
    /// - Parameter now: the wall clock.
    package init(
        controllerClient: ClusterClient, schedulerClient: ClusterClient, configuration: Configuration, logger: Logger,
        now: @escaping @Sendable () -> Timestamp
    ) throws {
        guard let range = PodRanges.Range(configuration.clusterRange), range.length <= 24 else {
            throw ControlLoopError.invalidRange(configuration.clusterRange)
        }
        clusterRange = range
        self.controllerClient = controllerClient
        self.schedulerClient = schedulerClient
        self.configuration = configuration
        self.logger = logger
        self.now = now
    }

    /// Runs all loops until the task is cancelled.
    package func run() async throws {
        let caches = Caches(client: controllerClient, logger: logger)
        var recorders: [EventRecorder] = []
        func recorder(_ client: ClusterClient, _ component: String) -> EventRecorder {
            let recorder = EventRecorder(client: client, component: component, logger: logger, now: now)
            recorders.append(recorder)
            return recorder
        }
        func writer(_ component: String) -> Writer {
            Writer(client: controllerClient, caches: caches, recorder: recorder(controllerClient, component))
        }
        let scheduler = SchedulerLoop(
            client: schedulerClient, caches: caches, recorder: recorder(schedulerClient, "default-scheduler"), now: now)
        let workloads = WorkloadLoops(
            caches: caches, writer: writer("deployment-controller"), replicaSetWriter: writer("replicaset-controller"),
            now: now)
        let garbage = GarbageLoop(client: controllerClient, caches: caches, writer: writer("garbage-collector"))
        let namespaces = NamespaceLoop(client: controllerClient, caches: caches, writer: writer("namespace-controller"))
        let nodes = NodeLoop(
            caches: caches, writer: writer("node-controller"),
            limits: .init(
                graceSeconds: configuration.nodeGraceSeconds, evictionSeconds: configuration.podEvictionSeconds),
            clusterRange: clusterRange, logger: logger, now: now)
        let expiry = EventExpiry(
            client: controllerClient, lifetimeSeconds: configuration.eventLifetimeSeconds, logger: logger, now: now)
        let loops =
            [scheduler.loop(logger: logger), garbage.loop(logger: logger), namespaces.loop(logger: logger)]
            + workloads.loops(logger: logger)
        try await withThrowingDiscardingTaskGroup { group in
            for informer in caches.all { group.addTask { try await informer.run() } }
            for recorder in recorders { group.addTask { try await recorder.run() } }
            try await caches.waitUntilSynced()
            for loop in loops { group.addTask { try await loop.run() } }
            group.addTask { try await nodes.run() }
            group.addTask { try await expiry.run() }
        }
    }
}
