package import JSON
package import Objects

/// Deletes what has lost its owners, and lets owners go as their deletion's propagation asks.
package enum GarbageCollector {
    private static let foreground = "foregroundDeletion"
    private static let orphan = "orphan"

    /// What may be done, and which owners must first be looked up at the server, since a cache can lag.
    package struct Findings: Hashable, Sendable {
        /// Safe as they are.
        package var changes: [Change]
        /// Objects with the owners that the caches lack: gone only where the server lacks all of them, too.
        package var suspects: [Suspect]
    }

    /// An object some of whose owners are in no cache.
    package struct Suspect: Hashable, Sendable {
        package var object: ObjectReference
        package var resourceVersion: String
        /// All of its owners, with their own namespace.
        package var owners: [ObjectReference]
        package var missing: [ObjectReference]
    }

    /// - Parameter objects: everything that owns or is owned; metadata, apiVersion and kind suffice.
    package static func reconcile(_ objects: [JSON]) -> Findings {
        var byUID: [String: JSON] = [:]
        var dependents: [String: [JSON]] = [:]
        for object in objects {
            byUID[object.meta.uid] = object
            for owner in object.meta.ownerReferences { dependents[owner.uid, default: []].append(object) }
        }
        var findings = Findings(changes: [], suspects: [])
        for object in objects.sorted(by: { ($0.meta.key, $0.meta.uid) < ($1.meta.key, $1.meta.uid) }) {
            if object.meta.isBeingDeleted {
                findings.changes += goingOwner(object, dependents: dependents[object.meta.uid] ?? [], byUID: byUID)
            }
            if let suspect = suspect(object, byUID: byUID) { findings.suspects.append(suspect) }
        }
        return findings
    }

    /// What to do about a suspect once the server said which of its missing owners do not exist.
    package static func settle(_ suspect: Suspect, object: JSON, absent: Set<String>) -> Change? {
        let present = suspect.owners.filter { !absent.contains($0.uid) }
        if present.isEmpty { return .delete(suspect.object) }
        if absent.isEmpty { return nil }
        let rest = (object[path: "metadata", "ownerReferences"]?.array ?? []).filter { reference in
            present.contains { $0.uid == reference["uid"]?.string }
        }
        return Ownership.references(rest, of: object)
    }

    private static func suspect(_ object: JSON, byUID: [String: JSON]) -> Suspect? {
        let owners = object.meta.ownerReferences
        guard !owners.isEmpty, !object.meta.isBeingDeleted else { return nil }
        let references = owners.map { owner in
            ObjectReference(
                apiVersion: owner.apiVersion, kind: owner.kind, namespace: object.meta.namespace, name: owner.name,
                uid: owner.uid)
        }
        let missing = references.filter { byUID[$0.uid] == nil }
        guard !missing.isEmpty else { return nil }
        return Suspect(
            object: ObjectReference(to: object), resourceVersion: object.meta.resourceVersion, owners: references,
            missing: missing)
    }

    private static func goingOwner(_ owner: JSON, dependents: [JSON], byUID: [String: JSON]) -> [Change] {
        let finalizers = owner.meta.finalizers
        if finalizers.contains(orphan) {
            guard dependents.isEmpty else {
                return dependents.map { dependent in
                    let rest = (dependent[path: "metadata", "ownerReferences"]?.array ?? [])
                        .filter { $0["uid"]?.string != owner.meta.uid }
                    return Ownership.references(rest, of: dependent)
                }
            }
            return [without(orphan, owner)]
        }
        guard finalizers.contains(foreground) else { return [] }
        let blocking = dependents.filter { dependent in
            dependent.meta.ownerReferences.contains { $0.uid == owner.meta.uid && $0.blocksOwnerDeletion }
        }
        if blocking.isEmpty { return [without(foreground, owner)] }
        return dependents.filter { !$0.meta.isBeingDeleted }.compactMap { dependent in
            // One that another owner still holds stays; it only loses this owner when that one is gone.
            let holders = dependent.meta.ownerReferences.filter { reference in
                byUID[reference.uid].map { !isGoing($0) } ?? false
            }
            if holders.isEmpty { return .delete(ObjectReference(to: dependent)) }
            let rest = (dependent[path: "metadata", "ownerReferences"]?.array ?? [])
                .filter { $0["uid"]?.string != owner.meta.uid }
            return Ownership.references(rest, of: dependent)
        }
    }

    private static func isGoing(_ object: JSON) -> Bool {
        object.meta.isBeingDeleted && object.meta.finalizers.contains(foreground)
    }

    private static func without(_ finalizer: String, _ object: JSON) -> Change {
        let rest = object.meta.finalizers.filter { $0 != finalizer }
        return .patch(
            ObjectReference(to: object),
            [
                "metadata": [
                    "uid": JSON(object.meta.uid), "resourceVersion": JSON(object.meta.resourceVersion),
                    "finalizers": rest.isEmpty ? .null : JSON(rest),
                ]
            ])
    }
}
