/// One kind of object as paths name it: `/apis/GROUP/VERSION/namespaces/NAMESPACE/PLURAL/NAME`.
package struct ResourceType: Hashable, Sendable {
    /// Empty for the core group.
    package var group: String
    package var version: String
    package var plural: String
    package var kind: String
    package var isNamespaced: Bool

    package init(group: String, version: String = "v1", plural: String, kind: String, isNamespaced: Bool = true) {
        self.group = group
        self.version = version
        self.plural = plural
        self.kind = kind
        self.isNamespaced = isNamespaced
    }

    /// `v1` or `apps/v1`, as an object says it.
    package var apiVersion: String { group.isEmpty ? version : group + "/" + version }

    /// The path of a collection (all namespaces where none is given), an object, or a part of one.
    package func path(namespace: String? = nil, name: String? = nil, subresource: String? = nil) -> String {
        var path = group.isEmpty ? "/api/" + version : "/apis/" + group + "/" + version
        if isNamespaced, let namespace, !namespace.isEmpty { path += "/namespaces/" + namespace }
        path += "/" + plural
        if let name { path += "/" + name }
        if let subresource { path += "/" + subresource }
        return path
    }
}

extension ResourceType {
    package static let pods = ResourceType(group: "", plural: "pods", kind: "Pod")
    package static let nodes = ResourceType(group: "", plural: "nodes", kind: "Node", isNamespaced: false)
    package static let namespaces = ResourceType(
        group: "", plural: "namespaces", kind: "Namespace", isNamespaced: false)
    package static let configMaps = ResourceType(group: "", plural: "configmaps", kind: "ConfigMap")
    package static let secrets = ResourceType(group: "", plural: "secrets", kind: "Secret")
    package static let events = ResourceType(group: "", plural: "events", kind: "Event")
    package static let serviceAccounts = ResourceType(group: "", plural: "serviceaccounts", kind: "ServiceAccount")
    package static let leases = ResourceType(group: "coordination.k8s.io", plural: "leases", kind: "Lease")
    package static let deployments = ResourceType(group: "apps", plural: "deployments", kind: "Deployment")
    package static let replicaSets = ResourceType(group: "apps", plural: "replicasets", kind: "ReplicaSet")
    package static let services = ResourceType(group: "", plural: "services", kind: "Service")
    package static let endpoints = ResourceType(group: "", plural: "endpoints", kind: "Endpoints")

    /// Every kind that the cluster serves, namespaces last.
    package static let all: [ResourceType] = [
        .deployments, .replicaSets, .pods, .services, .endpoints, .configMaps, .secrets, .serviceAccounts, .leases,
        .events, .nodes, .namespaces,
    ]

    /// The type of objects with that apiVersion and kind, or nil.
    package static func find(apiVersion: String, kind: String) -> ResourceType? {
        all.first { $0.kind == kind && $0.apiVersion == apiVersion }
    }
}
