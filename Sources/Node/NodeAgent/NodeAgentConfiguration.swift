/// What the agent is told on its command line.
package struct NodeAgentConfiguration: Hashable, Sendable {
    package var nodeName: String
    /// The address at which other nodes and the master reach this one.
    package var nodeAddress: String
    /// Names in `node-role.kubernetes.io/NAME` labels.
    package var roles: [String]
    /// Put on the node when it registers for the first time.
    package var taints: [NodeTaint]
    /// Where image archives are placed, `*.tar`.
    package var imagesFolder: String
    /// Where the agent keeps what outlives it: images, pods, volumes.
    package var rootFolder: String
    /// The addresses of all pods of the cluster.
    package var clusterRange: String
    package var maximumPods: Int
    package var leaseSeconds: Int
    /// How often the node's status is written although nothing changed.
    package var statusSeconds: Int

    package init(
        nodeName: String, nodeAddress: String, roles: [String] = [], taints: [NodeTaint] = [],
        imagesFolder: String = "/var/lib/clusterfile/images", rootFolder: String = "/var/lib/clusterfile",
        clusterRange: String = "10.244.0.0/16", maximumPods: Int = 110, leaseSeconds: Int = 10, statusSeconds: Int = 300
    ) {
        self.nodeName = nodeName
        self.nodeAddress = nodeAddress
        self.roles = roles
        self.taints = taints
        self.imagesFolder = imagesFolder
        self.rootFolder = rootFolder
        self.clusterRange = clusterRange
        self.maximumPods = maximumPods
        self.leaseSeconds = leaseSeconds
        self.statusSeconds = statusSeconds
    }
}

/// A taint as `key=value:effect`.
package struct NodeTaint: Hashable, Sendable {
    package var key: String
    package var value: String
    package var effect: String

    /// Reads `key=value:effect` or `key:effect`; nil where it is neither.
    package init?(_ text: String) {
        guard let colon = text.lastIndex(of: ":") else { return nil }
        let left = text[..<colon].split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        effect = String(text[text.index(after: colon)...])
        guard let first = left.first, !first.isEmpty, ["NoSchedule", "PreferNoSchedule", "NoExecute"].contains(effect)
        else { return nil }
        key = String(first)
        value = left.count > 1 ? String(left[1]) : ""
    }
}
