import ClusterClient
import Diagnostics
import HTTPServing
import Linux
import Logging
import NodeAgent
import ServiceLifecycle

/// The node's agent as a program.
struct ClusterfileNode {
    let options: AgentOptions

    /// Runs until a signal ends it; answers the exit status.
    func run() async -> Int32 {
        var logger = Logger(label: "clusterfile-node")
        logger.logLevel = options.logLevel
        do {
            try await serve(logger)
            return 0
        } catch {
            for diagnosis in Diagnoses(of: error).all { logger.critical("\(diagnosis.rendered)") }
            return 1
        }
    }

    private func serve(_ logger: Logger) async throws {
        let authority = try FileSystem.readText(options.authorityFile) + "\n"
        let certificate = try FileSystem.readText(options.certificateFile) + "\n"
        let key = try FileSystem.readText(options.keyFile) + "\n"
        let access = try ServerAccess(
            server: options.server, authorityPEM: authority, certificatePEM: certificate, privateKeyPEM: key)
        let client = ClusterClient(
            transport: try HTTPTransport(access), userAgent: "clusterfile-node", timeoutSeconds: 15)
        let agent = NodeAgent(
            configuration: NodeAgentConfiguration(
                nodeName: options.nodeName, nodeAddress: options.nodeAddress, roles: options.roles,
                taints: options.taints, imagesFolder: options.imagesFolder, rootFolder: options.rootFolder,
                clusterRange: options.podRange),
            client: client,
            identity: TLSIdentity(certificateChain: certificate, privateKey: key, clientAuthority: authority),
            logger: logger
        ) { [name = options.nodeName] in
            do {
                try ServiceNotification().ready(status: "registered as \(name)")
            } catch {
                logger.error("the service manager was not told", metadata: ["error": "\(error)"])
            }
        }
        let group = ServiceGroup(
            services: [AgentService(agent: agent)], gracefulShutdownSignals: [.sigterm, .sigint], logger: logger)
        try await group.run()
    }
}

/// The agent as the one service of its program.
struct AgentService: Service {
    let agent: NodeAgent

    func run() async throws {
        try await cancelWhenGracefulShutdown {
            do {
                try await agent.run()
            } catch is CancellationError {
                return  // asked to stop; the pods go on
            }
        }
    }
}
