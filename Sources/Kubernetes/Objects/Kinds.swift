/// Every kind that the API serves.
package enum Kinds {
    package static let all: [Kind] = [
        namespace, node, pod, configMap, secret, event, service, endpoints, serviceAccount, lease, deployment,
        replicaSet,
    ]

    /// The groups and their versions, core first.
    package static var groups: [(group: String, version: String)] {
        [("", "v1"), ("apps", "v1"), ("coordination.k8s.io", "v1"), ("authorization.k8s.io", "v1")]
    }

    /// The kind served at a group, version and plural, or nil.
    package static func find(group: String, version: String, plural: String) -> Kind? {
        all.first { $0.plural == plural && $0.group == group && $0.version == version }
    }

    /// The kind of an object's `apiVersion` and `kind`, or nil.
    package static func find(apiVersion: String, kind: String) -> Kind? {
        all.first { $0.name == kind && $0.apiVersion == apiVersion }
    }

    static let reading = ["get", "patch", "update"]
}
