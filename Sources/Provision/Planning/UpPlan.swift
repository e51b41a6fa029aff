package import Clusterfiles
package import Diagnostics

/// The plan that makes what was observed into the wanted cluster, or every conflict that forbids it.
///
/// `baseVolumes` gives, for each image's name, the volume that holds it (its name carries the image's key); `folder` is the
/// Clusterfile's, to which its paths are relative.
package func planUp(
    _ wanted: ClusterSpec, baseVolumes: [String: String], folder: String = "", observed: ClusterSnapshot
) throws(Diagnoses) -> Plan {
    if wanted.machines.isEmpty, wanted.machinesElsewhere.isEmpty {
        return Plan(.up, steps: planDown(of: wanted.uuid, observed: observed).steps)
    }
    let conflicts =
        wanted.machines.isEmpty ? [] : findConflicts(wanted, baseVolumes: baseVolumes, observed: observed)
    guard conflicts.isEmpty else { throw Diagnoses(conflicts.map(\.diagnosis)) }

    let networks = wanted.networksHere.map {
        (name: $0.name, decision: NetworkDecision($0, in: wanted, observed: observed))
    }
    let down = Set(networks.filter { !$0.decision.keepsLinks }.map(\.name))
    let machines = wanted.machines.map { machine in
        MachineDecision(
            machine, owner: wanted.uuid, base: baseVolumes["\(machine.image)"] ?? "", folder: folder,
            downNetworks: down, observed: observed)
    }
    var builder = PlanBuilder()
    let uploads = builder.uploadImages(for: machines, observed: observed)
    let removed = builder.removeUnwanted(wanted, observed: observed)
    let released = machines.map { builder.release($0) }
    let gone = removed + released.flatMap(\.self)
    // A network may get the range of one that goes, or of one that gets another.
    let freed =
        gone + builder.removeUnwantedNetworks(wanted, observed: observed, after: gone)
        + networks.flatMap { builder.takeAway($0.decision, after: gone) }
    let ready = networks.flatMap { builder.prepare($0.decision, $0.name, after: freed) }
    for (decision, own) in zip(machines, released) {
        builder.build(decision, after: own + removed, uploads: uploads, network: ready)
    }
    return Plan(.up, steps: builder.steps)
}

extension PlanBuilder {
    /// Uploads images that are missing or were cut short; gives the step's id for each base volume.
    fileprivate mutating func uploadImages(
        for machines: [MachineDecision], observed: ClusterSnapshot
    ) -> [String: String] {
        var uploads: [String: String] = [:]
        for decision in machines where decision.needsBase && uploads[decision.base] == nil {
            let (image, base) = (decision.machine.image.description, decision.base)
            switch observed.volumes.first(where: { $0.name == base }) {
            case nil:
                uploads[base] = add(
                    .uploadImage(image: image, volume: base), "the pool has no volume of it", .create)
            case let volume? where !volume.isComplete:
                let deleted = add(.deleteVolume(base), "its upload was cut short", .remove)
                uploads[base] = add(
                    .uploadImage(image: image, volume: base), "its upload was cut short", .create, after: [deleted])
            default: continue
            }
        }
        return uploads
    }

    /// Removes machines and volumes of the cluster that the file does not have (any more).
    fileprivate mutating func removeUnwanted(_ wanted: ClusterSpec, observed: ClusterSnapshot) -> [String] {
        let names = Set(wanted.machines.map(\.name))
        let unwanted = observed.machines.filter { $0.belongs(to: wanted.uuid) && !names.contains($0.machine ?? "") }
            .sorted { $0.domainName < $1.domainName }
        let volumes = observed.volumes.sorted { $0.name < $1.name }.filter { volume in
            wanted.uuid.owner(ofVolume: volume.name).map { !names.contains($0.machine) } ?? false
        }
        var done: [String] = []
        for machine in unwanted {
            let own = volumes.filter { wanted.uuid.owner(ofVolume: $0.name)?.machine == machine.machine }
            if let moved = wanted.machinesElsewhere.first(where: { $0.name == machine.machine }) {
                done += remove(
                    machine, volumes: own, "the Clusterfile wants it on another hypervisor",
                    .replace(machine: moved.name))
            } else {
                done += remove(machine, volumes: own, "the Clusterfile has no such machine")
            }
        }
        let found = Set(unwanted.compactMap(\.machine))
        for volume in volumes where !found.contains(wanted.uuid.owner(ofVolume: volume.name)?.machine ?? "") {
            add(
                .deleteVolume(volume.name), "the Clusterfile has no machine of it", .remove,
                destroysData: !volume.isSeed)
        }
        return done
    }

    /// Removes networks of the cluster that the file does not have (any more).
    fileprivate mutating func removeUnwantedNetworks(
        _ wanted: ClusterSpec, observed: ClusterSnapshot, after: [String]
    ) -> [String] {
        let names = Set(wanted.networksHere.map(\.name))
        let unwanted = observed.networks.filter { $0.owner == wanted.uuid && !names.contains($0.name) }
        return unwanted.sorted { $0.name < $1.name }.map {
            remove(
                $0, wanted.machines.isEmpty ? "no machine is there" : "the Clusterfile has no such network",
                after: after)
        }
    }
}

extension ClusterSpec {
    /// The networks to be made where these machines are; without a machine none is needed.
    fileprivate var networksHere: [Network] { machines.isEmpty ? [] : madeNetworks }
}
