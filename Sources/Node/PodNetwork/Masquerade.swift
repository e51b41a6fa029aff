import Linux

/// Keeps the node's masquerading, on a thread of its own: loading the kernel's modules for it takes a second or more on
/// a slow machine, and no pod's start has to wait for the way out of the cluster.
actor Masquerade {
    private let rules: MasqueradeRules
    private let namespace: NetworkNamespace?
    private let executor = BlockingExecutor(label: "clusterfile.masquerade")
    private var appliedAt: BootTime?

    nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    init(_ configuration: PodNetworkConfiguration) {
        rules = MasqueradeRules(nodeRange: configuration.nodeRange, clusterRange: configuration.clusterRange)
        namespace = configuration.nodeNamespace
    }

    /// Applies the rules, once a minute at most: running nft costs more than all else in this module.
    func apply() throws {
        let now = BootTime.now()
        if let appliedAt, now < appliedAt.advanced(bySeconds: 60) { return }
        try rules.apply(in: namespace)
        appliedAt = now
    }

    func remove() throws {
        appliedAt = nil
        try MasqueradeRules.remove(in: namespace)
    }
}
