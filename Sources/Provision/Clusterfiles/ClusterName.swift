extension ClusterSpec {
    /// What is wrong with a cluster's name that did not come from a Clusterfile; nil for nothing.
    package static func fault(ofName name: String) -> String? { hostNameFault(name) }
}
