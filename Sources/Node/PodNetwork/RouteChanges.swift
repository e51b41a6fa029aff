import Linux

/// What must change so that the routes of our own making are those to the peers.
struct RouteChanges: Hashable {
    var set: [NetworkRoute] = []
    var remove: [NetworkRoute] = []

    /// The number by which our routes are known among others' (rtnetlink(7), rtm_protocol).
    static let routingProtocol: UInt8 = 117

    init(wanted: [PodNetworkPeer], present: [NetworkRoute]) {
        let ours = present.filter { $0.routingProtocol == RouteChanges.routingProtocol }
        let gateways = Dictionary(wanted.map { ($0.range, $0.nodeAddress) }, uniquingKeysWith: { first, _ in first })
        remove = ours.filter { gateways[$0.destination] == nil }
        for (range, gateway) in gateways.sorted(by: { $0.key < $1.key })
        where !ours.contains(where: { $0.destination == range && $0.gateway == gateway }) {
            set.append(
                NetworkRoute(destination: range, gateway: gateway, routingProtocol: RouteChanges.routingProtocol))
        }
    }
}
