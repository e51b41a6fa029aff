internal import Admission
internal import HTTPServing
internal import JSON
internal import Objects
internal import StateStore

extension APIServer {
    func create(_ route: ObjectRoute, _ request: APIRequest) async throws -> HTTPResponse {
        let kind = route.kind
        guard route.name.isEmpty else { throw APIFailure.methodNotAllowed() }
        let body = try RequestBody.tree(request)
        let (object, warnings) = try RequestBody.object(body, kind, request)
        let entry = try await create(object, route, request)
        return try present(entry, kind, request, status: 201, warnings: warnings)
    }

    private func create(_ draft: JSON, _ route: ObjectRoute, _ request: APIRequest) async throws -> Entry {
        let kind = route.kind
        for attempt in 0... {
            var object = try named(draft, route)
            begin(&object, kind)
            kind.fillIn(&object)
            if kind.name == "Service" { try assignAddress(&object) }
            let name = object[path: "metadata", "name"]?.string ?? ""
            try admitCreation(object, kind, name, request)
            let mistakes = kind.mistakes(object)
            if !mistakes.isEmpty { throw APIFailure.invalid(kind, name, mistakes) }
            if isDryRun(request) {
                let key = storage.key(kind, namespace: object[path: "metadata", "namespace"]?.string ?? "", name: name)
                if storage.store.get(key) != nil { throw APIFailure.alreadyExists(kind.resource, name) }
                return Entry(key: key, revision: 0, created: 0, value: object.bytes)
            }
            do {
                return try await storage.create(object, kind)
            } catch StoreError.exists {
                let isGenerated = (draft[path: "metadata", "name"]?.string ?? "").isEmpty
                guard isGenerated, attempt < 8 else { throw APIFailure.alreadyExists(kind.resource, name) }
            }
        }
        throw APIFailure.internalError("no free name")
    }

    func isDryRun(_ request: APIRequest) -> Bool { request.parameter("dryRun") == "All" }

    private func admitCreation(_ object: JSON, _ kind: Kind, _ name: String, _ request: APIRequest) throws {
        let space = object[path: "metadata", "namespace"]?.string ?? ""
        let found = kind.isNamespaced ? try storage.get(Kinds.namespace, namespace: "", name: space)?.json : nil
        do throws(Refusal) {
            try Admission.checkCreation(
                of: object, kind, in: kind.isNamespaced ? (space, found) : nil, byNode: request.identity.nodeName)
        } catch {
            throw APIFailure(error, kind, name)
        }
    }

    /// The object with its namespace and a name, generated where it has none.
    private func named(_ draft: JSON, _ route: ObjectRoute) throws -> JSON {
        var object = draft
        let kind = route.kind
        object.fill("metadata", [:])
        var metadata = object["metadata"] ?? [:]
        if !(metadata["resourceVersion"]?.string ?? "").isEmpty {
            throw APIFailure.badRequest("resourceVersion should not be set on objects to be created")
        }
        if kind.isNamespaced {
            let given = metadata["namespace"]?.string ?? ""
            guard given.isEmpty || given == route.namespace else {
                throw APIFailure.badRequest(
                    "the namespace of the provided object does not match the namespace sent on the request")
            }
            metadata["namespace"] = .string(route.namespace)
        } else {
            metadata["namespace"] = nil
        }
        let prefix = metadata["generateName"]?.string ?? ""
        if (metadata["name"]?.string ?? "").isEmpty, !prefix.isEmpty {
            let letters = Array("bcdfghjklmnpqrstvwxz2456789")
            metadata["name"] = .string(prefix.prefix(58) + String((0..<5).map { _ in letters.randomElement() ?? "x" }))
        }
        object["metadata"] = metadata
        return object
    }

    /// Sets what only the server decides.
    private func begin(_ object: inout JSON, _ kind: Kind) {
        object.edit("metadata") { metadata in
            for field in [
                "resourceVersion", "selfLink", "deletionTimestamp", "deletionGracePeriodSeconds", "generation",
                "managedFields",
            ] {
                metadata[field] = nil
            }
            metadata["uid"] = .string(randomUID())
            metadata["creationTimestamp"] = .string(now().text)
            if kind.countsGenerations { metadata["generation"] = 1 }
        }
        if kind.hasStatus, kind.name != "Node" { object["status"] = nil }
    }

    /// Gives a Service its address: the one it asks for, or the lowest that is free.
    private func assignAddress(_ service: inout JSON) throws {
        let type = service[path: "spec", "type"]?.string
        guard type != "ExternalName" else { return }
        let asked = service[path: "spec", "clusterIP"]?.string ?? ""
        if asked.isEmpty {
            let entries = storage.store.range(prefix: storage.prefix(Kinds.service, namespace: "")).entries
            let used = Set(try entries.compactMap { try JSON(parsing: $0.value)[path: "spec", "clusterIP"]?.string })
            let free = (2...254).lazy.map { "\(self.configuration.servicePrefix).\($0)" }.first { !used.contains($0) }
            guard let free else { throw APIFailure.internalError("the range of Service addresses is full") }
            service.edit("spec") { $0["clusterIP"] = .string(free) }
        }
        service.edit("spec") { spec in spec["clusterIPs"] = .array([spec["clusterIP"] ?? ""]) }
    }
}

/// A random UUID (RFC 4122, version 4) in lower case.
func randomUID() -> String {
    var bytes = (0..<16).map { _ in UInt8.random(in: .min ... .max) }
    bytes[6] = bytes[6] & 0x0F | 0x40
    bytes[8] = bytes[8] & 0x3F | 0x80
    let digits = Array("0123456789abcdef")
    var text = ""
    for (position, byte) in bytes.enumerated() {
        if [4, 6, 8, 10].contains(position) { text.append("-") }
        text.append(digits[Int(byte >> 4)])
        text.append(digits[Int(byte & 15)])
    }
    return text
}

extension APIFailure {
    /// A refusal of admission, about an object of a kind.
    init(_ refusal: Refusal, _ kind: Kind, _ name: String) {
        switch refusal {
        case .namespaceMissing(let space):
            self = .notFound(Resource(group: "", plural: "namespaces"), space)
        case .namespaceTerminating(let space):
            self = .forbidden(
                kind.resource, name, "unable to create new content in namespace \(space) because it is being terminated"
            )
            details?["causes"] = [
                [
                    "reason": "NamespaceTerminating", "message": .string("namespace \(space) is being terminated"),
                    "field": "metadata.namespace",
                ]
            ]
        case .forbidden(let why): self = .forbidden(kind.resource, name, why)
        }
    }
}
