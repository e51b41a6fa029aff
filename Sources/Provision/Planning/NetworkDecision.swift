internal import Clusterfiles

/// What becomes of a network that the cluster makes.
enum NetworkDecision: Hashable, Sendable {
    case keep
    case create
    /// Its definition is changed where a reason is given, and it is started.
    case start(redefining: String?)
    /// It goes on as it is; its definition is changed for the reason, its names are brought up to date.
    case adjust(redefining: String?, renaming: Bool)
    /// Machines on it lose their link: it is made anew.
    case replace(ClusterSnapshot.Network, reason: String)

    init(_ wanted: ClusterSpec.Network, in spec: ClusterSpec, observed: ClusterSnapshot) {
        guard let network = observed.networks.first(where: { $0.owner == spec.uuid && $0.name == wanted.name }) else {
            self = .create
            return
        }
        let shape = NetworkShape(of: wanted, in: spec)
        let redefining = Self.difference(network.defined, shape)
        guard network.isActive else {
            self = .start(redefining: redefining ?? (network.defined?.names == shape.names ? nil : Self.otherNames))
            return
        }
        if let reason = Self.difference(network.running, shape) {
            self = .replace(network, reason: reason)
        } else {
            let renaming = network.running?.names != shape.names || network.defined?.names != shape.names
            self = redefining == nil && !renaming ? .keep : .adjust(redefining: redefining, renaming: renaming)
        }
    }

    private static func difference(_ had: NetworkShape?, _ wanted: NetworkShape) -> String? {
        guard let had else { return "someone made another kind of network of it" }
        return had.difference(to: wanted)
    }

    /// Whether machines on it have a link, and keep it.
    var keepsLinks: Bool {
        switch self {
        case .keep, .adjust: true
        case .create, .start, .replace: false
        }
    }

    private static let otherNames = "its DNS is to know other names"
}

extension PlanBuilder {
    /// Makes a network ready after the machines and networks in its way are out of it; gives the ids to wait for.
    mutating func prepare(_ decision: NetworkDecision, _ name: String, after: [String]) -> [String] {
        switch decision {
        case .keep: return []
        case .create:
            let created = add(.createNetwork(name), "there is no network of that name", .create)
            return [add(.startNetwork(name), "machines need it", .create, after: [created] + after)]
        case .start(let reason):
            let defined = reason.map { [add(.createNetwork(name), $0, .inPlace)] } ?? []
            return [add(.startNetwork(name), "it is not active", .inPlace, after: defined + after)]
        case .adjust(let reason, let renaming):
            var done: [String] = []
            if let reason { done = [add(.createNetwork(name), reason, .inPlace)] }
            if renaming {
                done = [
                    add(
                        .updateNetwork(name), "its DNS is to know the machines that there will be", .inPlace,
                        after: done)
                ]
            }
            return done
        case .replace(_, let reason):
            let created = add(.createNetwork(name), reason, .create, after: after)
            return [add(.startNetwork(name), reason, .create, after: [created])]
        }
    }

    /// Takes away a network that is made anew, once no machine is on it; gives the ids to wait for.
    mutating func takeAway(_ decision: NetworkDecision, after: [String]) -> [String] {
        guard case .replace(let network, let reason) = decision else { return [] }
        return [remove(network, reason, after: after)]
    }
}
