internal import Access
package import HTTPServing
internal import JSON
package import Objects
package import StateStore

/// The Kubernetes API over a store: takes requests, answers responses, knows no sockets.
package final class APIServer: Sendable {
    /// Fetches `path` from the node agent at `address` (`IP:PORT`): container logs.
    package typealias NodeLogs =
        @Sendable (_ address: String, _ path: String, _ query: [(name: String, value: String)]) async throws ->
        HTTPResponse

    /// What differs between clusters and between tests.
    package struct Configuration: Sendable {
        /// `gitVersion` of `/version`.
        package var version: String
        /// How often a watch that allows bookmarks gets one.
        package var bookmarkSeconds: Int
        /// A watch that names no time-out ends after this.
        package var watchTimeoutSeconds: Int
        /// The IPv4 range of Service addresses: its first three bytes, such as `10.96.0`.
        package var servicePrefix: String

        package init(
            version: String = "v1.27.0+clusterfile", bookmarkSeconds: Int = 60, watchTimeoutSeconds: Int = 3000,
            servicePrefix: String = "10.96.0"
        ) {
            self.version = version
            self.bookmarkSeconds = bookmarkSeconds
            self.watchTimeoutSeconds = watchTimeoutSeconds
            self.servicePrefix = servicePrefix
        }
    }

    let storage: ObjectStorage
    let configuration: Configuration
    let nodeLogs: NodeLogs
    let now: @Sendable () -> Timestamp

    package init(
        store: StateStore, configuration: Configuration = Configuration(), now: @escaping @Sendable () -> Timestamp,
        nodeLogs: @escaping NodeLogs
    ) {
        storage = ObjectStorage(store: store)
        self.configuration = configuration
        self.now = now
        self.nodeLogs = nodeLogs
    }

    /// Answers a request; what fails becomes a Status body.
    package func respond(to request: APIRequest) async -> HTTPResponse {
        do {
            return try await answer(request)
        } catch let failure as APIFailure {
            return failure.response
        } catch {
            return APIFailure.internalError("\(error)").response
        }
    }

    private func answer(_ request: APIRequest) async throws -> HTTPResponse {
        guard let route = Route(request.path) else {
            if request.identity.isAnonymous { throw APIFailure.unauthorized() }
            throw APIFailure.unknownPath()
        }
        switch route {
        case .page(let parts):
            return try await page(parts, request)
        case .objects(let route):
            guard let verb = route.verb(request) else { throw APIFailure.methodNotAllowed() }
            try authorize(route, verb, request)
            return try await answer(route, verb, request)
        }
    }

    private func answer(_ route: ObjectRoute, _ verb: String, _ request: APIRequest) async throws -> HTTPResponse {
        if !route.subresource.isEmpty { return try await subresource(route, verb, request) }
        switch verb {
        case "get": return try get(route, request)
        case "list": return try await list(route, request)
        case "watch": return try await watch(route, request)
        case "create": return try await create(route, request)
        case "update": return try await replace(route, request)
        case "patch": return try await patch(route, request)
        case "delete": return try await delete(route, request)
        case "deletecollection": return try await deleteCollection(route, request)
        default: throw APIFailure.methodNotAllowed()
        }
    }

    private func authorize(_ route: ObjectRoute, _ verb: String, _ request: APIRequest) throws {
        if request.identity.isAnonymous { throw APIFailure.unauthorized() }
        let selector = try fieldSelector(request, route.kind)
        let isItself = route.kind.name == "Namespace"
        let attributes = RequestAttributes(
            verb: verb, group: route.kind.group, resource: route.kind.plural, subresource: route.subresource,
            namespace: isItself ? route.name : route.namespace, name: route.name,
            fields: Dictionary(
                selector.terms.filter(\.isEqual).map { ($0.field, $0.value) }, uniquingKeysWith: { first, _ in first }))
        guard AccessRules.allows(request.identity, attributes, facts) else {
            throw APIFailure.forbidden(route.kind.resource, route.name, attributes.denial(of: request.identity))
        }
    }

    func authorizePath(_ request: APIRequest) throws {
        let attributes = RequestAttributes(verb: request.method.lowercased(), path: request.path)
        guard AccessRules.allows(request.identity, attributes, facts) else {
            if request.identity.isAnonymous { throw APIFailure.unauthorized() }
            throw APIFailure.forbiddenPath(attributes.denial(of: request.identity))
        }
    }

    /// What cannot be read gives no rights.
    var facts: ClusterFacts {
        let storage = storage
        return ClusterFacts(
            pod: { try? storage.get(Kinds.pod, namespace: $0, name: $1)?.json },
            podsOfNamespace: { namespace in
                guard !namespace.isEmpty else { return [] }
                return storage.store.range(prefix: storage.prefix(Kinds.pod, namespace: namespace)).entries
                    .compactMap { try? JSON(parsing: $0.value) }
            })
    }

    func fieldSelector(_ request: APIRequest, _ kind: Kind) throws -> FieldSelector {
        guard let text = request.parameter("fieldSelector"), !text.isEmpty else { return FieldSelector() }
        do throws(SelectorError) {
            let selector = try FieldSelector(parsing: text)
            for term in selector.terms where !kind.selects(term.field) {
                throw SelectorError(description: "field label not supported: \(term.field)")
            }
            return selector
        } catch {
            throw APIFailure.badRequest(
                "Unable to find \"\(kind.apiVersion), Resource=\(kind.plural)\" that match label selector \"\", field selector \"\(text)\": \(error)"
            )
        }
    }

    func labelSelector(_ request: APIRequest) throws -> LabelSelector {
        guard let text = request.parameter("labelSelector"), !text.isEmpty else { return LabelSelector() }
        do throws(SelectorError) {
            return try LabelSelector(parsing: text)
        } catch {
            throw APIFailure.badRequest(error.description)
        }
    }
}
