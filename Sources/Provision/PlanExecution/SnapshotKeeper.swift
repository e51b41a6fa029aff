import Diagnostics
import FoundationEssentials
package import Hypervisor

/// Saves and restores a whole cluster at one moment: every machine's disk and memory, or nothing.
package struct SnapshotKeeper: Sendable {
    /// One saved moment of a cluster.
    package struct ClusterSnapshotEntry: Hashable, Sendable {
        package var name: String
        package var createdAtSeconds: Int64
        /// The machines that have it, in order of name.
        package var machines: [String]
        /// Machines of the cluster that lack it: it cannot be restored.
        package var missing: [String]
    }

    package var hypervisor: Hypervisor
    package var progress: ProgressSink

    package init(hypervisor: Hypervisor, progress: ProgressSink) {
        self.hypervisor = hypervisor
        self.progress = progress
    }

    /// The cluster's snapshots, oldest first.
    package func list(_ cluster: ObservedCluster) async throws -> [ClusterSnapshotEntry] {
        let points = try await onAll(cluster.machines) { try await hypervisor.restorePoints(domain: $0.domain) }
        var found: [String: (created: Int64, machines: [String])] = [:]
        for (machine, own) in zip(cluster.machines, points) {
            for point in own {
                let known = found[point.name]
                found[point.name] = (
                    max(known?.created ?? 0, point.createdAtSeconds), (known?.machines ?? []) + [machine.name]
                )
            }
        }
        return found.map { name, entry in
            ClusterSnapshotEntry(
                name: name, createdAtSeconds: entry.created, machines: entry.machines.sorted(),
                missing: cluster.machines.map(\.name).filter { !entry.machines.contains($0) })
        }.sorted { ($0.createdAtSeconds, $0.name) < ($1.createdAtSeconds, $1.name) }
    }

    /// Pauses all machines, saves each, and lets them go on; gives the seconds for which they stood still.
    package func save(_ cluster: ObservedCluster, named name: String) async throws -> Double {
        try requireMachines(cluster)
        if let existing = try await list(cluster).first(where: { $0.name == name }) {
            throw Diagnosis(
                "cluster '\(cluster.name)' has a snapshot '\(name)' already",
                why: existing.missing.isEmpty
                    ? nil : "it is incomplete: \(existing.missing.joined(separator: ", ")) lack it",
                fix: "choose another name, or run clusterfile snapshot delete \(name)")
        }
        for machine in cluster.machines where machine.state != .running {
            throw Diagnosis(
                "machine '\(machine.name)' is \(machine.state.rawValue)",
                why: "a snapshot is of running machines, all at one moment",
                fix: "run clusterfile up first")
        }
        let start = ContinuousClock.now
        do {
            try await onAll(cluster.machines) { try await hypervisor.suspend(domain: $0.domain) }
            try await onAll(cluster.machines) { machine in
                try await progress.step(machine: machine.name, "save disk and memory") {
                    try await hypervisor.saveRestorePoint(
                        domain: machine.domain, named: name, description: "clusterfile: \(cluster.name)")
                }
            }
        } catch {
            try await undoSave(cluster, named: name)
            throw error
        }
        try await onAll(cluster.machines) { try await hypervisor.resume(domain: $0.domain) }
        let pause = start.secondsSince
        try await setClocks(cluster.machines)
        return pause
    }

    /// Throws where a snapshot cannot be restored: it is not there, or not of every machine.
    package func requireRestorable(_ cluster: ObservedCluster, named name: String) async throws {
        try requireMachines(cluster)
        let entry = try await entry(cluster, named: name)
        guard entry.missing.isEmpty else {
            throw Diagnosis(
                "snapshot '\(name)' is not of the whole cluster",
                why: "it lacks \(entry.missing.joined(separator: ", "))",
                fix:
                    "restore another one (clusterfile snapshot list), or remove these machines from the Clusterfile and run clusterfile up"
            )
        }
    }

    /// Takes every machine back to a saved moment and lets them go on from there, with today's time.
    package func restore(_ cluster: ObservedCluster, named name: String) async throws {
        try await requireRestorable(cluster, named: name)
        try await onAll(cluster.machines.filter { $0.state == .running }) {
            try await hypervisor.suspend(domain: $0.domain)
        }
        try await onAll(cluster.machines) { machine in
            try await progress.step(machine: machine.name, "go back to '\(name)'") {
                try await hypervisor.revert(domain: machine.domain, to: name)
            }
        }
        try await onAll(cluster.machines) { try await hypervisor.resume(domain: $0.domain) }
        try await setClocks(cluster.machines)
    }

    /// Deletes a snapshot from every machine that has it.
    package func delete(_ cluster: ObservedCluster, named name: String) async throws {
        _ = try await entry(cluster, named: name)
        try await onAll(cluster.machines) { machine in
            try await hypervisor.deleteRestorePoint(domain: machine.domain, named: name)
        }
    }

    // MARK: Parts

    private func entry(_ cluster: ObservedCluster, named name: String) async throws -> ClusterSnapshotEntry {
        let all = try await list(cluster)
        if let entry = all.first(where: { $0.name == name }) { return entry }
        throw Diagnosis(
            "cluster '\(cluster.name)' has no snapshot '\(name)'",
            why: all.isEmpty ? "it has none" : "it has \(all.map(\.name).joined(separator: ", "))",
            fix: nearestName(to: name, among: all.map(\.name)).map { "did you mean '\($0)'?" }
                ?? "save one with clusterfile snapshot save NAME")
    }

    private func requireMachines(_ cluster: ObservedCluster) throws {
        guard !cluster.isEmpty else {
            throw Diagnosis(
                "cluster '\(cluster.name)' is not up", why: "libvirt has no machine of it", fix: "run clusterfile up")
        }
    }

    /// All or nothing: what was saved is deleted again, and the machines go on. Runs even where the command is being ended.
    private func undoSave(_ cluster: ObservedCluster, named name: String) async throws {
        let (hypervisor, machines) = (hypervisor, cluster.machines)
        let undo = Task {
            for machine in machines {
                try await hypervisor.deleteRestorePoint(domain: machine.domain, named: name)
                if try await hypervisor.state(ofDomain: machine.domain) == .paused {
                    try await hypervisor.resume(domain: machine.domain)
                }
            }
        }
        try await undo.value
    }

    private func setClocks(_ machines: [ObservedCluster.Machine]) async throws {
        let channel = ReadinessChannel(hypervisor: hypervisor)
        try await onAll(machines) { machine in
            try await progress.step(machine: machine.name, "set its clock") {
                try await channel.setClock(domain: machine.domain, deadline: .now + .seconds(30))
            }
        }
    }

    /// Does the same to all machines at once; the results are in the machines' order.
    @discardableResult
    private func onAll<Value: Sendable>(
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
