internal import Admission
internal import HTTPServing
internal import JSON
internal import Objects
internal import StateStore

/// What a client says about a deletion, in its body or its query.
struct DeleteOptions {
    var gracePeriodSeconds: Int?
    var propagation: String?
    var uid: String?
    var resourceVersion: String?
    var isDryRun: Bool

    init(_ request: APIRequest, body: JSON? = nil) throws {
        let body = try body ?? (request.body.isEmpty ? [:] : RequestBody.tree(request))
        gracePeriodSeconds =
            body["gracePeriodSeconds"]?.integer ?? request.parameter("gracePeriodSeconds").flatMap { Int($0) }
        propagation = body["propagationPolicy"]?.string ?? request.parameter("propagationPolicy")
        if propagation == nil,
            let orphans = body["orphanDependents"]?.bool ?? request.parameter("orphanDependents").map(isTrue)
        {
            propagation = orphans ? "Orphan" : "Background"
        }
        uid = body[path: "preconditions", "uid"]?.string
        resourceVersion = body[path: "preconditions", "resourceVersion"]?.string
        isDryRun = body["dryRun"]?.array?.contains("All") ?? false || request.parameter("dryRun") == "All"
        if let propagation, !["Background", "Foreground", "Orphan"].contains(propagation) {
            throw APIFailure.badRequest("invalid propagationPolicy: \"\(propagation)\"")
        }
    }
}

extension APIServer {
    func delete(_ route: ObjectRoute, _ request: APIRequest) async throws -> HTTPResponse {
        let options = try DeleteOptions(request)
        let (entry, isGone) = try await delete(route, options)
        guard isGone, route.kind.name != "Pod" else { return try present(entry, route.kind, request) }
        return HTTPResponse(json: Self.success(route.kind, try JSON(parsing: entry.value)))
    }

    /// `Status: Success` about an object.
    static func success(_ kind: Kind, _ object: JSON) -> JSON {
        var details: JSONObject = ["name": object[path: "metadata", "name"] ?? ""]
        if !kind.group.isEmpty { details["group"] = .string(kind.group) }
        details["kind"] = .string(kind.plural)
        details["uid"] = object[path: "metadata", "uid"]
        return [
            "kind": "Status", "apiVersion": "v1", "metadata": [:], "status": "Success", "details": .object(details),
        ]
    }

    /// Removes an object, or marks it as being deleted while a grace period or finalizers hold it.
    func delete(_ route: ObjectRoute, _ options: DeleteOptions) async throws -> (Entry, isGone: Bool) {
        let kind = route.kind
        for _ in 0..<16 {
            let old = try existing(route)
            try checkPreconditions(options, old, route)
            let new = marked(old.json, kind, options)
            let isGone = isReleased(new, kind)
            if options.isDryRun || (!isGone && new == old.json) { return (old.entry, isGone) }
            do {
                let entry =
                    isGone
                    ? try await storage.delete(new, kind, expected: old.revision)
                    : try await storage.update(new, kind, expected: old.revision)
                return (entry, isGone)
            } catch StoreError.conflict {
                continue
            } catch StoreError.missing {
                throw APIFailure.notFound(kind.resource, route.name)
            }
        }
        throw APIFailure.conflict(kind.resource, route.name)
    }

    private func checkPreconditions(_ options: DeleteOptions, _ old: StoredObject, _ route: ObjectRoute) throws {
        if route.kind.name == "Namespace", Admission.permanentNamespaces.contains(route.name) {
            throw APIFailure.forbidden(route.kind.resource, route.name, "this namespace may not be deleted")
        }
        let uid = old.json[path: "metadata", "uid"]?.string ?? ""
        if let wanted = options.uid, wanted != uid {
            throw APIFailure.conflict(
                route.kind.resource, route.name,
                "Precondition failed: UID in precondition: \(wanted), UID in object meta: \(uid)")
        }
        if let wanted = options.resourceVersion, wanted != String(old.revision) {
            throw APIFailure.conflict(
                route.kind.resource, route.name,
                "Precondition failed: ResourceVersion in precondition: \(wanted), ResourceVersion in object meta: \(old.revision)"
            )
        }
    }

