import Diagnostics
package import Hypervisor

extension SnapshotKeeper {
    /// Saves every machine and lets those that were paused for it go on; gives the seconds for which they stood still, which
    /// are none for machines that are off.
    package func save(
        _ cluster: ObservedCluster, named name: SnapshotName, content: RestorePointSnapshot.Content
    ) async throws -> Double {
        let pause = try await recorded(.save, name.text, cluster) {
            try await requireSavable($0, as: name, content)
        } _: { cluster, _ in
            try await capture(cluster, as: name, content)
        }
        if content == .disksAndMemory {
            try await setClocks(cluster.machines, after: "'\(name)' of '\(cluster.name)' is saved")
        }
        return pause
    }

    /// The part of a save in which machines stand still.
    func capture(
        _ cluster: ObservedCluster, as name: SnapshotName, _ content: RestorePointSnapshot.Content
    ) async throws -> Double {
        let start = ContinuousClock.now
        do {
            if content == .disksAndMemory { try await suspend(cluster.machines) }
            try await savePoints(cluster, name, content)
        } catch {
            await undoSave(cluster.machines, named: name.text)
            guard case HypervisorError.refused(let action, let failure) = error else { throw error }
            throw Diagnosis(
                "could not \(action)",
                why: failure.message.split(whereSeparator: \.isNewline).joined(separator: "; "),
                fix: "the machines go on, and nothing is left of '\(name)'; \(try await room()): make room for the "
                    + "machines' memory if that is too little, and save again")
        }
        guard content == .disksAndMemory else { return 0 }
        try await resume(cluster.machines)
        return start.secondsSince
    }

    private func room() async throws -> String {
        try await sites.onAll { site in
            let free = try await site.hypervisor.pool(pool)?.freeBytes ?? 0
            return (site.name ?? "libvirt") + "'s pool '\(pool)' has \(free >> 20) MiB free"
        }.joined(separator: ", ")
    }

    private func savePoints(
        _ cluster: ObservedCluster, _ name: SnapshotName, _ content: RestorePointSnapshot.Content
    ) async throws {
        let label = SnapshotLabel(cluster: cluster.name, machines: cluster.machines.map(\.name).sorted())
        try await onAll(cluster.machines) { machine in
            try await progress.step(
                machine: machine.name, content == .disks ? "save its disks" : "save its disks and memory"
            ) {
                try await hypervisor(of: machine).saveRestorePoint(
                    domain: machine.domain, named: name.text, description: label.text)
            }
        }
    }

    func suspend(_ machines: [ObservedCluster.Machine]) async throws {
        try await onAll(machines) { try await hypervisor(of: $0).suspend(domain: $0.domain) }
    }

    func resume(_ machines: [ObservedCluster.Machine]) async throws {
        try await onAll(machines) { try await hypervisor(of: $0).resume(domain: $0.domain) }
    }

    /// All or nothing: what was saved is deleted again, and the machines go on. Runs even where the command is being ended.
    private func undoSave(_ machines: [ObservedCluster.Machine], named name: String) async {
        await Task { await dropSave(machines, named: name) }.value
    }

    /// Deletes what there is of a snapshot and lets paused machines go on; one machine's trouble does not keep the others.
    func dropSave(_ machines: [ObservedCluster.Machine], named name: String) async {
        for machine in machines {
            let hypervisor = hypervisor(of: machine)
            do {
                try await hypervisor.waitUntilIdle(domain: machine.domain, deadline: .now + .seconds(600))
                if try await hypervisor.state(ofDomain: machine.domain) == .paused {
                    try await hypervisor.resume(domain: machine.domain)
                }
                try await hypervisor.deleteRestorePoint(domain: machine.domain, named: name)
            } catch {
                progress.report(
                    .warning(
                        "\(machine.name): '\(name)' could not be undone (\(Diagnoses(of: error))); "
                            + "clusterfile snapshot delete \(name) tries again"))
            }
        }
    }

