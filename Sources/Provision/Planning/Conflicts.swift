package import Clusterfiles

/// Everything that forbids the plan, so that it is found before anything is touched.
func findConflicts(
    _ wanted: ClusterSpec, baseVolumes: [String: String], observed: ClusterSnapshot
) -> [PlanningConflict] {
    networkConflicts(wanted, observed: observed) + machineConflicts(wanted, observed)
        + Set(wanted.machines.map(\.image.description)).sorted().filter { baseVolumes[$0] == nil }.map {
            .noBaseVolume(image: $0)
        }
}

/// Everything that forbids the cluster's networks to be made or started: a name, bridge or range is somebody else's, or one
/// that is to be there already is not.
///
/// A network that is active already as it is wanted conflicts with nothing. Only networks and interfaces are looked at.
package func networkConflicts(_ wanted: ClusterSpec, observed: ClusterSnapshot) -> [PlanningConflict] {
    wanted.madeNetworks.flatMap { conflicts(of: $0, in: wanted, observed) }
        + wanted.networks.compactMap { network in
            guard case .existing(let name) = network.kind else { return nil }
            guard let found = observed.networks.first(where: { $0.name == name }) else {
                return .noSuchNetwork(name, known: observed.networks.map(\.name).sorted(), network.location)
            }
            return found.isActive ? nil : .networkInactive(name, network.location)
        }
}

private func conflicts(
    of network: ClusterSpec.Network, in wanted: ClusterSpec, _ observed: ClusterSnapshot
) -> [PlanningConflict] {
    let others = observed.networks.filter { $0.owner != wanted.uuid }
    if others.contains(where: { $0.name == network.name }) { return [.networkNameTaken(network.name)] }
    if NetworkDecision(network, in: wanted, observed: observed).keepsLinks { return [] }
    if let other = others.filter({ $0.bridge == network.bridge }).map(\.name).min() {
        return [.bridgeTaken(network.bridge, network: other)]
    }
    let ownBridges = Set(
        observed.networks.filter { $0.owner == wanted.uuid }.compactMap(\.bridge) + wanted.madeNetworks.map(\.bridge))
    return observed.hostInterfaces.sorted { ($0.name, $0.range.address) < ($1.name, $1.range.address) }
        .filter { $0.range.overlaps(network.range) && !ownBridges.contains($0.name) }
        .map { interface in
            .rangeInUse(
                network.range, interface: interface.name, interfaceRange: interface.range,
                network: observed.networks.first { $0.bridge == interface.name }?.name, network.location)
        }
}

private func machineConflicts(_ wanted: ClusterSpec, _ observed: ClusterSnapshot) -> [PlanningConflict] {
    wanted.machines.compactMap { machine in
        let own = observed.machines.first { $0.belongs(to: wanted.uuid) && $0.machine == machine.name }
        if let own, own.domainName != machine.domainName {
            return .domainRenamed(own.domainName, machine: machine.name, expected: machine.domainName)
        }
        if own == nil, observed.machines.contains(where: { $0.domainName == machine.domainName }) {
            return .domainNameTaken(machine.domainName, machine: machine.name)
        }
        return nil
    }
}
