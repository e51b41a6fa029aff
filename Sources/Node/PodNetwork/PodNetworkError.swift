package import Addresses
package import Diagnostics

/// What can keep a node's pods from being connected.
package enum PodNetworkError: Error, Hashable, Sendable {
    case noFreeAddress(range: IPv4Network, inUse: Int)
    case rangeTooSmall(IPv4Network)
    case rulesRefused(output: String)
    case routesFailed([String])
    case malformedRecord(path: String)
}

extension PodNetworkError: Diagnosable, CustomStringConvertible {
    package var diagnosis: Diagnosis {
        switch self {
        case .noFreeAddress(let range, let inUse):
            Diagnosis(
                "the node's pod range \(range) has no free address", why: "\(inUse) are in use",
                fix: "run fewer pods on this node, or give the cluster larger node ranges")
        case .rangeTooSmall(let range):
            Diagnosis("the pod range \(range) is too small for a node", fix: "use a prefix of at most 29 bits")
        case .rulesRefused(let output):
            Diagnosis("nft did not accept the pods' rules", why: output, fix: "install nftables 1.0 or later")
        case .routesFailed(let reasons):
            Diagnosis(
                "some nodes' pods cannot be reached", why: reasons.joined(separator: "; "),
                fix: "check that the nodes are on one network")
        case .malformedRecord(let path):
            Diagnosis("\(path) holds no address", fix: "remove it; the pod then gets another address")
        }
    }

    package var description: String { diagnosis.rendered }
}
