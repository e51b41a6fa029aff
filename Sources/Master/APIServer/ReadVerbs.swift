internal import HTTPServing
internal import JSON
internal import Objects
internal import StateStore

extension APIServer {
    func get(_ route: ObjectRoute, _ request: APIRequest) throws -> HTTPResponse {
        let found = try existing(route)
        return try present(found.entry, route.kind, request)
    }

    func existing(_ route: ObjectRoute) throws -> StoredObject {
        guard let found = try storage.get(route.kind, namespace: route.namespace, name: route.name) else {
            throw APIFailure.notFound(route.kind.resource, route.name)
        }
        return found
    }

    /// One object in the form its client wants.
    func present(
        _ entry: Entry, _ kind: Kind, _ request: APIRequest, status: Int = 200, warnings: [String] = []
    ) throws -> HTTPResponse {
        let headers = warnings.map { (name: "warning", value: "299 - \"\($0.filter { $0 != "\"" && $0 != "\n" })\"") }
        switch try Presentation(request) {
        case .plain: return HTTPResponse(status: status, jsonBytes: entry.value + [0x0A], headers: headers)
        case .table(let version):
            let object = try JSON(parsing: entry.value)
            let writer = TableWriter(kind, version: version, request, now: now())
            let metadata: JSONObject = ["resourceVersion": .string(String(entry.revision))]
            return HTTPResponse(status: status, json: writer.table([object], metadata: metadata), headers: headers)
        case .partial(let version):
            let object = try JSON(parsing: entry.value)
            return HTTPResponse(status: status, json: partialMetadata(object, version: version), headers: headers)
        }
    }

    func list(_ route: ObjectRoute, _ request: APIRequest) async throws -> HTTPResponse {
        let kind = route.kind
        let filter = try ObjectFilter(
            route: route, fields: fieldSelector(request, kind), labels: labelSelector(request))
        let query = try ListQuery(request, storage.prefix(kind, namespace: route.namespace))
        let presentation = try Presentation(request)
        let page = try await collect(query, filter)
        var metadata: JSONObject = ["resourceVersion": .string(String(page.revision))]
        if let last = page.entries.last, page.remaining > 0, query.limit > 0 {
            metadata["continue"] = .string(query.token(revision: page.revision, after: last.key))
            if filter.isEmpty { metadata["remainingItemCount"] = JSON(page.remaining) }
        }
        switch presentation {
        case .plain: return HTTPResponse(jsonBytes: listBytes(page.entries, kind, metadata))
        case .table(let version):
            let objects = try page.entries.map { try JSON(parsing: $0.value) }
            return HTTPResponse(
                json: TableWriter(kind, version: version, request, now: now()).table(objects, metadata: metadata))
        case .partial(let version):
            let items = try page.entries.map { partialMetadata(try JSON(parsing: $0.value), version: version) }
            return HTTPResponse(json: [
                "kind": "PartialObjectMetadataList", "apiVersion": .string("meta.k8s.io/\(version)"),
                "metadata": .object(metadata), "items": .array(items),
            ])
        }
    }

    /// A list is the stored bytes, joined.
    private func listBytes(_ entries: [Entry], _ kind: Kind, _ metadata: JSONObject) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(entries.reduce(200) { $0 + $1.value.count + 1 })
        bytes += Array("{\"kind\":\"\(kind.name)List\",\"apiVersion\":\"\(kind.apiVersion)\",\"metadata\":".utf8)
        JSON.object(metadata).write(into: &bytes)
        bytes += Array(",\"items\":[".utf8)
        for (position, entry) in entries.enumerated() {
            if position > 0 { bytes.append(UInt8(ascii: ",")) }
            bytes += entry.value
        }
        bytes += Array("]}\n".utf8)
        return bytes
    }

    /// A page's worth of objects that pass the filter, from as many pages of the store as that takes.
    func collect(_ query: ListQuery, _ filter: ObjectFilter) async throws -> Page {
        var result = Page(entries: [], revision: query.revision ?? 0, remaining: 0)
        var key = query.key
        var revision = query.revision
        repeat {
            let prefix = filter.exactKey(storage) ?? query.prefix
            let page = try await self.page(prefix, query, after: key, at: revision)
            revision = page.revision
            result.revision = page.revision
            result.remaining = page.remaining
            let passing = try filter.isEmpty ? page.entries : page.entries.filter { try filter.passes($0) }
            let room = query.limit > 0 ? query.limit - result.entries.count : passing.count
            result.entries += passing.prefix(room)
            if passing.count > room { result.remaining = 1 }
            key = page.entries.last?.key
        } while query.limit > 0 && result.entries.count < query.limit && result.remaining > 0
        return result
    }
}

extension APIServer {
    /// One page of the store, with its errors as clients know them.
    private func page(_ prefix: String, _ query: ListQuery, after key: String?, at revision: Int64?) async throws
        -> Page
    {
        do {
            return try await storage.store.range(prefix: prefix, limit: query.limit, after: key, at: revision)
        } catch {
            switch error {
            case .compacted:
                throw APIFailure.expired(
                    query.key == nil
                        ? "The resourceVersion for the provided list is too old."
                        : "The provided continue parameter is too old to display a consistent list result.")
            case .future(let asked, let current): throw APIFailure.tooLarge(asked, current)
            default: throw error
            }
        }
    }
}

/// Which objects of a kind a request means.
struct ObjectFilter {
    var route: ObjectRoute
    var fields: FieldSelector
    var labels: LabelSelector

    var isEmpty: Bool { fields.isEmpty && labels.isEmpty && route.name.isEmpty }

    /// The only key that can pass, where the name and namespace are known.
    func exactKey(_ storage: ObjectStorage) -> String? {
        guard let name = fields.value(of: "metadata.name"), !route.kind.isNamespaced || !route.namespace.isEmpty else {
            return nil
        }
        return storage.key(route.kind, namespace: route.namespace, name: name)
    }

    func passes(_ entry: Entry) throws -> Bool { try isEmpty || passes(try JSON(parsing: entry.value)) }

    func passes(_ object: JSON) -> Bool {
        (route.name.isEmpty || object[path: "metadata", "name"]?.string == route.name)
            && labels.matches(labels: object[path: "metadata", "labels"]) && fields.matches(object)
    }
}