    /// The object with its deletion begun, or its grace shortened.
    private func marked(_ old: JSON, _ kind: Kind, _ options: DeleteOptions) -> JSON {
        var object = old
        let before = old["metadata"] ?? [:]
        let isDeleting = before["deletionTimestamp"]?.string != nil
        let grace = kind.name == "Pod" ? podGrace(old, options) : 0
        object.edit("metadata") { metadata in
            let known = metadata["deletionGracePeriodSeconds"]?.integer ?? 0
            if !isDeleting || grace < known {
                metadata["deletionTimestamp"] = .string(Timestamp(seconds: now().seconds + grace).text)
                metadata["deletionGracePeriodSeconds"] = JSON(grace)
                if !isDeleting, let generation = metadata["generation"]?.integer {
                    metadata["generation"] = JSON(generation + 1)
                }
            }
            guard !isDeleting else { return }
            var finalizers = metadata["finalizers"]?.array ?? []
            finalizers.removeAll { $0 == "foregroundDeletion" || $0 == "orphan" }
            if options.propagation == "Foreground" { finalizers.append("foregroundDeletion") }
            if options.propagation == "Orphan" { finalizers.append("orphan") }
            metadata["finalizers"] = finalizers.isEmpty ? Optional.none : .array(finalizers)
        }
        if kind.name == "Namespace" { object.edit("status") { $0["phase"] = "Terminating" } }
        return object
    }

    /// A pod that no node runs needs no grace.
    private func podGrace(_ pod: JSON, _ options: DeleteOptions) -> Int {
        let phase = pod[path: "status", "phase"]?.string ?? ""
        if (pod[path: "spec", "nodeName"]?.string ?? "").isEmpty || phase == "Succeeded" || phase == "Failed" {
            return 0
        }
        return max(0, options.gracePeriodSeconds ?? pod[path: "spec", "terminationGracePeriodSeconds"]?.integer ?? 30)
    }

    /// As many as share one commit of the store.
    private static let deletionsAtOnce = 64

    /// Deletes some of a collection side by side; what is gone already is left out.
    private func delete(
        _ entries: ArraySlice<Entry>, _ route: ObjectRoute, _ options: DeleteOptions
    ) async throws -> [JSON] {
        try await withThrowingTaskGroup(of: (Int, JSON)?.self) { group in
            for (position, entry) in entries.enumerated() {
                group.addTask {
                    let metadata = try JSON(parsing: entry.value)["metadata"]
                    var one = route
                    one.name = metadata?["name"]?.string ?? ""
                    one.namespace = metadata?["namespace"]?.string ?? ""
                    do {
                        return (position, try JSON(parsing: try await self.delete(one, options).0.value))
                    } catch let failure as APIFailure where failure.code == 404 {
                        return nil  // somebody else was faster
                    }
                }
            }
            var deleted: [(Int, JSON)] = []
            for try await one in group { if let one { deleted.append(one) } }
            return deleted.sorted { $0.0 < $1.0 }.map(\.1)
        }
    }

    func deleteCollection(_ route: ObjectRoute, _ request: APIRequest) async throws -> HTTPResponse {
        let kind = route.kind
        let options = try DeleteOptions(request)
        let filter = try ObjectFilter(
            route: route, fields: fieldSelector(request, kind), labels: labelSelector(request))
        let query = try ListQuery(request, storage.prefix(kind, namespace: route.namespace))
        let page = try await collect(query, filter)
        var items: [JSON] = []
        for start in stride(from: 0, to: page.entries.count, by: Self.deletionsAtOnce) {
            let group = page.entries[start..<min(start + Self.deletionsAtOnce, page.entries.count)]
            items += try await delete(group, route, options)
        }
        return HTTPResponse(json: [
            "kind": .string("\(kind.name)List"), "apiVersion": .string(kind.apiVersion),
            "metadata": ["resourceVersion": .string(String(storage.store.revision))], "items": .array(items),
        ])
    }
}
