import Addresses
package import ClusterClient
import ContainerImages
import ContainerRuntime
package import HTTPServing
import JSON
import Linux
package import Logging
import Objects
import Synchronization

/// The node's agent: registers the node, runs the pods bound to it, and says how they are.
package struct NodeAgent: Sendable {
    private let configuration: NodeAgentConfiguration
    private let client: ClusterClient
    private let identity: TLSIdentity?
    private let logger: Logger
    private let onReady: @Sendable () -> Void

    /// - Parameters:
    ///   - identity: what the log service shows and demands; nil serves no logs.
    ///   - onReady: called once the node is registered and its pods are being looked after.
    package init(
        configuration: NodeAgentConfiguration, client: ClusterClient, identity: TLSIdentity?, logger: Logger,
        onReady: @escaping @Sendable () -> Void = {}
    ) {
        self.configuration = configuration
        self.client = client
        self.identity = identity
        self.logger = logger
        self.onReady = onReady
    }

    /// Runs until the task is cancelled; pods go on without it.
    package func run() async throws {
        guard let clusterRange = IPv4Network(configuration.clusterRange) else {
            throw NodeAgentError.invalidRange(configuration.clusterRange)
        }
        guard IPv4Address(configuration.nodeAddress) != nil else {
            throw NodeAgentError.invalidAddress(configuration.nodeAddress)
        }
        let machine = try MachineInformation.read()
        let images = try ImageStore(root: configuration.rootFolder + "/content")
        let runtime = try PodRuntime(
            configuration: PodRuntimeConfiguration(recordsRoot: configuration.rootFolder + "/pods"), images: images)
        try await runtime.collectGarbage()
        let network = NodeNetwork(clusterRange: clusterRange, nodeName: configuration.nodeName, logger: logger)
        let pods = Informer(
            .pods, selection: Selection(fields: "spec.nodeName=" + configuration.nodeName), client: client,
            logger: logger)
        let nodes = Informer(.nodes, client: client, logger: logger, trim: trimmedNode)
        let recorder = EventRecorder(
            client: client, component: "kubelet", host: configuration.nodeName, logger: logger,
            now: { Objects.Timestamp(seconds: Int(Linux.Timestamp.now().nanosecondsSinceEpoch / 1_000_000_000)) })
        let heartbeat = Heartbeat(
            configuration: configuration, client: client, nodes: nodes, machine: machine, network: network,
            logger: logger, wakeup: Wakeup())
        nodes.wakes(heartbeat.wakeup)
        let shelf = ImageShelf(images: images, folder: configuration.imagesFolder, logger: logger)
        let keeper = PodKeeper(
            configuration: configuration, client: client, pods: pods, runtime: runtime, images: shelf,
            network: network, recorder: recorder, memory: PodMemory(), machine: machine, logger: logger)
        let loops = NodeLoops(keeper: keeper, nodes: nodes, network: network, heartbeat: heartbeat, logger: logger)
        try await heartbeat.register()
        try await withThrowingDiscardingTaskGroup { group in
            group.addTask { try await pods.run() }
            group.addTask { try await nodes.run() }
            group.addTask { try await recorder.run() }
            group.addTask { try await heartbeat.renewLease() }
            group.addTask { try await heartbeat.reportStatus() }
            group.addTask { try await loops.followNetwork() }
            group.addTask { await shelf.importArchives() }
            group.addTask { try await loops.followPods() }
            if let identity {
                let service = LogService(pods: pods, runtime: runtime)
                let server = HTTPServer(host: "0.0.0.0", port: 10250, identity: identity, logger: logger) { request in
                    await service.respond(to: request)
                }
                group.addTask { try await server.run() }
            }
            try await nodes.waitUntilSynced()
            try await pods.waitUntilSynced()
            onReady()
        }
    }

    /// Of other nodes only what routes need is kept.
    private var trimmedNode: @Sendable (JSON) -> JSON {
        let own = configuration.nodeName
        return { node in
            if node.meta.name == own { return Informer.withoutManagedFields(node) }
            let meta = node.meta
            return [
                "metadata": [
                    "name": JSON(meta.name), "uid": JSON(meta.uid), "resourceVersion": JSON(meta.resourceVersion),
                ],
                "spec": ["podCIDR": node[path: "spec", "podCIDR"] ?? .null],
                "status": ["addresses": node[path: "status", "addresses"] ?? .null],
            ]
        }
    }
}
