package import JSON
import Objects

/// Who manages an object.
package enum Ownership {
    /// The entry that makes an object the one manager of another.
    package static func controllerReference(to owner: JSON) -> JSON {
        let meta = owner.meta
        return [
            "apiVersion": owner["apiVersion"] ?? .null, "kind": owner["kind"] ?? .null, "name": JSON(meta.name),
            "uid": JSON(meta.uid), "controller": true, "blockOwnerDeletion": true,
        ]
    }

    /// Those that the owner manages, and changes that adopt matching strays and release what no longer matches.
    static func claim(
        _ candidates: [JSON], for owner: JSON, selector: LabelSelector
    ) -> (owned: [JSON], changes: [Change]) {
        var owned: [JSON] = []
        var changes: [Change] = []
        let uid = owner.meta.uid
        for candidate in candidates where candidate.meta.namespace == owner.meta.namespace {
            let meta = candidate.meta
            let matches = selector.matches(labels: candidate["metadata"]?["labels"])
            if let controller = meta.controller {
                guard controller.uid == uid else { continue }
                if matches {
                    owned.append(candidate)
                } else if !meta.isBeingDeleted, !owner.meta.isBeingDeleted {
                    let rest = (candidate[path: "metadata", "ownerReferences"]?.array ?? [])
                        .filter { $0["uid"]?.string != uid }
                    changes.append(references(rest, of: candidate))
                }
            } else if matches, !meta.isBeingDeleted, !owner.meta.isBeingDeleted, !selector.isEmpty {
                let all = candidate[path: "metadata", "ownerReferences"]?.array ?? []
                changes.append(references(all + [controllerReference(to: owner)], of: candidate))
            }
        }
        return (owned.sorted { $0.meta.name < $1.meta.name }, changes)
    }

    /// Replaces an object's owners, unless somebody else changed it meanwhile.
    static func references(_ references: [JSON], of object: JSON) -> Change {
        let meta = object.meta
        return .patch(
            ObjectReference(to: object),
            [
                "metadata": [
                    "uid": JSON(meta.uid), "resourceVersion": JSON(meta.resourceVersion),
                    "ownerReferences": references.isEmpty ? .null : .array(references),
                ]
            ])
    }
}
