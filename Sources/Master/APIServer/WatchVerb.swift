internal import HTTPServing
internal import JSON
internal import Objects
internal import StateStore

extension APIServer {
    func watch(_ route: ObjectRoute, _ request: APIRequest) async throws -> HTTPResponse {
        let kind = route.kind
        let filter = try ObjectFilter(
            route: route, fields: fieldSelector(request, kind), labels: labelSelector(request))
        let presentation = try Presentation(request)
        let version = try ListQuery.revision(request) ?? 0
        let wantsInitial = isTrue(request.parameter("sendInitialEvents"))
        let events = WatchEvents(kind: kind, filter: filter, presentation: presentation, request: request, now: now)
        var first: [UInt8] = []
        var from = version
        let prefix = storage.prefix(kind, namespace: route.namespace)
        if version == 0 || wantsInitial {
            let page = storage.store.range(prefix: prefix)
            from = page.revision
            for entry in page.entries { first += try events.added(entry) }
            if wantsInitial { first += events.bookmark(from, endsInitial: true) }
        }
        let watch: Watch
        switch await start(prefix, after: from) {
        case .success(let started): watch = started
        case .failure(.compacted(let asked, let oldest)):
            return response(.bytes(WatchEvents.error(.expired("too old resource version: \(asked) (\(oldest))"))))
        case .failure(.future(let asked, let current)): throw APIFailure.tooLarge(asked, current)
        case .failure(let error): throw error
        }
        let asked = request.parameter("timeoutSeconds").flatMap { Int($0) } ?? 0
        let timeout = asked > 0 ? asked : configuration.watchTimeoutSeconds
        let wantsBookmarks = isTrue(request.parameter("allowWatchBookmarks"))
        let stream = WatchStream(
            watch: watch, events: events, first: first, timeoutSeconds: timeout,
            bookmarkSeconds: wantsBookmarks ? configuration.bookmarkSeconds : nil)
        return response(.stream(stream))
    }

    private func start(_ prefix: String, after revision: Int64) async -> Result<Watch, StoreError> {
        do throws(StoreError) {
            return .success(try await storage.store.watch(prefix: prefix, after: revision))
        } catch {
            return .failure(error)
        }
    }

    private func response(_ body: HTTPResponse.Body) -> HTTPResponse {
        HTTPResponse(status: 200, headers: [("content-type", "application/json")], body: body)
    }
}

/// Writes a watch's lines: the stored bytes, wrapped.
struct WatchEvents: Sendable {
    let kind: Kind
    let filter: ObjectFilter
    let presentation: Presentation
    let request: APIRequest
    let now: @Sendable () -> Timestamp

    func added(_ entry: Entry) throws -> [UInt8] {
        try filter.passes(entry) ? try line("ADDED", entry.value) : []
    }

    /// A change as this watcher sees it: entering its selection is ADDED, leaving it DELETED.
    func line(_ change: Change) throws -> [UInt8] {
        let isThere = try change.kind != .deleted && filter.passes(change.entry)
        let wasThere = try change.previous.map { try filter.passes($0) } ?? false
        switch (wasThere, isThere) {
        case (false, false): return []
        case (false, true): return try line("ADDED", change.entry.value)
        case (true, true): return try line("MODIFIED", change.entry.value)
        case (true, false):
            if change.kind == .deleted { return try line("DELETED", change.entry.value) }
            let last = try JSON(parsing: change.previous?.value ?? change.entry.value)
            var bytes = ObjectStorage.draft(last)
            bytes.insert(String(change.revision))
            return try line("DELETED", bytes.bytes)
        }
    }

    private func line(_ type: String, _ object: [UInt8]) throws -> [UInt8] {
        var bytes = Array("{\"type\":\"\(type)\",\"object\":".utf8)
        switch presentation {
        case .plain: bytes += object
        case .table(let version):
            let tree = try JSON(parsing: object)
            let metadata: JSONObject = ["resourceVersion": tree[path: "metadata", "resourceVersion"] ?? ""]
            TableWriter(kind, version: version, request, now: now()).table([tree], metadata: metadata).write(
                into: &bytes)
        case .partial(let version):
            partialMetadata(try JSON(parsing: object), version: version).write(into: &bytes)
        }
        bytes += [UInt8(ascii: "}"), 0x0A]
        return bytes
    }

    func bookmark(_ revision: Int64, endsInitial: Bool = false) -> [UInt8] {
        var metadata: JSON = ["resourceVersion": .string(String(revision)), "creationTimestamp": .null]
        if endsInitial { metadata["annotations"] = ["k8s.io/initial-events-end": "true"] }
        let object: JSON = ["kind": .string(kind.name), "apiVersion": .string(kind.apiVersion), "metadata": metadata]
        return (["type": "BOOKMARK", "object": object] as JSON).bytes + [0x0A]
    }

    static func error(_ failure: APIFailure) -> [UInt8] {
        (["type": "ERROR", "object": failure.status] as JSON).bytes + [0x0A]
    }
}
