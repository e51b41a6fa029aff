package import JSON
package import Objects

/// Why a write is refused although it is allowed and valid.
package enum Refusal: Error, Hashable, Sendable {
    /// The object's namespace does not exist.
    case namespaceMissing(String)
    /// The object's namespace is going away.
    case namespaceTerminating(String)
    /// In Kubernetes' words, behind `… is forbidden: `.
    case forbidden(String)
}

/// What is checked of a write beyond rights and validity.
package enum Admission {
    /// Namespaces that the cluster cannot do without.
    package static let permanentNamespaces = ["default", "kube-system", "kube-public"]

    /// Checks a new object against its namespace (nil where there is none) and its writer.
    package static func checkCreation(
        of object: JSON, _ kind: Kind, in namespace: (name: String, object: JSON?)?, byNode node: String?
    ) throws(Refusal) {
        if kind.isNamespaced, let namespace {
            guard let found = namespace.object else { throw Refusal.namespaceMissing(namespace.name) }
            if found[path: "metadata", "deletionTimestamp"]?.string != nil {
                throw Refusal.namespaceTerminating(namespace.name)
            }
        }
        if let node { try checkNode(node, writes: object, kind) }
    }

    /// Checks a changed object against its writer.
    package static func checkUpdate(of object: JSON, from old: JSON, _ kind: Kind, byNode node: String?) throws(Refusal)
    {
        guard let node else { return }
        try checkNode(node, writes: object, kind)
        guard kind.name == "Node" else { return }
        if object[path: "spec", "taints"] != old[path: "spec", "taints"] {
            throw Refusal.forbidden("node \"\(node)\" is not allowed to modify taints")
        }
        for (key, value) in object[path: "metadata", "labels"]?.object ?? [:]
        where isProtected(key) && old[path: "metadata", "labels"]?[key] != value {
            throw Refusal.forbidden("is not allowed to modify labels: \(key)")
        }
    }

    private static func checkNode(_ node: String, writes object: JSON, _ kind: Kind) throws(Refusal) {
        let name = object[path: "metadata", "name"]?.string ?? ""
        switch kind.name {
        case "Node", "Lease":
            guard name == node else {
                throw Refusal.forbidden("node \"\(node)\" is not allowed to modify node \"\(name)\"")
            }
        default: break
        }
    }

    /// Labels by which people keep workloads to trusted nodes.
    private static func isProtected(_ label: String) -> Bool {
        label.hasPrefix("node-restriction.kubernetes.io/") || label.hasPrefix("node-role.kubernetes.io/")
    }
}
