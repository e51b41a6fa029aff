import Clusterfiles
import Diagnostics

extension SnapshotKeeper {
    /// What is done to a cluster's snapshots, as the journal has it.
    enum Act: String {
        case save, restore, delete
    }

    /// What the last act on the cluster's snapshots was, where it was cut short.
    private struct Interruption {
        var act: Act
        var name: String
        var since: String

        init?(_ step: Journal.Unfinished) {
            let words = step.command.split(separator: " ").map(String.init)
            guard words.count == 3, words[0] == "snapshot", let act = Act(rawValue: words[1]) else { return nil }
            (self.act, name, since) = (act, words[2], step.since)
        }
    }

    /// Runs an act with word of it in the journal, once what was cut short before it is mended and the check has seen that
    /// nothing speaks against it. A restore that fails is not over: the next command has to know.
    func recorded<Checked, Value>(
        _ act: Act, _ name: String, _ cluster: ObservedCluster,
        check: (ObservedCluster) async throws -> Checked,
        _ body: (ObservedCluster, Checked) async throws -> Value
    ) async throws -> Value {
        try requireMachines(cluster)
        try await mend(cluster, before: act, of: name)
        let cluster = try await looked(at: cluster)
        let checked = try await check(cluster)
        let journal = Journal(path: journalPath, command: "snapshot \(act.rawValue) \(name)")
        let value = try await journal.record("snapshot \(act.rawValue)", staysUnfinished: act == .restore) {
            try await body(cluster, checked)
        }
        journal.end()
        return value
    }

    /// Mends what a command on the cluster's snapshots left that was killed: half a save is undone, and a whole one is
    /// kept; a restore and a delete are carried out to their end. Machines that a save had paused go on.
    ///
    /// Call it with the cluster's lock held, before a journal is begun.
    package func mend(_ cluster: ObservedCluster) async throws { try await mend(cluster, before: nil, of: nil) }

    /// What was cut short and waits for the next command that changes anything, in a line; nil for nothing.
    package static func interruption(journalPath: String) -> String? {
        cutShort(journalPath).map {
            "the last 'snapshot \($0.act.rawValue) \($0.name)' was cut short (\($0.since)): "
                + "the next snapshot command that changes anything mends it, and so does up"
        }
    }

    private static func cutShort(_ journalPath: String) -> Interruption? {
        Journal.unfinished(at: journalPath).compactMap(Interruption.init).first
    }

    private func mend(_ cluster: ObservedCluster, before next: Act?, of name: String?) async throws {
        guard let cut = Self.cutShort(journalPath), !cluster.isEmpty else { return }
        try await onAll(cluster.machines) {
            try await hypervisor(of: $0).waitUntilIdle(domain: $0.domain, deadline: .now + .seconds(600))
        }
        // Another restore takes every machine back from wherever it is.
        if cut.act == .restore, next == .restore { return }
        // Who deletes the goal gives it up.
        if cut.act == .restore, next == .delete, name == cut.name {
            return progress.report(
                .note(
                    "the restore of '\(cut.name)' is given up: the machines are of different moments, and none runs; "
                        + "clusterfile up lets them go on so"))
        }
        let what = try await finish(cut, try await looked(at: cluster))
        let journal = Journal(path: journalPath, command: "snapshot mend")
        journal.end()
        progress.report(
            .note("the last 'snapshot \(cut.act.rawValue) \(cut.name)' was cut short (\(cut.since)): \(what)"))
        // The clocks of machines that stood still are set; what was mended stays mended where one cannot be.
        if cut.act != .delete {
            try await setClocks(try await looked(at: cluster).machines.filter { $0.state == .running }, after: what)
        }
    }

    /// Brings an act to one of its two ends, and says to which.
    private func finish(_ cut: Interruption, _ cluster: ObservedCluster) async throws -> String {
        let entry = try await list(cluster).first { $0.name == cut.name }
        switch cut.act {
        case .save:
            if let entry, entry.missing.isEmpty {
                try await resume(cluster.machines.filter { $0.state == .paused })
                return "'\(cut.name)' is whole, and the machines go on"
            }
            await dropSave(cluster.machines, named: cut.name)
            return "half of it was there and is deleted, and the machines go on"
        case .restore:
            guard entry != nil else { return "there is no such snapshot" }
            let content = try await takeBack(cluster, to: requireRestorable(cluster, named: cut.name))
            return "it is finished" + (content == .disks ? "; the machines are off, as they were" : "")
        case .delete:
            try await deletePoints(cluster.machines, named: cut.name)
            return "it is finished"
        }
    }

    /// The cluster with its machines' present states.
    func looked(at cluster: ObservedCluster) async throws -> ObservedCluster {
        try await sites.observed(name: cluster.name, uuid: cluster.uuid)
    }
}

extension ClusterLifecycle {
    /// Mends what a snapshot command left that was killed, before another command begins its own journal.
    func mendSnapshots(of uuid: ClusterUUID) async throws {
        var cluster = try await observed(uuid: uuid)
        // For messages alone; a domain is called CLUSTER_MACHINE.
        cluster.name = cluster.machines.first.map { String($0.domain.prefix { $0 != "_" }) } ?? ""
        try await SnapshotKeeper(
            sites: sites, pool: pool, journalPath: journalPath, credentials: credentials, progress: progress
        ).mend(cluster)
    }
}