    // MARK: What has to be so before anything is touched

    private func requireSavable(
        _ cluster: ObservedCluster, as name: SnapshotName, _ content: RestorePointSnapshot.Content
    ) async throws {
        try requireMachines(cluster)
        if let existing = try await list(cluster).first(where: { $0.name == name.text }) {
            throw Diagnosis(
                "cluster '\(cluster.name)' has a snapshot '\(name)' already",
                why: existing.missing.isEmpty
                    ? nil : "it is incomplete: \(existing.missing.joined(separator: ", ")) lack it",
                fix: "choose another name, or run clusterfile snapshot delete \(name)")
        }
        let wanted: DomainSnapshot.State = content == .disks ? .shutOff : .running
        let others = cluster.machines.filter { $0.state != wanted }
        guard others.isEmpty else { throw Self.wrongState(others, of: cluster, content) }
        try await requireNoObstacles(cluster, content)
    }

    private static func wrongState(
        _ others: [ObservedCluster.Machine], of cluster: ObservedCluster, _ content: RestorePointSnapshot.Content
    ) -> Diagnosis {
        let states = others.map { "\($0.name) is \($0.state.words)" }.joined(separator: ", ")
        guard content == .disksAndMemory else {
            return Diagnosis(
                "not all machines of '\(cluster.name)' are off: \(states)",
                why: "the disks alone are consistent only while nothing writes to them",
                fix: "run clusterfile halt first, or leave out --disk to save disks and memory of running machines")
        }
        return Diagnosis(
            "not all machines of '\(cluster.name)' run: \(states)",
            why: "a snapshot is of running machines, all at one moment",
            fix: others.contains { $0.state == .paused }
                ? "run clusterfile resume first"
                : "run clusterfile up first"
                    + (others.count == cluster.machines.count ? ", or save the disks alone with --disk" : ""))
    }

    private func requireNoObstacles(
        _ cluster: ObservedCluster, _ content: RestorePointSnapshot.Content
    ) async throws {
        let domains = try await sites.onAll { try await $0.hypervisor.domains() }.flatMap(\.self)
        let mistakes = try cluster.machines.flatMap { machine in
            try domains.first { $0.name == machine.domain }?.restorePointObstacles(to: content).map {
                $0.diagnosis(of: machine.name)
            } ?? []
        }
        guard mistakes.isEmpty else { throw Diagnoses(mistakes) }
    }
}

extension RestorePointObstacle {
    /// Why the machine cannot be saved, as a person reads it.
    func diagnosis(of machine: String) -> Diagnosis {
        let what = "machine '\(machine)' cannot be saved"
        let disksAlone = "or halt the cluster and save the disks alone (clusterfile snapshot save --disk)"
        switch self {
        case .sharedFolder(let tag, let driver):
            return Diagnosis(
                what,
                why:
                    "it shares the host's folder '\(tag)' by \(driver), whose open files are on the host and in no snapshot",
                fix: "take it out of the machine's shared folders and run clusterfile up, \(disksAlone)")
        case .passthrough(let device):
            return Diagnosis(
                what, why: "it has the host's \(device), whose state nobody can save",
                fix: "take it out of the machine's devices and run clusterfile up, \(disksAlone)")
        case .unversionedDisk(let target, let format):
            return Diagnosis(
                what, why: "its disk \(target) is of format \(format), which keeps no earlier states",
                fix: "make it a qcow2 volume")
        case .excludedDisk(let target):
            return Diagnosis(
                what, why: "its disk \(target) is kept out of snapshots (snapshot='no' in its libvirt XML)",
                fix: "take that out of the machine's XML, or make the disk read-only")
        case .firmware:
            return Diagnosis(
                what, why: "it boots by UEFI, whose variables libvirt saves from version 10.10 on",
                fix: "halt the cluster and save the disks alone (clusterfile snapshot save --disk)")
        }
    }
}
