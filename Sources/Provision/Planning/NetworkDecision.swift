internal import Clusterfiles

/// What becomes of the cluster's network.
enum NetworkDecision: Hashable, Sendable {
    case keep
    case create
    case start
    case replace([ClusterSnapshot.Network])

    init(_ wanted: ClusterSpec.Network, owner: ClusterUUID, observed: ClusterSnapshot) {
        let own = observed.networks.filter { $0.owner == owner }.sorted { $0.name < $1.name }
        let outdated = own.filter { $0.name != wanted.name || $0.specHash != wanted.specHash }
        if !outdated.isEmpty {
            self = .replace(outdated)
        } else if let network = own.first {
            self = network.isActive ? .keep : .start
        } else {
            self = .create
        }
    }
}

extension PlanBuilder {
    /// Makes the network ready after the machines on it are out of the way; gives the ids to wait for.
    mutating func prepare(_ decision: NetworkDecision, _ wanted: ClusterSpec.Network, after: [String]) -> [String] {
        switch decision {
        case .keep: return []
        case .start: return [add(.startNetwork(wanted.name), "it is not active")]
        case .create:
            let created = add(.createNetwork(wanted.name), "there is no network of that name")
            return [add(.startNetwork(wanted.name), "machines need it", after: [created])]
        case .replace(let outdated):
            let reason = "the Clusterfile wants another network (\(wanted.range))"
            let removed = outdated.map { remove($0, reason, after: after) }
            let created = add(.createNetwork(wanted.name), reason, after: removed)
            return [add(.startNetwork(wanted.name), reason, after: [created])]
        }
    }
}
