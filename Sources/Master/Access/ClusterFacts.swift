package import JSON

/// What of the cluster's state the rules may look at.
package struct ClusterFacts {
    package var pod: (_ namespace: String, _ name: String) -> JSON?
    package var podsOfNamespace: (_ namespace: String) -> [JSON]

    package init(
        pod: @escaping (_ namespace: String, _ name: String) -> JSON?,
        podsOfNamespace: @escaping (_ namespace: String) -> [JSON]
    ) {
        self.pod = pod
        self.podsOfNamespace = podsOfNamespace
    }
}
