package import Clusterfiles
package import Credentials
import Diagnostics
import FoundationEssentials
package import Hypervisor
package import MachineImages
package import Planning
import Plays

/// A cluster's way from its spec to running machines and back: plan, carry out, converge.
package struct ClusterLifecycle: Sendable {
    package var hypervisor: Hypervisor
    package var pool: String
    package var catalogue: ImageCatalogue
    package var credentials: CredentialStore
    /// The folder with the agents that the playbook installs.
    package var programsFolder: String
    package var progress: ProgressSink
    /// Carries the ports that lead into machines, or nil where nobody shall.
    package var forwards: ForwardKeeper?
    /// Whether machines are made of disks on which the playbook's tasks tagged `warm` are done, and such disks prepared.
    package var usesWarmDisks = false
    /// The network namespace in which URLs of images can be reached, or nil for the caller's own.
    package var downloadNamespace: String?
    /// How long a machine may take from its start to its first login.
    package var bootTimeout: Duration = .seconds(180)
    /// Whether `up` waits for the machines and carries out their playbook, or leaves them once they are started.
    package var waits = true
    /// How long nodes may take to be Ready once the agents run.
    package var readyTimeout: Duration = .seconds(120)

    package init(
        hypervisor: Hypervisor, pool: String, catalogue: ImageCatalogue, credentials: CredentialStore,
        programsFolder: String,
        progress: ProgressSink
    ) {
        self.hypervisor = hypervisor
        self.pool = pool
        self.catalogue = catalogue
        self.credentials = credentials
        self.programsFolder = programsFolder
        self.progress = progress
    }

    func observer(of uuid: ClusterUUID) -> ClusterObserver {
        ClusterObserver(hypervisor: hypervisor, pool: pool, cluster: uuid)
    }

    /// What `up` would do to libvirt now.
    package func plan(_ spec: ClusterSpec, clusterfile: String, machines: Set<String> = []) async throws -> Plan {
        let plan = try planUp(
            spec, baseVolumes: try supply(clusterfile).baseVolumes(of: spec), folder: Self.folder(of: clusterfile),
            observed: try await observer(of: spec.uuid).observe())
        return machines.isEmpty ? plan : plan.limited(to: machines)
    }

    /// What `down` would do.
    package func planRemoval(of uuid: ClusterUUID) async throws -> Plan {
        planDown(of: uuid, observed: try await observer(of: uuid).observe())
    }

    /// Makes the cluster as its spec wants it: machines, then what the playbook says of them, then Ready nodes.
    ///
    /// `approve` sees the plan before anything is touched and throws where it must not be carried out. Where machines are
    /// named, the others are left as they are.
    package func up(
        _ spec: ClusterSpec, clusterfile: String, machines: Set<String> = [], approve: @Sendable (Plan) throws -> Void
    ) async throws -> ConvergenceRecap {
        try spec.requireCarriedOut()
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
        let plan = try await progress.phase(.plan) {
            try await self.plan(spec, clusterfile: clusterfile, machines: machines)
        }
        try approve(plan)
        let names = spec.machines.map(\.name).filter { machines.isEmpty || machines.contains($0) }
        progress.report(.machines(names + plan.machines.filter { !names.contains($0) }))
        let journal = Journal(path: journalPath, command: "up")
        let (actions, warm) = try await actions(for: plan, spec, clusterfile)
        let made = try await PlanExecutor(journal: journal, progress: progress) {
            try await actions.perform($0)
        }.carryOut(plan)
        try await carryForwards(of: spec, journal)
        let failed = names.compactMap { made.failure(of: $0) }
        var recap =
            waits
            ? try await converge(
                spec, playbooks, clusterfile: clusterfile, machines: machines, started: plan.startedMachines,
                altered: unfinished.isEmpty ? .init(by: plan) : .init(all: Set(names)), failed: failed,
                journal: journal)
            : try await self.recap(of: spec.keeping { names.contains($0.name) }, [:], failed)
        recap.problems = made.sharedProblems
        if made.failures.isEmpty, machines.isEmpty {
            // Only now are the machines gone that the file no longer has.
            try credentials.prune(credentialRequest(spec, clusterfile: clusterfile))
        }
        journal.end()
        if waits, made.failures.isEmpty { try await prepare(warm, spec, actions) }
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
            let recap = try await converge(
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
            let actions = LibvirtActions(
                hypervisor: hypervisor, pool: pool, spec: nil, images: [:], virtualization: .emulated,
                consoleFolder: "", agentVolume: nil,
                seed: { _ in preconditionFailure("down makes no seed") })
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

    private func actions(for plan: Plan, _ spec: ClusterSpec, _ clusterfile: String) async throws -> (
        LibvirtActions, warm: [String: WarmDisk]
    ) {
        let images = try await supply(clusterfile).images(of: spec)
        var actions = LibvirtActions(
            hypervisor: hypervisor, pool: pool, spec: spec, images: images,
            virtualization: plan.definesMachines ? try await virtualization(images) : .emulated,
            consoleFolder: try await consoleFolder(), agentVolume: try await agentVolume(for: plan, spec),
            seed: { try FirstBoot(of: $0, in: spec, credentials: credentials).bytes(for: $0.firstBoot) })
        actions.folder = Self.folder(of: clusterfile)
        actions.warn = { [progress] in progress.report(.warning($0)) }
        actions.waiting = tellWaiting
        let warm = try warmDisks(for: plan, spec, images, clusterfile)
        actions.warmVolumes = try await warmVolumes(warm)
        return (actions, warm)
    }

    private var tellWaiting: @Sendable (ClusterLocked) -> Void {
        { [progress] locked in progress.report(.note(locked.note)) }
    }

    var lockPath: String { credentials.folder + "/lock" }
    var journalPath: String { credentials.folder + "/journal.jsonl" }

    func supply(_ clusterfile: String) -> ImageSupply {
        ImageSupply(
            catalogue: catalogue, folder: Self.folder(of: clusterfile), downloadNamespace: downloadNamespace,
            progress: progress)
    }

    /// Keeps or makes the cluster's keys; those that machines were made with are never made anew.
    func prepareCredentials(_ spec: ClusterSpec, clusterfile: String) async throws {
        try ObservedCluster(name: spec.name, uuid: spec.uuid, domains: try await hypervisor.domains())
            .requireKeys(for: .provisioning, in: credentials)
        try credentials.prepare(credentialRequest(spec, clusterfile: clusterfile), now: .now)
    }

    private func credentialRequest(_ spec: ClusterSpec, clusterfile: String) -> CredentialRequest {
        CredentialRequest(
            cluster: spec.name, clusterfilePath: clusterfile,
            machines: spec.machines.map { .init(name: $0.name, address: "\($0.address)", isMember: $0.role != nil) },
            master: spec.master?.name, user: spec.user)
    }

    /// The volume with what the playbook installs, where a machine is going to be made and there is a playbook.
    private func agentVolume(for plan: Plan, _ spec: ClusterSpec) async throws -> String? {
        guard plan.definesMachines, spec.playbook != nil else { return nil }
        // The runner first: its machine reads no further than that.
        let programs = ["clusterfile-runner", "clusterfile-node", "clusterfile-master"].map {
            programsFolder + "/" + $0
        }
        return try await AgentDisk(hypervisor: hypervisor, pool: pool, waiting: tellWaiting)
            .ensure(programs + catalogue.containerArchives())
    }

    /// How machines' processors are made; where it is the slow way, a line says so and why.
    private func virtualization(_ images: [String: MachineImage]) async throws -> DomainHardware.Virtualization {
        let reason: String
        if try await !hypervisor.offersKVM() {
            reason = "this libvirt offers no KVM"
        } else if let (kernel, initrd) = kernel(images),
            try await !VirtualizationProbe(cacheFolder: "/var/cache/clusterfile").kvmBoots(kernel, initrd: initrd)
        {
            reason = "KVM does not boot the image here, though libvirt lists it"
        } else {
            return .kvm
        }
        progress.report(.warning("machines run without hardware virtualization, several times slower: \(reason)"))
        return .emulated
    }

    /// A kernel to try: one of these images', else any that was built here.
    private func kernel(_ images: [String: MachineImage]) -> (ImageFile, initrd: ImageFile)? {
        for images in [images, catalogue.images()] {
            for image in images.values.sorted(by: { $0.name < $1.name }) {
                if case .kernel(let kernel, let initrd, _) = image.boot { return (kernel, initrd) }
            }
        }
        return nil
    }

    /// The folder of libvirt's host where consoles are logged.
    package func consoleFolder() async throws -> String {
        guard let found = try await hypervisor.pool(pool) else {
            throw Diagnosis(
                "libvirt has no storage pool '\(pool)'", why: "images and disks are kept in it",
                fix: "run scripts/lab start, which makes it")
        }
        guard found.isActive else {
            throw Diagnosis(
                "libvirt's storage pool '\(pool)' is not active", why: "images and disks are kept in it",
                fix: "see whether its folder \(found.path) is there, and start it: virsh pool-start \(pool)")
        }
        return found.path
    }
}

extension ClusterSpec {
    /// Throws where the Clusterfile asks for what this version reads and does not do: better said than left out in silence.
    fileprivate func requireCarriedOut() throws(Diagnoses) {
        var asked: [String] = []
        if !hypervisors.isEmpty { asked.append("hypervisors") }
        guard asked.isEmpty else {
            throw Diagnoses(
                asked.map {
                    Diagnosis(
                        "this version does not carry out '\($0)'", why: "the Clusterfile of '\(name)' has it",
                        fix: "take '\($0)' out of the Clusterfile; nothing was touched")
                })
        }
    }
}

extension Plan {
    /// Whether a domain is made or made anew.
    fileprivate var definesMachines: Bool {
        steps.contains { if case .defineMachine = $0.action { true } else { false } }
    }
}
