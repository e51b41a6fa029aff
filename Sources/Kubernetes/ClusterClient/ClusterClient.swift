package import JSON

/// The API's verbs over a transport; every failure is a `ClientError`.
package struct ClusterClient: Sendable {
    package var transport: any Transport
    package var userAgent: String
    package var timeoutSeconds: Int

    package init(transport: any Transport, userAgent: String = "clusterfile", timeoutSeconds: Int = 30) {
        self.transport = transport
        self.userAgent = userAgent
        self.timeoutSeconds = timeoutSeconds
    }

    /// The object; one that is not there throws `isNotFound`.
    package func get(_ type: ResourceType, namespace: String? = nil, name: String) async throws -> JSON {
        try await json("GET", type.path(namespace: namespace, name: name))
    }

    /// The object, or nil where there is none.
    package func find(_ type: ResourceType, namespace: String? = nil, name: String) async throws -> JSON? {
        do {
            return try await get(type, namespace: namespace, name: name)
        } catch let error as ClientError where error.isNotFound {
            return nil
        }
    }

    /// All objects that match, in pages of `pageSize` where one is given; items carry their apiVersion and kind.
    package func list(
        _ type: ResourceType, namespace: String? = nil, selection: Selection = Selection(), pageSize: Int? = nil
    ) async throws -> ObjectList {
        var result = ObjectList(items: [], resourceVersion: "")
        var token: String?
        repeat {
            var query = selection.query
            if let pageSize { query.append(("limit", String(pageSize))) }
            if let token { query.append(("continue", token)) }
            let answer = try await json("GET", type.path(namespace: namespace), query: query)
            for var item in answer["items"]?.array ?? [] {
                if item["kind"] == nil {
                    item["apiVersion"] = JSON(type.apiVersion)
                    item["kind"] = JSON(type.kind)
                }
                result.items.append(item)
            }
            result.resourceVersion = answer[path: "metadata", "resourceVersion"]?.string ?? ""
            token = answer[path: "metadata", "continue"]?.string
        } while token?.isEmpty == false
        return result
    }

    /// Creates an object and answers it as it is stored; a name that is taken throws `isAlreadyExists`.
    package func create(_ type: ResourceType, namespace: String? = nil, _ object: JSON) async throws -> JSON {
        try await json("POST", type.path(namespace: namespace), body: object)
    }

    /// Creates a part of an object, such as a pod's `binding` or `eviction`.
    package func create(
        _ type: ResourceType, namespace: String? = nil, name: String, subresource: String, _ object: JSON
    ) async throws -> JSON {
        try await json("POST", type.path(namespace: namespace, name: name, subresource: subresource), body: object)
    }

    /// Replaces an object, or a part of it; its resourceVersion must be the current one.
    package func update(_ type: ResourceType, _ object: JSON, subresource: String? = nil) async throws -> JSON {
        let metadata = object["metadata"]
        let path = type.path(
            namespace: metadata?["namespace"]?.string, name: metadata?["name"]?.string ?? "", subresource: subresource)
        return try await json("PUT", path, body: object)
    }

    /// Changes a part of an object and answers the whole as it then is.
    package func patch(
        _ type: ResourceType, namespace: String? = nil, name: String, subresource: String? = nil, as kind: PatchKind,
        _ patch: JSON
    ) async throws -> JSON {
        let path = type.path(namespace: namespace, name: name, subresource: subresource)
        return try await json("PATCH", path, body: patch, contentType: kind.rawValue)
    }

    /// Asks for an object's deletion; one that is not there throws `isNotFound`.
    package func delete(
        _ type: ResourceType, namespace: String? = nil, name: String, options: DeleteOptions = DeleteOptions()
    ) async throws {
        _ = try await json("DELETE", type.path(namespace: namespace, name: name), body: options.body)
    }

    /// Watches until the server ends the stream, handing over one event at a time.
    package func watch(
        _ type: ResourceType, namespace: String? = nil, selection: Selection = Selection(),
        from resourceVersion: String,
        timeoutSeconds: Int? = nil, onEvent: (WatchEvent) async throws -> Void
    ) async throws {
        var query = selection.query
        query.append(("watch", "true"))
        query.append(("resourceVersion", resourceVersion))
        query.append(("allowWatchBookmarks", "true"))
        if let timeoutSeconds { query.append(("timeoutSeconds", String(timeoutSeconds))) }
        let request = request("GET", type.path(namespace: namespace), query: query, isStream: true)
        let response = try await transport.send(request)
        guard response.status == 200 else {
            throw ClientError.refused(APIStatus(code: response.status, body: try await response.collected()))
        }
        var splitter = LineSplitter()
        for try await chunk in response.body {
            for line in splitter.lines(adding: chunk) {
                try await onEvent(WatchEvent(line: line, request: "watch of " + type.plural))
            }
        }
        try Task.checkCancellation()
    }

    /// Any request, answered with a body that is JSON.
    package func json(
        _ method: String, _ path: String, query: [(name: String, value: String)] = [], body: JSON? = nil,
        contentType: String = "application/json"
    ) async throws -> JSON {
        var request = request(method, path, query: query)
        if let body {
            request.body = body.bytes
            request.headers.append(("content-type", contentType))
        }
        let response = try await transport.send(request)
        let bytes = try await response.collected()
        guard (200..<300).contains(response.status) else {
            throw ClientError.refused(APIStatus(code: response.status, body: bytes))
        }
        do {
            return try JSON(parsing: bytes)
        } catch {
            throw ClientError.malformedAnswer(request: method + " " + path, reason: "\(error)")
        }
    }

    private func request(
        _ method: String, _ path: String, query: [(name: String, value: String)], isStream: Bool = false
    ) -> ClientRequest {
        ClientRequest(
            method: method, path: path, query: query,
            headers: [("accept", "application/json"), ("user-agent", userAgent)], timeoutSeconds: timeoutSeconds,
            isStream: isStream)
    }
}
