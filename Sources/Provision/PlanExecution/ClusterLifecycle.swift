package import Clusterfiles
package import Credentials
import Diagnostics
import FoundationEssentials
import Hypervisor
package import MachineImages
package import Planning
import Plays

/// A cluster's way from its spec to running machines and back: plan, carry out, converge.
package struct ClusterLifecycle: Sendable {
    /// The libvirts that it is on.
    package var sites: Sites
    package var pool: String
    package var catalogue: ImageCatalogue
    package var credentials: CredentialStore
    /// The folder with the agents that the playbook installs.
    package var programsFolder: String
    package var progress: ProgressSink
    /// Carries the ports that lead into machines, or nil where nobody shall.
    package var forwards: ForwardKeeper?
    /// Whether machines are made of disks on which the playbook's tasks tagged `warm` are done, and such disks prepared.
    package var warmUse = WarmUse.automatic
    /// Starts what goes on after a command, or nil where nothing shall.
    package var background: BackgroundCommand?
    /// The network namespace in which URLs of images can be reached, or nil for the caller's own.
    package var downloadNamespace: String?
    /// How long a machine may take from its start to its first login.
    package var bootTimeout: Duration = .seconds(180)
    /// Whether `up` waits for the machines and carries out their playbook, or leaves them once they are started.
    package var waits = true
    /// How long nodes may take to be Ready once the agents run.
    package var readyTimeout: Duration = .seconds(120)

    package init(
        sites: Sites, pool: String, catalogue: ImageCatalogue, credentials: CredentialStore,
        programsFolder: String,
        progress: ProgressSink
    ) {
        self.sites = sites
        self.pool = pool
        self.catalogue = catalogue
        self.credentials = credentials
        self.programsFolder = programsFolder
        self.progress = progress
    }

    func observer(of uuid: ClusterUUID) -> ClusterObserver {
        var observer = ClusterObserver(hypervisor: hypervisor, pool: pool, cluster: uuid)
        observer.interfaces = { [site = sites.all[0]] in try site.interfaces() }
        return observer
    }

    /// What `up` would do to libvirt now.
    package func plan(_ spec: ClusterSpec, clusterfile: String, machines: Set<String> = []) async throws -> Plan {
        let plan = try await planned(spec, clusterfile: clusterfile).plan
        return machines.isEmpty ? plan : plan.limited(to: machines)
    }

    /// What `down` would do.
    package func planRemoval(of uuid: ClusterUUID) async throws -> Plan {
        try await plannedRemoval(of: uuid)
    }

    /// Makes the cluster as its spec wants it: machines, then what the playbook says of them, then Ready nodes.
    ///
    /// `approve` sees the plan before anything is touched and throws where it must not be carried out. Where machines are
    /// named, the others are left as they are.
    package func up(
        _ spec: ClusterSpec, clusterfile: String, machines: Set<String> = [], approve: @Sendable (Plan) throws -> Void
    ) async throws -> ConvergenceRecap {
        let isNew = try !credentials.exists()
        try await prepareCredentials(spec, clusterfile: clusterfile)
        do {
            let playbooks = try self.playbooks(of: spec, clusterfile: clusterfile)
            return try await ClusterLock.hold(lockPath, purpose: "clusterfile up") {
                try await upLocked(spec, playbooks, clusterfile, machines: machines, approve)
            }
        } catch {
            // Nothing is to be left of a run that made nothing, unless another one has begun with the same keys.
            if isNew, !(error is ClusterLocked) {
                try await finishing(within: .seconds(30)) {
                    guard try await planRemoval(of: spec.uuid).isEmpty else { return }
                    try await ClusterLock.hold(lockPath, purpose: "clusterfile up") { try credentials.delete() }
                }
            }
            throw error
        }
    }

    func upLocked(
        _ spec: ClusterSpec, _ playbooks: [CompiledPlaybook], _ clusterfile: String, machines: Set<String>,
        _ approve: @Sendable (Plan) throws -> Void
    ) async throws -> ConvergenceRecap {
        try await mendSnapshots(of: spec.uuid)
        let unfinished = Journal.unfinished(at: journalPath)
        for step in unfinished {
            progress.report(
                .note(
                    "the last '\(step.command)' was cut short at '\(step.step)' (\(step.since))"
                        + (step.command == "up" ? "; this run finishes it" : "")))
        }
        let planned = try await progress.phase(.plan) { try await self.planned(spec, clusterfile: clusterfile) }
        let plan = machines.isEmpty ? planned.plan : planned.plan.limited(to: machines)
        try approve(plan)
        var cluster = self
        cluster.sites = planned.sites
        try cluster.recordSites(keepingOthers: true)
        return try await cluster.carryOut(
            plan, spec, playbooks, clusterfile, machines: machines, unfinished: unfinished)
    }

    private func carryOut(
        _ plan: Plan, _ spec: ClusterSpec, _ playbooks: [CompiledPlaybook], _ clusterfile: String,
        machines: Set<String>, unfinished: [Journal.Unfinished]
    ) async throws -> ConvergenceRecap {
        let names = spec.machines.map(\.name).filter { machines.isEmpty || machines.contains($0) }
        progress.report(.machines(names + plan.machines.filter { !names.contains($0) }))
        for step in plan.steps {
            if case .resumeMachine(let machine, _) = step.action {
                progress.report(.note("\(machine): \(step.reason)"))
            }
        }
        let journal = Journal(path: journalPath, command: "up")
        let (actions, warm) = try await actions(for: plan, spec, clusterfile)
        let made = try await PlanExecutor(journal: journal, progress: progress) {
            try await actions.perform($0)
        }.carryOut(plan)
        try await carryForwards(of: spec, journal)
        let failed = names.compactMap { made.failure(of: $0) }
        let gain = WarmGain()
        var watched = self
        watched.progress = gain.listening(to: progress)
        var recap =
            waits
            ? try await watched.converge(
                spec, playbooks, clusterfile: clusterfile, machines: machines, started: plan.startedMachines,
                resumed: plan.resumedMachines, altered: unfinished.isEmpty ? .init(by: plan) : .init(all: Set(names)),
                failed: failed, journal: journal)
            : try await self.recap(of: spec.keeping { names.contains($0.name) }, [:], failed)
        recap.problems = made.sharedProblems
        if made.failures.isEmpty, machines.isEmpty {
            // Only now are the machines gone that the file no longer has.
            try recordSites(keepingOthers: false)
            try credentials.prune(credentialRequest(spec, clusterfile: clusterfile))
        }
        journal.end()
        if waits, recap.succeeded { try await prepareLater(warm, gain, clusterfile) }
        return recap
    }

    /// Awaits the machines of a cluster that is up (only those named, where some are), and carries out its playbook and
    /// steps, or only the steps that are asked for.
    package func provision(
        _ spec: ClusterSpec, clusterfile: String, machines: Set<String> = [], steps: Set<String> = []
    ) async throws -> ConvergenceRecap {
        try await requireRunning(machines, of: spec)
        try await prepareCredentials(spec, clusterfile: clusterfile)
        let playbooks = try self.playbooks(of: spec, clusterfile: clusterfile, steps: steps)
        return try await ClusterLock.hold(lockPath, purpose: "clusterfile provision") {
            let names = spec.machines.map(\.name).filter { machines.isEmpty || machines.contains($0) }
            progress.report(.machines(names))
            let journal = Journal(path: journalPath, command: "provision")
            var cluster = self
            cluster.sites = sites.seeing(try await observed(name: spec.name, uuid: spec.uuid))
            let recap = try await cluster.converge(
                spec, playbooks, clusterfile: clusterfile, machines: machines, started: [], journal: journal)
            journal.end()
            return recap
        }
    }

    /// Removes everything of the cluster, its secrets last, which may be lost already; gives the steps that were carried out.
    package func down(_ uuid: ClusterUUID, approve: @Sendable (Plan) throws -> Void) async throws -> Plan {
        let first = try await planRemoval(of: uuid)
        guard try credentials.exists() || !first.isEmpty else { return first }
        try FileManager.default.createDirectory(atPath: credentials.folder, withIntermediateDirectories: true)
        return try await ClusterLock.hold(lockPath, purpose: "clusterfile down") {
            // Another command may have worked on the cluster until now; none does while the question waits.
            let plan = try await planRemoval(of: uuid)
            try approve(plan)
            progress.report(.machines(plan.machines))
            let journal = Journal(path: journalPath, command: "down")
            let actions = SiteActions(
                bySite: Dictionary(
                    uniqueKeysWithValues: sites.all.map { site in
                        (
                            site.name,
                            LibvirtActions(
                                hypervisor: site.hypervisor, pool: pool, spec: nil, images: [:],
                                virtualization: .emulated,
                                consoleFolder: "", agentVolume: nil,
                                seed: { _ in preconditionFailure("down makes no seed") })
                        )
                    }))
            try await PlanExecutor(journal: journal, progress: progress) { try await actions.perform($0) }
                .carryOut(plan).requireSuccess()
            try await forwards?.stop()
            try ForkNamespace(of: uuid).remove()
            try await journal.record("delete-keys") { try credentials.delete() }
            journal.end()
            return plan
        }
    }

    // MARK: Parts

    var lockPath: String { credentials.folder + "/lock" }
    var journalPath: String { credentials.journalPath }

    func supply(_ clusterfile: String) -> ImageSupply {
        ImageSupply(
            catalogue: catalogue, folder: Self.folder(of: clusterfile), downloadNamespace: downloadNamespace,
            progress: progress)
    }

    /// Keeps or makes the cluster's keys; those that machines were made with are never made anew.
    func prepareCredentials(_ spec: ClusterSpec, clusterfile: String) async throws {
        try await observed(name: spec.name, uuid: spec.uuid)
            .requireKeys(for: .provisioning, in: credentials)
        try credentials.prepare(credentialRequest(spec, clusterfile: clusterfile), now: .now)
    }

    private func credentialRequest(_ spec: ClusterSpec, clusterfile: String) -> CredentialRequest {
        CredentialRequest(
            cluster: spec.name, clusterfilePath: clusterfile,
            machines: spec.machines.map { .init(name: $0.name, address: "\($0.address)", isMember: $0.role != nil) },
            master: spec.master?.name, user: spec.user)
    }

}
