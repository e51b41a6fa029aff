package import JSON

/// A reading of an object's `metadata`; what is missing reads as empty.
package struct MetadataView: Hashable, Sendable {
    private let metadata: JSON?

    package init(of object: JSON) { metadata = object["metadata"] }

    package var name: String { metadata?["name"]?.string ?? "" }
    package var namespace: String { metadata?["namespace"]?.string ?? "" }
    package var uid: String { metadata?["uid"]?.string ?? "" }
    package var resourceVersion: String { metadata?["resourceVersion"]?.string ?? "" }
    package var generation: Int { metadata?["generation"]?.integer ?? 0 }
    package var labels: [String: String] { strings("labels") }
    package var annotations: [String: String] { strings("annotations") }
    package var finalizers: [String] { metadata?["finalizers"]?.array?.compactMap(\.string) ?? [] }
    /// RFC 3339 text, or nil where nobody asked for its deletion.
    package var deletionTimestamp: String? { metadata?["deletionTimestamp"]?.string }
    package var deletionGracePeriodSeconds: Int? { metadata?["deletionGracePeriodSeconds"]?.integer }
    /// RFC 3339 text; it sorts as time does.
    package var creationTimestamp: String { metadata?["creationTimestamp"]?.string ?? "" }
    package var isBeingDeleted: Bool { deletionTimestamp != nil }

    package var ownerReferences: [OwnerReferenceView] {
        metadata?["ownerReferences"]?.array?.map(OwnerReferenceView.init) ?? []
    }

    /// The one owner that manages this object, or nil.
    package var controller: OwnerReferenceView? { ownerReferences.first(where: \.isController) }

    /// `namespace/name`, or the name alone where there is no namespace.
    package var key: String { namespace.isEmpty ? name : namespace + "/" + name }

    private func strings(_ member: String) -> [String: String] {
        guard let object = metadata?[member]?.object else { return [:] }
        var result: [String: String] = [:]
        for (key, value) in object { result[key] = value.string }
        return result
    }
}

/// A reading of one entry of `metadata.ownerReferences`.
package struct OwnerReferenceView: Hashable, Sendable {
    package var apiVersion: String
    package var kind: String
    package var name: String
    package var uid: String
    package var isController: Bool
    package var blocksOwnerDeletion: Bool

    package init(_ reference: JSON) {
        apiVersion = reference["apiVersion"]?.string ?? ""
        kind = reference["kind"]?.string ?? ""
        name = reference["name"]?.string ?? ""
        uid = reference["uid"]?.string ?? ""
        isController = reference["controller"]?.bool ?? false
        blocksOwnerDeletion = reference["blockOwnerDeletion"]?.bool ?? false
    }
}

extension JSON {
    /// This object's metadata.
    package var meta: MetadataView { MetadataView(of: self) }
}
