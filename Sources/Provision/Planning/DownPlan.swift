package import Clusterfiles

/// The plan that removes everything of a cluster (domains, volumes, networks) and nothing else; where machines are named,
/// their domains and volumes only.
package func planDown(of cluster: ClusterUUID, machines named: Set<String> = [], observed: ClusterSnapshot) -> Plan {
    var builder = PlanBuilder()
    let reason = named.isEmpty ? "the cluster is taken down" : "the machine is made anew"
    func isMeant(_ machine: String?) -> Bool { named.isEmpty || named.contains(machine ?? "") }
    let machines = observed.machines.filter { $0.belongs(to: cluster) && isMeant($0.machine) }
        .sorted { $0.domainName < $1.domainName }
    let volumes = observed.volumes.filter { cluster.owner(ofVolume: $0.name).map { isMeant($0.machine) } ?? false }
        .sorted { $0.name < $1.name }
    let networks = observed.networks.filter { $0.owner == cluster && named.isEmpty }.sorted { $0.name < $1.name }

    var gone: [String] = []
    for machine in machines {
        let own = volumes.filter { cluster.owner(ofVolume: $0.name)?.machine == machine.machine }
        gone += builder.remove(
            machine, volumes: own, reason, named.isEmpty ? .remove : .replace(machine: machine.machine ?? ""))
    }
    let kept = Set(machines.compactMap(\.machine))
    for volume in volumes where !kept.contains(cluster.owner(ofVolume: volume.name)?.machine ?? "") {
        builder.add(
            .deleteVolume(volume.name), "\(reason), and its machine is gone", .remove, destroysData: !volume.isSeed)
    }
    for network in networks { _ = builder.remove(network, reason, after: gone) }
    return Plan(.down, steps: builder.steps)
}
