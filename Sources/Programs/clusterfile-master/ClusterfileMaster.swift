import APIServer
import ArgumentParser
import ControlLoops
import Diagnostics
import HTTPServing
import Linux
import Logging
import ServiceLifecycle
import StateStore

/// The master agent: API server, store, scheduler and controllers in one process.
@main
struct ClusterfileMaster: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "clusterfile-master",
        abstract: "Serve the cluster's API, and schedule and control what it holds.")

    @Option(help: "The file that holds the cluster's state.")
    var store = "/var/lib/clusterfile/state.db"
    @Option(help: "The address to serve on.")
    var address = "0.0.0.0"
    @Option(help: "The port to serve on.")
    var port = 6443
    @Option(help: "The server's certificate chain (PEM).")
    var certificate = "/etc/clusterfile/pki/apiserver.crt"
    @Option(help: "The server's private key (PEM).")
    var key = "/etc/clusterfile/pki/apiserver.key"
    @Option(help: "The authority that signs clients' and agents' certificates (PEM).")
    var authority = "/etc/clusterfile/pki/ca.crt"
    @Option(help: "The certificate that the master shows to node agents (PEM).")
    var clientCertificate = "/etc/clusterfile/pki/apiserver-kubelet-client.crt"
    @Option(help: "The private key of the certificate shown to node agents (PEM).")
    var clientKey = "/etc/clusterfile/pki/apiserver-kubelet-client.key"
    @Option(help: "The IPv4 range of pod addresses; each node gets a /24 of it.")
    var podRange = "10.244.0.0/16"
    @Option(help: "Seconds of silence after which a node is not ready.")
    var nodeGraceSeconds = 40
    @Option(help: "Seconds that pods stay on a node that is not ready.")
    var podEvictionSeconds = 300
    @Option(help: "How much to log: trace, debug, info, notice, warning, error, critical.", transform: level)
    var logLevel = Logger.Level.info

    func run() async throws {
        var logger = Logger(label: "clusterfile-master")
        logger.logLevel = logLevel
        do {
            try await serve(logger)
        } catch {
            for diagnosis in Diagnoses(of: error).all { logger.critical("\(diagnosis.rendered)") }
            throw ExitCode.failure
        }
    }

    private func serve(_ logger: Logger) async throws {
        let state = try StateStore(path: store)
        let logs = NodeLogFetch(
            authority: try readText(authority), certificate: try readText(clientCertificate),
            key: try readText(clientKey))
        let api = APIServer(store: state, now: wallClock) { try await logs.fetch($0, $1, $2) }
        try await api.bootstrap()
        let loops = try ControlLoopsService(
            server: api,
            configuration: ControlLoops.Configuration(
                nodeGraceSeconds: nodeGraceSeconds, podEvictionSeconds: podEvictionSeconds, clusterRange: podRange),
            logger: logger, now: wallClock)
        let server = HTTPServer(
            host: address, port: port,
            identity: TLSIdentity(
                certificateChain: try readText(certificate), privateKey: try readText(key),
                clientAuthority: try readText(authority)),
            logger: logger
        ) { await respond(to: $0, with: api) }
        let group = ServiceGroup(
            configuration: ServiceGroupConfiguration(
                services: [
                    .init(service: StoreService(store: state, logger: logger)),
                    .init(service: ServingService(server: server)),
                    .init(service: loops),
                ],
                gracefulShutdownSignals: [.sigterm, .sigint], logger: logger))
        try await group.run()
    }
}

private func level(_ name: String) throws -> Logger.Level {
    guard let level = Logger.Level(rawValue: name) else { throw ValidationError("'\(name)' is not a level of logging") }
    return level
}
