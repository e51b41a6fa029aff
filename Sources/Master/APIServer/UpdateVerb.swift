internal import Admission
internal import HTTPServing
internal import JSON
internal import Objects
internal import StateStore

/// Which part of an object a write may change.
enum WrittenPart {
    case object, status
}

extension APIServer {
    func replace(_ route: ObjectRoute, _ request: APIRequest, part: WrittenPart = .object) async throws -> HTTPResponse
    {
        guard !route.name.isEmpty else { throw APIFailure.methodNotAllowed() }
        let body = try RequestBody.tree(request)
        let (object, warnings) = try RequestBody.object(body, route.kind, request)
        let entry = try await update(route, request, part) { _ in object }
        return try present(entry, route.kind, request, warnings: warnings)
    }

    /// Reads, changes and writes an object; repeated when somebody else was faster, unless the change names a version.
    func update(
        _ route: ObjectRoute, _ request: APIRequest, _ part: WrittenPart, change: (JSON) throws -> JSON
    ) async throws -> Entry {
        let kind = route.kind
        for _ in 0..<16 {
            let old = try existing(route)
            var new = try change(old.json)
            try checkIdentity(new, old, route)
            let named = new[path: "metadata", "resourceVersion"]?.string ?? ""
            guard named.isEmpty || named == String(old.revision) else {
                throw APIFailure.conflict(kind.resource, route.name)
            }
            try settle(&new, from: old.json, kind, part)
            do throws(Refusal) {
                try Admission.checkUpdate(of: new, from: old.json, kind, byNode: request.identity.nodeName)
            } catch {
                throw APIFailure(error, kind, route.name)
            }
            let mistakes = part == .object ? kind.mistakes(new, replacing: old.json) : []
            if !mistakes.isEmpty { throw APIFailure.invalid(kind, route.name, mistakes) }
            if let written = try await write(new, over: old, kind, request) { return written }
            if !named.isEmpty { throw APIFailure.conflict(kind.resource, route.name) }
        }
        throw APIFailure.conflict(kind.resource, route.name)
    }

    /// Stores a changed object, or removes it when nothing holds it any more; nil when somebody else was faster.
    func write(_ new: JSON, over old: StoredObject, _ kind: Kind, _ request: APIRequest) async throws -> Entry? {
        if isDryRun(request) {
            return Entry(key: old.entry.key, revision: old.revision, created: old.entry.created, value: new.bytes)
        }
        do {
            if isReleased(new, kind), !isReleased(old.json, kind) || kind.name != "Pod" {
                return try await storage.delete(new, kind, expected: old.revision)
            }
            return same(new, old.json) ? old.entry : try await storage.update(new, kind, expected: old.revision)
        } catch StoreError.conflict {
            return nil
        } catch StoreError.missing {
            let metadata = new["metadata"]
            throw APIFailure.notFound(kind.resource, metadata?["name"]?.string ?? "")
        }
    }

    /// Whether an object that is being deleted has nothing left to wait for.
    func isReleased(_ object: JSON, _ kind: Kind) -> Bool {
        let metadata = object["metadata"] ?? .null
        guard metadata["deletionTimestamp"]?.string != nil, (metadata["finalizers"]?.array ?? []).isEmpty else {
            return false
        }
        return switch kind.name {
        case "Pod": metadata["deletionGracePeriodSeconds"]?.integer ?? 0 == 0
        case "Namespace": (object[path: "spec", "finalizers"]?.array ?? []).isEmpty
        default: true
        }
    }

    private func same(_ new: JSON, _ old: JSON) -> Bool {
        var (new, old) = (new, old)
        new.edit("metadata") { $0["resourceVersion"] = nil }
        old.edit("metadata") { $0["resourceVersion"] = nil }
        return new == old
    }

    private func checkIdentity(_ new: JSON, _ old: StoredObject, _ route: ObjectRoute) throws {
        let metadata = new["metadata"] ?? .null
        let (name, space) = (metadata["name"]?.string ?? "", metadata["namespace"]?.string ?? "")
        guard name.isEmpty || name == route.name else {
            throw APIFailure.badRequest(
                "the name of the object (\(name)) does not match the name on the URL (\(route.name))")
        }
        guard space.isEmpty || space == route.namespace else {
            throw APIFailure.badRequest(
                "the namespace of the object (\(space)) does not match the namespace on the request (\(route.namespace))"
            )
        }
        let (given, own) = (metadata["uid"]?.string ?? "", old.json[path: "metadata", "uid"]?.string ?? "")
        guard given.isEmpty || given == own else {
            throw APIFailure.conflict(
                route.kind.resource, route.name,
                "Precondition failed: UID in precondition: \(given), UID in object meta: \(own)")
        }
    }

    /// Keeps from the old object what this write may not touch, and counts generations.
    private func settle(_ new: inout JSON, from old: JSON, _ kind: Kind, _ part: WrittenPart) throws {
        if part == .status {
            let status = new["status"]
            let metadata = new["metadata"]
            new = old
            new["status"] = status
            if let metadata, kind.name == "Node" {
                new.edit("metadata") { kept in
                    for field in ["labels", "annotations"] { kept[field] = metadata[field] }
                }
            }
        } else {
            let owned = [
                "uid", "name", "namespace", "generateName", "creationTimestamp", "deletionTimestamp",
                "deletionGracePeriodSeconds", "generation",
            ]
            let (before, now) = (old["metadata"] ?? [:], new["metadata"] ?? [:])
            var metadata = before
            for key in before.object?.keys ?? [] where !owned.contains(key) { metadata[key] = nil }
            for (key, value) in now.object ?? [:]
            where !owned.contains(key) && !["managedFields", "selfLink"].contains(key) {
                metadata[key] = value
            }
            new["metadata"] = metadata
            if kind.hasStatus { new["status"] = old["status"] }
            keepAllocated(&new, from: old, kind)
            kind.fillIn(&new)
            if kind.countsGenerations, new["spec"] != old["spec"] {
                new.edit("metadata") { $0["generation"] = JSON((before["generation"]?.integer ?? 0) + 1) }
            }
            try checkFinalizers(new, old, kind)
        }
        new["kind"] = .string(kind.name)
        new["apiVersion"] = .string(kind.apiVersion)
    }

    /// What the server once gave stays when a client's object leaves it out.
    private func keepAllocated(_ new: inout JSON, from old: JSON, _ kind: Kind) {
        let fields =
            kind.name == "Service" ? ["clusterIP", "clusterIPs"] : kind.name == "Node" ? ["podCIDR", "podCIDRs"] : []
        for field in fields {
            if let value = old[path: "spec", field] { new.edit("spec") { $0.fill(field, value) } }
        }
        if kind.name == "Namespace", let spec = old["spec"] { new["spec"] = spec }
    }

    private func checkFinalizers(_ new: JSON, _ old: JSON, _ kind: Kind) throws {
        guard old[path: "metadata", "deletionTimestamp"]?.string != nil else { return }
        let before = old[path: "metadata", "finalizers"]?.array ?? []
        let added = (new[path: "metadata", "finalizers"]?.array ?? []).filter { !before.contains($0) }
        guard !added.isEmpty else { return }
        throw APIFailure.invalid(
            kind, new[path: "metadata", "name"]?.string ?? "",
            [
                .forbidden(
                    "metadata.finalizers",
                    "no new finalizers can be added if the object is being deleted, found new finalizers \(JSON.array(added).text)"
                )
            ])
    }
}
