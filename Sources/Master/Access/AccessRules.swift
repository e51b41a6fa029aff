/// Who may do what; pure, so that every rule is a line of a table in the tests.
package enum AccessRules {
    /// Whether an identity may do something; the facts are asked only for nodes.
    package static func allows(_ identity: Identity, _ request: RequestAttributes, _ facts: ClusterFacts) -> Bool {
        if let path = request.path { return allowsPath(identity, path) }
        if identity.groups.contains("system:masters") { return true }
        if identity.isAnonymous { return false }
        if request.group == "authorization.k8s.io", request.resource.hasPrefix("selfsubject") { return true }
        if identity == .controllerManager { return true }
        if identity == .scheduler { return allowsScheduler(request) }
        guard let node = identity.nodeName else { return false }
        return NodeRules(node: node, facts: facts).allows(request)
    }

    /// Paths that tell nothing but that the server lives and what it is.
    private static let openPaths = ["/healthz", "/livez", "/readyz", "/version"]

    private static func allowsPath(_ identity: Identity, _ path: String) -> Bool {
        if openPaths.contains(where: { path == $0 || path.hasPrefix($0 + "/") }) { return true }
        if identity.isAnonymous { return false }
        if identity.groups.contains("system:masters") { return true }
        return ["/api", "/apis", "/openapi"].contains { path == $0 || path.hasPrefix($0 + "/") }
    }

    private static func allowsScheduler(_ request: RequestAttributes) -> Bool {
        let reads = ["get", "list", "watch"].contains(request.verb)
        return switch (request.resource, request.subresource) {
        case ("pods", ""): reads || request.verb == "delete"
        case ("pods", "binding"): request.verb == "create"
        case ("pods", "status"): ["patch", "update"].contains(request.verb)
        case ("events", ""): ["create", "patch", "update"].contains(request.verb)
        case ("leases", ""): true
        default: reads && request.resource != "secrets" && request.subresource.isEmpty
        }
    }
}
