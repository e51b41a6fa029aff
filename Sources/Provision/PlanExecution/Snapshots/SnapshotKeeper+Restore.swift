import Diagnostics
package import Hypervisor

extension SnapshotKeeper {
    /// Throws where a snapshot cannot be restored: it is not there, not whole, or not of the cluster as it is now.
    @discardableResult
    package func requireRestorable(
        _ cluster: ObservedCluster, named name: String
    ) async throws -> ClusterSnapshotEntry {
        let entry = try await entry(cluster, named: name)
        let present = Set(cluster.machines.map(\.name))
        let gone = entry.missing.filter { !present.contains($0) }
        let lacking = entry.missing.filter(present.contains)
        let added = present.subtracting(entry.machines).subtracting(lacking).sorted()
        let other = "restore another one (clusterfile snapshot list)"
        if !lacking.isEmpty {
            throw Diagnosis(
                "snapshot '\(name)' is incomplete",
                why: "\(lacking.joined(separator: ", ")) had been in it and no longer have it",
                fix: "\(other), or delete it with clusterfile snapshot delete \(name)")
        }
        if !gone.isEmpty {
            throw Diagnosis(
                "snapshot '\(name)' is of machines that are gone",
                why: "\(gone.joined(separator: ", ")) had been in it, and a machine's states go with its disks",
                fix: "\(other), or delete it with clusterfile snapshot delete \(name)")
        }
        if !added.isEmpty {
            throw Diagnosis(
                "snapshot '\(name)' is not of the whole cluster",
                why: "\(added.joined(separator: ", ")) came later",
                fix: "\(other), or remove these machines from the Clusterfile and run clusterfile up")
        }
        try await requireVolumes(cluster, named: name)
        return entry
    }

    /// Takes every machine back to a saved moment, whatever it does now. With memory they go on from there with today's
    /// time; machines that were saved off are off. Gives what was restored.
    @discardableResult
    package func restore(
        _ cluster: ObservedCluster, named name: String
    ) async throws -> RestorePointSnapshot.Content {
        let content = try await recorded(.restore, name, cluster) {
            try await requireRestorable($0, named: name)
        } _: { cluster, entry in
            // Not to be interrupted: machines of different moments would be left.
            try await Task { try await takeBack(cluster, to: entry) }.value
        }
        if content == .disksAndMemory {
            try await setClocks(cluster.machines, after: "'\(cluster.name)' is back at '\(name)'")
        }
        return content
    }

    /// The restore without the clocks, of all machines even where one fails; may be repeated after any part of it.
    func takeBack(
        _ cluster: ObservedCluster, to entry: ClusterSnapshotEntry
    ) async throws -> RestorePointSnapshot.Content {
        do {
            try await suspend(cluster.machines.filter { $0.state == .running })
        } catch {
            throw Diagnoses(
                Diagnoses(of: error).all + [Self.halfway(cluster, entry.name, without: cluster.machines.map(\.name))])
        }
        let failures = try await onAll(cluster.machines) { machine -> Diagnoses? in
            do {
                try await progress.step(machine: machine.name, "go back to '\(entry.name)'") {
                    try await hypervisor(of: machine).revert(domain: machine.domain, to: entry.name)
                }
                return nil
            } catch {
                return Diagnoses(of: error)
            }
        }
        let others = zip(cluster.machines, failures).filter { $1 != nil }.map(\.0.name)
        guard others.isEmpty else {
            throw Diagnoses(
                failures.compactMap(\.self).flatMap(\.all) + [
                    Self.halfway(cluster, entry.name, without: others)
                ])
        }
        if entry.content == .disksAndMemory { try await resume(cluster.machines) }
        return entry.content
    }

    /// What there is to say of a cluster whose machines are of different moments.
    private static func halfway(_ cluster: ObservedCluster, _ name: String, without others: [String]) -> Diagnosis {
        let back = cluster.machines.map(\.name).filter { !others.contains($0) }
        return Diagnosis(
            "'\(cluster.name)' is not back at '\(name)': \(others.joined(separator: ", ")) could not be taken back"
                + (back.isEmpty ? "" : ", \(back.joined(separator: ", ")) \(back.count == 1 ? "is" : "are")"),
            why: "machines of different moments shall not meet, so none of them runs",
            fix: "mend the cause and run clusterfile snapshot restore \(name) again (up tries it, too), or restore "
                + "another one; to give it up: clusterfile snapshot delete \(name), then clusterfile up")
    }

    /// Whether each disk that a snapshot has a state of is still there.
    private func requireVolumes(_ cluster: ObservedCluster, named name: String) async throws {
        async let volumes = sites.onAll { site in
            try await site.hypervisor.volumes(pool: pool, prefix: cluster.uuid.text + ".").map(\.path)
        }
        async let saved = onAll(cluster.machines) { try await hypervisor(of: $0).restorePoints(domain: $0.domain) }
        let (present, points) = (Set(try await volumes.flatMap(\.self)), try await saved)
        let missing = zip(cluster.machines, points).flatMap { machine, points in
            (points.first { $0.name == name }?.diskPaths ?? []).filter { path in
                // Disks elsewhere than in the pool were not made by this program, and are libvirt's to find.
                let file = path.split(separator: "/").last.map(String.init) ?? ""
                return cluster.uuid.owner(ofVolume: file) != nil && !present.contains(path)
            }.map { "\(machine.name) had \($0)" }
        }
        guard missing.isEmpty else {
            throw Diagnosis(
                "snapshot '\(name)' cannot be restored",
                why: "disks of it are gone: \(missing.joined(separator: ", "))",
                fix: "restore another one (clusterfile snapshot list)")
        }
    }
}
