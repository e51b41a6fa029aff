import ClusterClient
import Controllers
import JSON
import Objects

/// Carries out what controllers decided, and lets the caches know at once.
struct Writer: Sendable {
    let client: ClusterClient
    let caches: Caches
    let recorder: EventRecorder

    /// Writes in order; at the first failure the rest is left to the next look. Answers what was created.
    @discardableResult
    func carryOut(_ decision: Decision) async throws -> [JSON] {
        var created: [JSON] = []
        var written: [String: String] = [:]
        for change in decision.changes {
            guard let object = try await carryOut(Self.rebased(change, on: written)) else { continue }
            written[object.meta.uid] = object.meta.resourceVersion
            if case .create = change { created.append(object) }
        }
        for note in decision.events { recorder.post(note) }
        return created
    }

    /// A status decided together with an earlier write of the same object goes on top of that write.
    private static func rebased(_ change: Change, on written: [String: String]) -> Change {
        guard case .updateStatus(var object) = change, let version = written[object.meta.uid] else { return change }
        object["metadata"]?["resourceVersion"] = JSON(version)
        return .updateStatus(object)
    }

    /// Answers the object as it now is, where it is.
    private func carryOut(_ change: Change) async throws -> JSON? {
        switch change {
        case .create(let object):
            let type = try type(of: ObjectReference(to: object))
            return observe(try await client.create(type, namespace: object.meta.namespace, object), type)
        case .update(let object):
            let type = try type(of: ObjectReference(to: object))
            return observe(try await client.update(type, object), type)
        case .updateStatus(let object):
            let type = try type(of: ObjectReference(to: object))
            return observe(try await client.update(type, object, subresource: "status"), type)
        case .patch(let reference, let patch):
            let type = try type(of: reference)
            let patched = try await client.patch(
                type, namespace: reference.namespace, name: reference.name, as: .merge, patch)
            return observe(patched, type)
        case .delete(let reference, let gracePeriodSeconds):
            try await delete(reference, gracePeriodSeconds: gracePeriodSeconds)
            return nil
        }
    }

    private func delete(_ reference: ObjectReference, gracePeriodSeconds: Int?) async throws {
        let type = try type(of: reference)
        let key = reference.namespace.isEmpty ? reference.name : reference.namespace + "/" + reference.name
        do {
            let options = DeleteOptions(
                gracePeriodSeconds: gracePeriodSeconds, propagation: .background, uid: reference.uid)
            try await client.delete(type, namespace: reference.namespace, name: reference.name, options: options)
        } catch let error as ClientError where error.isNotFound || error.isConflict {
            // Gone, or another object of that name by now.
            caches.informer(of: type)?.observe(deletedKey: key, uid: reference.uid)
            return
        }
        // What takes its time is still there, marked; what is gone must not be counted until the watch says so.
        if let rest = try await client.find(type, namespace: reference.namespace, name: reference.name),
            rest.meta.uid == reference.uid
        {
            observe(rest, type)
        } else {
            caches.informer(of: type)?.observe(deletedKey: key, uid: reference.uid)
        }
    }

    @discardableResult
    private func observe(_ object: JSON, _ type: ResourceType) -> JSON {
        caches.informer(of: type)?.observe(written: object)
        return object
    }

    private func type(of reference: ObjectReference) throws -> ResourceType {
        guard let type = ResourceType.find(apiVersion: reference.apiVersion, kind: reference.kind) else {
            throw ControlLoopError.unknownKind(apiVersion: reference.apiVersion, kind: reference.kind)
        }
        return type
    }
}
