import ArgumentParser
import ClusterClient
import Diagnostics
import HTTPServing
import Linux
import Logging
import NodeAgent
import ServiceLifecycle

/// The node's agent as a program.
struct ClusterfileNode: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "clusterfile-node", abstract: "Run the pods that the cluster gives this machine.")

    @Option(help: "The API server, as https://ADDRESS:PORT.")
    var server: String
    @Option(help: "The node's name.")
    var nodeName: String
    @Option(help: "The node's IPv4 address in the machines' network.")
    var nodeIP: String
    @Option(help: "The cluster's authority (PEM).")
    var caFile = "/etc/clusterfile/pki/ca.crt"
    @Option(help: "The node's certificate (PEM).")
    var certFile = "/etc/clusterfile/pki/node.crt"
    @Option(help: "The node's private key (PEM).")
    var keyFile = "/etc/clusterfile/pki/node.key"
    @Option(help: "Where image archives (*.tar) are placed.")
    var imagesDir = "/var/lib/clusterfile/images"
    @Option(help: "Where the agent keeps images, pods and volumes.")
    var rootDir = "/var/lib/clusterfile"
    @Option(help: "The IPv4 range of all pods' addresses.")
    var podRange = "10.244.0.0/16"
    @Option(name: .customLong("role"), help: "A role to register with, such as control-plane; may be repeated.")
    var roles: [String] = []
    @Option(
        name: .customLong("taint"), help: "A taint to register with, as key=value:effect; may be repeated.",
        transform: taint)
    var taints: [NodeTaint] = []
    @Option(help: "How much to log: trace, debug, info, notice, warning, error, critical.", transform: level)
    var logLevel = Logger.Level.info

    func run() async throws {
        var logger = Logger(label: "clusterfile-node")
        logger.logLevel = logLevel
        do {
            try await serve(logger)
        } catch {
            for diagnosis in Diagnoses(of: error).all { logger.critical("\(diagnosis.rendered)") }
            throw ExitCode.failure
        }
    }

    private func serve(_ logger: Logger) async throws {
        let authority = try FileSystem.readText(caFile) + "\n"
        let certificate = try FileSystem.readText(certFile) + "\n"
        let key = try FileSystem.readText(keyFile) + "\n"
        let access = try ServerAccess(
            server: server, authorityPEM: authority, certificatePEM: certificate, privateKeyPEM: key)
        let client = ClusterClient(
            transport: try HTTPTransport(access), userAgent: "clusterfile-node", timeoutSeconds: 15)
        let agent = NodeAgent(
            configuration: NodeAgentConfiguration(
                nodeName: nodeName, nodeAddress: nodeIP, roles: roles, taints: taints, imagesFolder: imagesDir,
                rootFolder: rootDir, clusterRange: podRange),
            client: client,
            identity: TLSIdentity(certificateChain: certificate, privateKey: key, clientAuthority: authority),
            logger: logger
        ) {
            do {
                try ServiceNotification().ready(status: "registered as \(nodeName)")
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

private func level(_ name: String) throws -> Logger.Level {
    guard let level = Logger.Level(rawValue: name) else { throw ValidationError("'\(name)' is not a level of logging") }
    return level
}

private func taint(_ text: String) throws -> NodeTaint {
    guard let taint = NodeTaint(text) else {
        throw ValidationError("'\(text)' is not a taint; write it as key=value:effect")
    }
    return taint
}
