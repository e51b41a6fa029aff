package import Addresses
package import Linux

/// A node's part of the cluster's network.
package struct PodNetworkConfiguration: Hashable, Sendable {
    /// Where this node's pods get their addresses; the first is the bridge's own.
    package var nodeRange: IPv4Network
    /// All pods of the cluster: what goes there keeps its sender's address.
    package var clusterRange: IPv4Network
    package var bridge: String
    /// Addresses by pod; outlives a reboot.
    package var addressFolder: String
    /// Network namespaces by pod; gone with a reboot.
    package var namespaceFolder: String
    /// The namespace that stands for the node; nil is the caller's own.
    package var nodeNamespace: NetworkNamespace?

    package init(
        nodeRange: IPv4Network, clusterRange: IPv4Network, bridge: String = "cf0",
        addressFolder: String = "/var/lib/clusterfile/network/addresses",
        namespaceFolder: String = "/run/clusterfile/netns",
        nodeNamespace: NetworkNamespace? = nil
    ) {
        self.nodeRange = nodeRange
        self.clusterRange = clusterRange
        self.bridge = bridge
        self.addressFolder = addressFolder
        self.namespaceFolder = namespaceFolder
        self.nodeNamespace = nodeNamespace
    }

    /// The bridge's address, and the way out for the pods.
    package var gateway: IPv4Address { nodeRange.address(at: 1) }
}

/// Another node, and the range of the pods behind it.
package struct PodNetworkPeer: Hashable, Sendable {
    package var range: IPv4Network
    package var nodeAddress: IPv4Address

    package init(range: IPv4Network, nodeAddress: IPv4Address) {
        self.range = range
        self.nodeAddress = nodeAddress
    }
}

/// How one pod is connected.
package struct PodAttachment: Hashable, Sendable {
    /// Where the pod's network namespace is bound.
    package var namespacePath: String
    package var address: IPv4Address
}
