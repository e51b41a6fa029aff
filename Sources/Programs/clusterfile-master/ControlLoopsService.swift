import APIServer
import Access
import ClusterClient
import ControlLoops
import Logging
import Objects
import ServiceLifecycle

/// The control loops as one service of the master, talking to its API server without a socket.
struct ControlLoopsService: Service {
    private let loops: ControlLoops
    private let logger: Logger

    /// Throws where the configuration cannot be used.
    init(
        server: APIServer, configuration: ControlLoops.Configuration, logger: Logger,
        now: @escaping @Sendable () -> Timestamp
    ) throws {
        self.logger = logger
        loops = try ControlLoops(
            controllerClient: Self.client(of: server, as: .controllerManager),
            schedulerClient: Self.client(of: server, as: .scheduler), configuration: configuration, logger: logger,
            now: now)
    }

    func run() async throws {
        try await cancelWhenGracefulShutdown {
            do {
                try await loops.run()
            } catch is CancellationError {
                logger.info("control loops ended")
            }
        }
    }

    private static func client(of server: APIServer, as identity: Identity) -> ClusterClient {
        let transport = InProcessTransport { request in
            let response = await server.respond(
                to: APIRequest(
                    method: request.method, path: request.path, query: request.query, headers: request.headers,
                    body: request.body, identity: identity))
            let body: ResponseBody =
                switch response.body {
                case .bytes(let bytes): WholeBody(bytes)
                case .stream(let stream): stream
                }
            return ClientResponse(status: response.status, headers: response.headers, body: body)
        }
        return ClusterClient(transport: transport, userAgent: identity.name)
    }
}
