package import Clusterfiles
package import Diagnostics

/// The plan that makes what was observed into the wanted cluster, or every conflict that forbids it.
///
/// `baseVolumes` gives, for each image's name, path or URL, the volume that holds it (its name carries the image's key).
package func planUp(
    _ wanted: ClusterSpec, baseVolumes: [String: String], observed: ClusterSnapshot
) throws(Diagnoses) -> Plan {
    if wanted.machines.isEmpty {
        return Plan(.up, steps: planDown(of: wanted.uuid, observed: observed).steps)
    }
    let network = NetworkDecision(wanted.network, owner: wanted.uuid, observed: observed)
    let conflicts = findConflicts(wanted, baseVolumes: baseVolumes, observed: observed)
    guard conflicts.isEmpty else { throw Diagnoses(conflicts.map(\.diagnosis)) }

    let machines = wanted.machines.map { machine in
        MachineDecision(
            machine, owner: wanted.uuid, base: baseVolumes[machine.image.description] ?? "",
            networkWasDown: network != .keep,
            observed: observed)
    }
    var builder = PlanBuilder()
    let uploads = builder.uploadImages(for: machines, observed: observed)
    let removed = builder.removeUnwanted(wanted, observed: observed)
    let halted = machines.map { builder.halt($0) }
    let ready = builder.prepare(network, wanted.network, after: removed + halted.flatMap(\.self))
    for (decision, halt) in zip(machines, halted) {
        builder.build(decision, after: halt + removed, uploads: uploads, network: ready)
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
                uploads[base] = add(.uploadImage(image: image, volume: base), "the pool has no volume of it")
            case let volume? where !volume.isComplete:
                let deleted = add(.deleteVolume(base), "its upload was cut short")
                uploads[base] = add(
                    .uploadImage(image: image, volume: base), "its upload was cut short", after: [deleted])
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
            done += remove(machine, volumes: own, "the Clusterfile has no such machine")
        }
        let found = Set(unwanted.compactMap(\.machine))
        for volume in volumes where !found.contains(wanted.uuid.owner(ofVolume: volume.name)?.machine ?? "") {
            add(.deleteVolume(volume.name), "the Clusterfile has no machine of it", destroysData: !volume.isSeed)
        }
        return done
    }
}
