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
            let plan = try planPower(
                change, of: uuid, machines: machines, gently: gently, observed: try await observer(of: uuid).observe())
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
            try await settle(plan, without: made, journal)
            try await adjustForwards(uuid)
            journal.end()
            return plan
        }
    }

    /// Throws where a machine, of those named or of all, does not run.
    func requireRunning(_ machines: Set<String>, of spec: ClusterSpec) async throws {
        let observed = ObservedCluster(name: spec.name, uuid: spec.uuid, domains: try await hypervisor.domains())
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
    func powerActions() async throws -> LibvirtActions {
        var actions = LibvirtActions(
            hypervisor: hypervisor, pool: pool, spec: nil, images: [:], virtualization: .emulated,
            consoleFolder: try await consoleFolder(), agentVolume: nil,
            seed: { _ in preconditionFailure("nothing is created") })
        actions.warn = { [progress] in progress.report(.warning($0)) }
        return actions
    }

    /// Waits for what the machines themselves have to do after their last step.
    private func settle(_ plan: Plan, without made: PlanOutcome, _ journal: Journal) async throws {
        var last: [String: Action] = [:]
        for step in plan.steps { if let machine = step.action.machine { last[machine] = step.action } }
        for machine in plan.machines where made.failure(of: machine) != nil { last[machine] = nil }
        let channel = ReadinessChannel(hypervisor: hypervisor)
        let deadline = ContinuousClock.now + bootTimeout
        let failures = await withTaskGroup(of: [Diagnosis].self) { group in
            for (name, action) in last.sorted(by: { $0.key < $1.key }) {
                group.addTask {
                    do {
                        switch action {
                        case .startMachine(_, let domain):
                            try await progress.step(machine: name, "boot") {
                                try await journal.record("boot \(domain)") {
                                    _ = try await channel.waitUntilReady(domain: domain, deadline: deadline)
                                }
                            }
                        case .resumeMachine(_, let domain):
                            try await progress.step(machine: name, "set its clock") {
                                try await journal.record("set-clock \(domain)") {
                                    try await channel.setClock(domain: domain, deadline: .now + .seconds(30))
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
