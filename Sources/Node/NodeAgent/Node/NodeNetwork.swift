import Addresses
import ClusterClient
import JSON
import Linux
import Logging
import Objects
import PodNetwork

/// The node's part of the pod network; it exists once the master has given the node its range.
actor NodeNetwork {
    /// Where a pod is attached.
    struct Attachment: Hashable {
        var namespacePath: String
        var address: String
    }

    private let clusterRange: IPv4Network
    private let nodeName: String
    private let logger: Logger
    private var network: PodNetwork?
    private var range: IPv4Network?
    private var peers: [PodNetworkPeer] = []

    init(clusterRange: IPv4Network, nodeName: String, logger: Logger) {
        self.clusterRange = clusterRange
        self.nodeName = nodeName
        self.logger = logger
    }

    /// Whether pods can be attached, and routes to all known nodes are there.
    private(set) var isReady = false

    /// Brings bridge and routes in line with what the nodes say.
    ///
    /// - Parameter pods: uids of the pods that may keep their attachment; asked when the network is opened.
    func reconcile(nodes: [JSON], pods: @Sendable () async throws -> Set<String>) async throws {
        let own = nodes.first { $0.meta.name == nodeName }
        guard let range = own?[path: "spec", "podCIDR"]?.string.flatMap({ IPv4Network($0) }) else {
            isReady = false
            return
        }
        if network == nil || self.range != range {
            let opened = try PodNetwork(
                configuration: PodNetworkConfiguration(nodeRange: range, clusterRange: clusterRange))
            try await opened.collectGarbage(keeping: try await pods())
            network = opened
            self.range = range
        }
        peers = nodes.filter { $0.meta.name != nodeName }.compactMap(Self.peer).sorted { $0.range < $1.range }
        do {
            try await network?.reconcile(peers: peers)
        } catch let error as PodNetworkError {
            // A node that cannot be reached is no reason not to run pods here.
            if case .routesFailed = error { isReady = true }
            throw error
        }
        isReady = true
    }

    private static func peer(_ node: JSON) -> PodNetworkPeer? {
        let addresses = node[path: "status", "addresses"]?.array ?? []
        let internalAddress = addresses.first { $0["type"]?.string == "InternalIP" }?["address"]?.string
        guard let range = node[path: "spec", "podCIDR"]?.string.flatMap({ IPv4Network($0) }),
            let address = internalAddress.flatMap({ IPv4Address($0) })
        else { return nil }
        return PodNetworkPeer(range: range, nodeAddress: address)
    }

    /// Gives a pod its namespace and address; nil where the node has no range yet.
    func attach(_ uid: String) async throws -> Attachment? {
        guard isReady, let network else { return nil }
        let attachment = try await network.attach(uid)
        return Attachment(namespacePath: attachment.namespacePath, address: "\(attachment.address)")
    }

    func detach(_ uid: String) async throws { try await network?.detach(uid) }
}
