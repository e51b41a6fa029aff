internal import HTTPServing
internal import JSON
internal import Objects

extension APIServer {
    /// Hands a container's log through from its node's agent.
    func logs(_ route: ObjectRoute, _ request: APIRequest) async throws -> HTTPResponse {
        let pod = try existing(route).json
        let containers = ["containers", "initContainers"].flatMap { list in
            (pod[path: "spec", list]?.array ?? []).compactMap { $0["name"]?.string }
        }
        let main = (pod[path: "spec", "containers"]?.array ?? []).compactMap { $0["name"]?.string }
        var container = request.parameter("container") ?? ""
        if container.isEmpty {
            guard main.count == 1 else {
                throw APIFailure.badRequest(
                    "a container name must be specified for pod \(route.name), choose one of: [\(main.joined(separator: " "))]"
                )
            }
            container = main[0]
        }
        guard containers.contains(container) else {
            throw APIFailure.badRequest("container \(container) is not valid for pod \(route.name)")
        }
        let node = pod[path: "spec", "nodeName"]?.string ?? ""
        guard !node.isEmpty else {
            throw APIFailure.badRequest("pod \(route.name) does not have a host assigned")
        }
        let path = "/containerLogs/\(route.namespace)/\(route.name)/\(container)"
        let query = request.query.filter { !["container", "pretty"].contains($0.name) }
        do {
            let response = try await nodeLogs(try agentAddress(of: node), path, query)
            guard response.status == 200 else { throw APIFailure.badRequest(try await Self.text(of: response)) }
            return response
        } catch let failure as APIFailure {
            throw failure
        } catch is CancellationError {
            throw CancellationError()
        } catch {
            throw APIFailure.internalError("the agent of node \(node) gave no log: \(error)")
        }
    }

    /// What an agent says of a log that it cannot give, which is a line.
    private static func text(of response: HTTPResponse) async throws -> String {
        var bytes: [UInt8] = []
        switch response.body {
        case .bytes(let all): bytes = all
        case .stream(let pieces): for try await piece in pieces where bytes.count < 4096 { bytes += piece }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    private func agentAddress(of node: String) throws -> String {
        guard let found = try storage.get(Kinds.node, namespace: "", name: node) else {
            throw APIFailure.notFound(Resource(group: "", plural: "nodes"), node)
        }
        let status = found.json["status"] ?? .null
        let addresses = status["addresses"]?.array ?? []
        guard let address = addresses.first(where: { $0["type"]?.string == "InternalIP" })?["address"]?.string else {
            throw APIFailure.internalError("node \(node) has told no address")
        }
        let port = status[path: "daemonEndpoints", "kubeletEndpoint", "Port"]?.integer ?? 0
        return "\(address):\(port > 0 ? port : 10250)"
    }
}
