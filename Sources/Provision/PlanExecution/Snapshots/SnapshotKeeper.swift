package import Credentials
import Diagnostics
import Hypervisor

/// Saves and restores a whole cluster at one moment: every machine's disks and memory, or nothing.
///
/// What is there is read from libvirt. The cluster's journal says only what was cut short, which the next command that
/// changes anything finishes or undoes first (`mend`).
package struct SnapshotKeeper: Sendable {
    /// The libvirts that the machines are on.
    package var sites: Sites
    /// The pool with the machines' disks.
    package var pool: String
    /// The cluster's journal.
    package var journalPath: String
    package var progress: ProgressSink
    /// Sets the clock of a machine to this host's.
    var setClock: @Sendable (ObservedCluster.Machine) async throws -> Void

    package init(
        sites: Sites, pool: String, journalPath: String, credentials: CredentialStore, progress: ProgressSink
    ) {
        self.sites = sites
        self.pool = pool
        self.journalPath = journalPath
        self.progress = progress
        setClock = { machine in
            try await MachineReadiness(
                hypervisor: sites.site(of: machine).hypervisor, credentials: credentials
            ).setClock(of: machine)
        }
    }

    func hypervisor(of machine: ObservedCluster.Machine) -> Hypervisor { sites.site(of: machine).hypervisor }

    /// The cluster's snapshots, oldest first.
    package func list(_ cluster: ObservedCluster) async throws -> [ClusterSnapshotEntry] {
        let points = try await onAll(cluster.machines) { try await hypervisor(of: $0).restorePoints(domain: $0.domain) }
        return ClusterSnapshotEntry.all(zip(cluster.machines, points).map { ($0.name, $1) })
    }

    /// The cluster's snapshots with the memory that each holds, where its volumes say it.
    package func listWithSizes(_ cluster: ObservedCluster) async throws -> [ClusterSnapshotEntry] {
        let entries = try await list(cluster)
        guard !entries.isEmpty else { return [] }
        let disks = try await sites.onAll { site in
            try await site.hypervisor.volumes(pool: pool, prefix: cluster.uuid.text + ".")
                .filter { cluster.uuid.owner(ofVolume: $0.name) != nil }.map { (site.hypervisor, $0.name) }
        }.flatMap(\.self)
        var bytes: [String: UInt64] = [:]
        for (hypervisor, name) in disks {
            bytes.merge(try await hypervisor.savedMemoryBytes(volume: name, pool: pool)) { $0 + $1 }
        }
        return entries.map { entry in
            var entry = entry
            entry.memoryBytes = bytes[entry.name]
            return entry
        }
    }

    /// Deletes a snapshot from every machine that has it.
    package func delete(_ cluster: ObservedCluster, named name: String) async throws {
        try await recorded(.delete, name, cluster) {
            try await entry($0, named: name)
        } _: { cluster, _ in
            try await deletePoints(cluster.machines, named: name)
        }
    }

    // MARK: Parts of several acts

    func deletePoints(_ machines: [ObservedCluster.Machine], named name: String) async throws {
        try await onAll(machines) { try await hypervisor(of: $0).deleteRestorePoint(domain: $0.domain, named: name) }
    }

    @discardableResult
    func entry(_ cluster: ObservedCluster, named name: String) async throws -> ClusterSnapshotEntry {
        try requireMachines(cluster)
        let all = try await list(cluster)
        if let entry = all.first(where: { $0.name == name }) { return entry }
        throw Diagnosis(
            "cluster '\(cluster.name)' has no snapshot '\(name)'",
            why: all.isEmpty ? "it has none" : "it has \(all.map(\.name).joined(separator: ", "))",
            fix: nearestName(to: name, among: all.map(\.name)).map { "did you mean '\($0)'?" }
                ?? "save one with clusterfile snapshot save NAME")
    }

    func requireMachines(_ cluster: ObservedCluster) throws {
        guard !cluster.isEmpty else {
            throw Diagnosis(
                "cluster '\(cluster.name)' is not up", why: "libvirt has no machine of it", fix: "run clusterfile up")
        }
    }

    /// Sets all clocks, the others also where one cannot be set; `after` says what is done all the same.
    func setClocks(_ machines: [ObservedCluster.Machine], after done: String) async throws {
        let failures = try await onAll(machines) { machine -> String? in
            do {
                try await progress.step(machine: machine.name, "set its clock") { try await setClock(machine) }
                return nil
            } catch let error as CancellationError {
                throw error
            } catch {
                return machine.name  // the step has said why
            }
        }.compactMap(\.self)
        guard failures.isEmpty else {
            throw Diagnosis(
                "\(done), but the clock of \(failures.joined(separator: ", ")) is not set",
                why: "it did not answer; its time is that of the snapshot",
                fix: "set it: clusterfile ssh \(failures[0]) -- sudo date -s @$(date +%s)")
        }
    }

    /// Does the same to all machines at once; the results are in the machines' order.
    @discardableResult
    func onAll<Value: Sendable>(
        _ machines: [ObservedCluster.Machine],
        _ body: @escaping @Sendable (ObservedCluster.Machine) async throws -> Value
    ) async throws -> [Value] {
        try await withThrowingTaskGroup(of: (Int, Value).self) { group in
            for (index, machine) in machines.enumerated() { group.addTask { (index, try await body(machine)) } }
            var results: [(Int, Value)] = []
            for try await result in group { results.append(result) }
            return results.sorted { $0.0 < $1.0 }.map(\.1)
        }
    }
}
