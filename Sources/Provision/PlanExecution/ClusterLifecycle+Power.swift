package import Clusterfiles
import Diagnostics
import FoundationEssentials
import Hypervisor
package import Planning

extension ClusterLifecycle {
    /// Starts, halts, pauses … machines of a cluster (all where none is named) and waits until that is so: one that was
    /// started can be logged in to, one that stood still has the right time. Gives what was carried out.
    package func change(
        _ change: PowerChange, of uuid: ClusterUUID, machines: Set<String> = [], gently: Bool = true
    ) async throws -> Plan {
        try FileManager.default.createDirectory(atPath: credentials.folder, withIntermediateDirectories: true)
        return try await ClusterLock.hold(lockPath, purpose: "clusterfile \(change.rawValue)") {
            try await mendSnapshots(of: uuid)
            let plan = try await plannedPower(change, of: uuid, machines: machines, gently: gently)
            guard !plan.isEmpty else {
                try await adjustForwards(uuid)
                return plan
            }
            let journal = Journal(path: journalPath, command: change.rawValue)
            let actions = try await powerActions()
            progress.report(.machines(plan.machines))
            let made = try await PlanExecutor(journal: journal, progress: progress) { try await actions.perform($0) }
                .carryOut(plan)
            // What failed for one machine is no reason not to wait for the others.
            try await settle(plan, of: uuid, without: made, journal)
            try await adjustForwards(uuid)
            journal.end()
            return plan
        }
    }

    /// Throws where a machine, of those named or of all, does not run.
    func requireRunning(_ machines: Set<String>, of spec: ClusterSpec) async throws {
        let observed = try await observed(name: spec.name, uuid: spec.uuid)
        _ = try observed.machines(named: [])
        let names = spec.machines.map(\.name).filter { machines.isEmpty || machines.contains($0) }
        let resting = try observed.machines(named: names).compactMap { machine in
            do throws(Diagnosis) {
                try machine.requireRunning()
                return nil as Diagnosis?
            } catch {
                return error
            }
        }
        guard resting.isEmpty else { throw Diagnoses(resting) }
    }

    /// What a plan needs that makes nothing.
    func powerActions() async throws -> SiteActions {
        let parts = try await sites.onAll { site in
            var actions = LibvirtActions(
                hypervisor: site.hypervisor, pool: pool, spec: nil, images: [:], virtualization: .emulated,
                consoleFolder: try await at(site).consoleFolder(), agentVolume: nil,
                seed: { _ in preconditionFailure("nothing is created") })
            actions.warn = { [progress] in progress.report(.warning($0)) }
            return actions
        }
        return SiteActions(bySite: Dictionary(uniqueKeysWithValues: zip(sites.all.map(\.name), parts)))
    }

    /// Waits for what the machines themselves have to do after their last step.
    private func settle(
        _ plan: Plan, of uuid: ClusterUUID, without made: PlanOutcome, _ journal: Journal
    ) async throws {
        let cluster = try await observed(uuid: uuid)
        var last: [String: Step] = [:]
        for step in plan.steps { if let machine = step.action.machine { last[machine] = step } }
        for machine in plan.machines where made.failure(of: machine) != nil { last[machine] = nil }
        let failures = await withTaskGroup(of: [Diagnosis].self) { group in
            for (name, step) in last.sorted(by: { $0.key < $1.key }) {
                let site = sites.all.first { $0.name == step.hypervisor } ?? sites.all[0]
                let readiness = MachineReadiness(hypervisor: site.hypervisor, credentials: credentials)
                group.addTask {
                    do {
                        switch step.action {
                        case .startMachine(_, let domain):
                            try await progress.step(machine: name, "boot") {
                                try await journal.record("boot \(domain)") {
                                    try await readiness.waitUntilReady(
                                        cluster.machine(named: name), atMost: bootTimeout)
                                }
                            }
                        case .resumeMachine(_, let domain):
                            try await progress.step(machine: name, "set its clock") {
                                try await journal.record("set-clock \(domain)") {
                                    try await readiness.setClock(of: cluster.machine(named: name))
                                }
                            }
                        default: break
                        }
                        progress.report(.machine(name, .ready))
                        return []
                    } catch {
                        progress.report(.machine(name, .failed))
                        return Diagnoses(of: error).all.map { cause in
                            Diagnosis(
                                "machine '\(name)' runs, but does not answer", why: cause.rendered,
                                fix: "see its console: clusterfile console \(name) --log")
                        }
                    }
                }
            }
            return await group.reduce(into: []) { $0 += $1 }
        }
        try Task.checkCancellation()
        let all = made.failures.flatMap(\.diagnoses.all) + failures
        guard all.isEmpty else { throw Diagnoses(all) }
    }
}
