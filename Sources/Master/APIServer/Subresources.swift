internal import HTTPServing
internal import JSON
internal import Objects
internal import StateStore

extension APIServer {
    func subresource(_ route: ObjectRoute, _ verb: String, _ request: APIRequest) async throws -> HTTPResponse {
        switch (route.subresource, verb) {
        case ("status", "get"): return try get(route, request)
        case ("status", "update"): return try await replace(route, request, part: .status)
        case ("status", "patch"): return try await patch(route, request, part: .status)
        case ("finalize", "update"): return try await finalize(route, request)
        case ("scale", "get"): return HTTPResponse(json: scale(of: try existing(route).json, route.kind))
        case ("scale", "update"), ("scale", "patch"): return try await rescale(route, verb, request)
        case ("binding", "create"): return try await bind(route, request)
        case ("eviction", "create"): return try await evict(route, request)
        case ("log", "get"): return try await logs(route, request)
        default: throw APIFailure.methodNotAllowed()
        }
    }

    /// Takes over a namespace's `spec.finalizers`; without any it goes.
    private func finalize(_ route: ObjectRoute, _ request: APIRequest) async throws -> HTTPResponse {
        let (object, _) = try RequestBody.object(RequestBody.tree(request), route.kind, request)
        let kind = route.kind
        for _ in 0..<16 {
            let old = try existing(route)
            let named = object[path: "metadata", "resourceVersion"]?.string ?? ""
            guard named.isEmpty || named == String(old.revision) else {
                throw APIFailure.conflict(kind.resource, route.name)
            }
            var new = old.json
            new["spec"] = ["finalizers": object[path: "spec", "finalizers"] ?? []]
            if let written = try await write(new, over: old, kind, request) {
                return try present(written, kind, request)
            }
        }
        throw APIFailure.conflict(kind.resource, route.name)
    }

    private func scale(of object: JSON, _ kind: Kind) -> JSON {
        let metadata = object["metadata"] ?? [:]
        var kept: JSONObject = [:]
        for field in ["name", "namespace", "uid", "resourceVersion", "creationTimestamp"] {
            kept[field] = metadata[field]
        }
        let selector = try? LabelSelector(object[path: "spec", "selector"] ?? [:])  // validated when it was stored
        return [
            "kind": "Scale", "apiVersion": "autoscaling/v1", "metadata": .object(kept),
            "spec": ["replicas": object[path: "spec", "replicas"] ?? 0],
            "status": [
                "replicas": object[path: "status", "replicas"] ?? 0, "selector": .string(selector?.text ?? ""),
            ],
        ]
    }

    private func rescale(_ route: ObjectRoute, _ verb: String, _ request: APIRequest) async throws -> HTTPResponse {
        let tree = verb == "update" ? try RequestBody.tree(request) : .null
        let patch = verb == "patch" ? try ReadPatch(request) : nil
        let entry = try await update(route, request, .object) { old in
            var base = scale(of: old, route.kind)
            base.edit("metadata") { $0["resourceVersion"] = nil }
            let wanted = try patch?.applied(to: base, route.kind, type: "Scale") ?? tree
            let checked = Schema.shared.check(wanted, type: "Scale")
            guard checked.wrong.isEmpty else { throw APIFailure.badRequest(checked.wrong.joined(separator: ", ")) }
            let replicas = checked.object[path: "spec", "replicas"] ?? 0
            guard (replicas.integer ?? 0) >= 0 else {
                let mistake = FieldError.invalid("spec.replicas", replicas, "must be greater than or equal to 0")
                throw APIFailure.invalid(route.kind, route.name, [mistake])
            }
            var object = old
            object.edit("spec") { $0["replicas"] = replicas }
            object.edit("metadata") { $0["resourceVersion"] = checked.object[path: "metadata", "resourceVersion"] }
            return object
        }
        return HTTPResponse(json: scale(of: try JSON(parsing: entry.value), route.kind))
    }

    private func bind(_ route: ObjectRoute, _ request: APIRequest) async throws -> HTTPResponse {
        let binding = try RequestBody.tree(request)
        var route = route
        if route.name.isEmpty { route.name = binding[path: "metadata", "name"]?.string ?? "" }
        guard let node = binding[path: "target", "name"]?.string, !node.isEmpty else {
            throw APIFailure.invalid(Kinds.pod, route.name, [.required("target.name")])
        }
        for _ in 0..<16 {
            let old = try existing(route)
            let pod = old.json
            let resource = Resource(group: "", plural: "pods/binding")
            if let bound = pod[path: "spec", "nodeName"]?.string, !bound.isEmpty {
                throw APIFailure.conflict(
                    resource, route.name, "pod \(route.name) is already assigned to node \"\(bound)\"")
            }
            if pod[path: "metadata", "deletionTimestamp"]?.string != nil {
                throw APIFailure.conflict(
                    resource, route.name, "pod \(route.name) is being deleted, cannot be assigned to a host")
            }
            if let uid = binding[path: "metadata", "uid"]?.string, !uid.isEmpty,
                uid != pod[path: "metadata", "uid"]?.string
            {
                throw APIFailure.conflict(resource, route.name, "Precondition failed: UID in precondition: \(uid)")
            }
            if try await write(bound(pod, to: node, binding), over: old, route.kind, request) != nil {
                return HTTPResponse(
                    status: 201,
                    json: ["kind": "Status", "apiVersion": "v1", "metadata": [:], "status": "Success", "code": 201])
            }
        }
        throw APIFailure.conflict(route.kind.resource, route.name)
    }

    private func bound(_ pod: JSON, to node: String, _ binding: JSON) -> JSON {
        var pod = pod
        pod.edit("spec") { $0["nodeName"] = .string(node) }
        for (key, value) in binding[path: "metadata", "annotations"]?.object ?? [:] {
            pod.edit("metadata") { metadata in
                metadata.fill("annotations", [:])
                metadata.edit("annotations") { $0[key] = value }
            }
        }
        let scheduled: JSON = [
            "type": "PodScheduled", "status": "True", "lastProbeTime": .null, "lastTransitionTime": .string(now().text),
        ]
        pod.edit("status") { status in
            let others = (status["conditions"]?.array ?? []).filter { $0["type"]?.string != "PodScheduled" }
            status["conditions"] = .array(others + [scheduled])
        }
        return pod
    }

    private func evict(_ route: ObjectRoute, _ request: APIRequest) async throws -> HTTPResponse {
        let body = try RequestBody.tree(request)
        _ = try await delete(route, try DeleteOptions(request, body: body["deleteOptions"] ?? [:]))
        return HTTPResponse(
            status: 201,
            json: ["kind": "Status", "apiVersion": "v1", "metadata": [:], "status": "Success", "code": 201])
    }
}
