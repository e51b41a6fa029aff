import ArgumentParser
import Clusterfiles
import Diagnostics
import JSON
import MachineImages
import PlanExecution
import Planning

/// Options of the commands that carry out a plan.
struct ConsentOptions: ParsableArguments {
    @Flag(name: [.short, .long], help: "Do not ask before data is destroyed.")
    var yes = false

    @Option(
        help: .init("Make this machine anew where that is needed, without a question.", valueName: "machine"),
        completion: .machines)
    var replace: [String] = []

    /// Asks for what destroys data; throws where the answer is no.
    func approve(_ plan: Plan, of cluster: String) throws {
        let losses = plan.losses(replacing: Set(replace))
        guard !losses.isEmpty, !yes else { return }
        Terminal.error("This destroys data of cluster '\(cluster)':")
        for step in losses { Terminal.error("  \(step.action.words): \(step.reason)") }
        guard Terminal.confirms("Go on?") else {
            throw NotConfirmed()
        }
    }
}

extension ClusterOptions {
    /// The inventory with which this host provisions; needs no libvirt.
    func controllerInventory(of spec: ClusterSpec) throws -> ClusterInventory {
        ClusterLifecycle.inventory(
            of: spec, catalogue: ImageCatalogue(folder: Workplace.imagesFolder), credentials: try credentials(),
            programsFolder: try Workplace.programsFolder())
    }

    /// The cluster's machines and everything that is needed to work on them.
    ///
    /// Where the spec is given, its hypervisors are among those that are worked on.
    func lifecycle(of spec: ClusterSpec? = nil, progress: ProgressSink) async throws -> ClusterLifecycle {
        var lifecycle = ClusterLifecycle(
            sites: try await sites(wanted: spec), pool: Workplace.pool,
            catalogue: ImageCatalogue(folder: Workplace.imagesFolder), credentials: try credentials(),
            programsFolder: try Workplace.programsFolder(), progress: progress)
        lifecycle.forwards = try forwardKeeper()
        lifecycle.background = try background()
        lifecycle.downloadNamespace = Workplace.outside
        return lifecycle
    }

    /// Who carries the cluster's ports.
    func forwardKeeper() throws -> ForwardKeeper {
        ForwardKeeper(credentials: try credentials(), background: try background())
    }

    /// How this program is started again beside its commands.
    private func background() throws -> BackgroundCommand {
        BackgroundCommand(
            program: try Workplace.programsFolder() + "/clusterfile", uri: Workplace.askedURI,
            hostNamespace: Workplace.hostNamespace)
    }
}

/// Creates what is missing, starts what is halted, and converges every machine.
struct Up: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Make the cluster as its Clusterfile wants it.",
        discussion: "Example: clusterfile up -f Clusterfile.example")

    @OptionGroup var cluster: ClusterOptions
    @OptionGroup var choice: MachineChoice
    @OptionGroup var consent: ConsentOptions
    @OptionGroup var output: OutputOptions
    @OptionGroup var progress: ProgressOptions
    @Flag(help: "Make new machines of the image alone, not of warm disks (images/README.md), and prepare none.")
    var cold = false
    @Flag(help: "Prepare warm disks for the next time, also where that saves less than it costs.")
    var warm = false
    @Flag(help: "Do not wait for the machines once they are started, and carry out no playbook.")
    var noWait = false
    @Option(help: "Seconds that a machine may take from its start to its first login.")
    var bootTimeout = 180

    func validate() throws {
        guard !(cold && warm) else { throw ValidationError("--cold and --warm exclude each other") }
        guard bootTimeout > 0 else { throw ValidationError("--boot-timeout wants a number of seconds above 0") }
    }

    func run() async throws {
        let start = ContinuousClock.now
        let spec = try cluster.spec()
        let path = try cluster.path()
        try await progress.carryOut("up", output.format) {
            [cluster, choice, consent, bootTimeout, noWait, warm, cold] printer in
            let hooks = try Hooks(cluster, progress: printer.sink)
            let machines = try choice.wanted(cluster, of: spec)
            try await hooks.before(.beforeUp)
            var lifecycle = try await cluster.lifecycle(of: spec, progress: printer.sink)
            lifecycle.bootTimeout = .seconds(bootTimeout)
            lifecycle.waits = !noWait
            lifecycle.warmUse = cold ? .none : warm ? .prepare : .automatic
            let recap = try await lifecycle.up(spec, clusterfile: path, machines: machines) { plan in
                try consent.approve(plan, of: spec.name)
            }
            return try await hooks.after(
                .afterUp, .init(of: recap, printer, spec.name, seconds: start.secondsSince))
        }
    }
}

extension ProgressOptions.Ending {
    /// How a converging command ended.
    init(of recap: ConvergenceRecap, _ printer: ProgressPrinter, _ name: String, seconds: Double) {
        var phases = JSON.object([:])
        for (phase, seconds) in printer.phaseSeconds { phases[phase.rawValue] = .milliseconds(seconds) }
        var summary: JSON = [
            "cluster": .string(name), "changes": JSON(printer.changes), "seconds": .milliseconds(seconds),
            "phases": phases, "machines": recap.json,
        ]
        if !recap.succeeded {
            summary["failed"] = .object(JSONObject(recap.failures.map { ($0.machine, $0.json) }))
            summary["problems"] = JSON(recap.problems.map(\.rendered))
        }
        self.init(
            status: recap.succeeded ? .success : recap.readyCount > 0 ? ExitStatus.partial : ExitStatus.failure,
            text: Self.text(recap, changes: printer.changes, name, seconds: seconds), summary: summary)
    }

    private static func text(_ recap: ConvergenceRecap, changes: Int, _ name: String, seconds: Double) -> String {
        var lines = recap.machines.isEmpty ? [] : [recap.text]
        lines += recap.problems.map(\.rendered) + recap.failures.map(\.text)
        let end = "\(changes) change\(changes == 1 ? "" : "s") in \(seconds.tenths) s"
        if !recap.succeeded {
            let failed = recap.failures.map(\.machine)
            let names = failed.isEmpty ? "" : "; failed: " + failed.joined(separator: ", ")
            lines.append(
                "cluster '\(name)' is not as it was wanted: \(recap.readyCount) of \(recap.readyCount + failed.count)"
                    + " machines are\(names) (\(end))")
            lines.append("  fix: mend the cause and run the same command again: it goes on from what is done")
        } else if changes == 0 {
            lines.append("cluster '\(name)': nothing to do (\(seconds.tenths) s)")
        } else {
            lines.append("cluster '\(name)' is up: \(end)")
        }
        return lines.joined(separator: "\n")
    }
}

/// Carries out the playbook on machines that are up.
struct Provision: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Carry out the playbook and the steps on the running machines, or one step alone.",
        discussion: "Example: clusterfile provision --step migrate kube-node1")

    @OptionGroup var cluster: ClusterOptions
    @OptionGroup var choice: MachineChoice
    @OptionGroup var output: OutputOptions
    @OptionGroup var progress: ProgressOptions
    @Option(
        help: .init("Carry out this step of 'provision' only, whatever its 'run' says.", valueName: "name"),
        completion: .steps)
    var step: [String] = []

    func run() async throws {
        let start = ContinuousClock.now
        let spec = try cluster.spec()
        try requireSteps(spec)
        let path = try cluster.path()
        try await progress.carryOut("provision", output.format) { [cluster, choice, step] printer in
            let recap = try await cluster.lifecycle(of: spec, progress: printer.sink).provision(
                spec, clusterfile: path, machines: try choice.wanted(cluster, of: spec), steps: Set(step))
            return .init(of: recap, printer, spec.name, seconds: start.secondsSince)
        }
    }
}

extension Provision {
    /// Steps that are asked for have to be there.
    private func requireSteps(_ spec: ClusterSpec) throws {
        let known = Set(spec.machines.flatMap { spec.steps(of: $0).map(\.name) })
        for name in step where !known.contains(name) {
            throw Diagnosis(
                "cluster '\(spec.name)' has no step '\(name)'",
                why: known.isEmpty
                    ? "its Clusterfile has none" : "its steps are \(known.sorted().joined(separator: ", "))",
                fix: nearestName(to: name, among: known.sorted()).map { "did you mean '\($0)'?" })
        }
    }
}

/// Removes the cluster's machines, volumes, networks and secrets.
struct Down: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Remove everything of the cluster, and nothing else.", discussion: "Example: clusterfile down --yes")

    @OptionGroup var cluster: ClusterOptions
    @OptionGroup var consent: ConsentOptions

    @OptionGroup var progress: ProgressOptions

    func run() async throws {
        let start = ContinuousClock.now
        let identity = try cluster.identity()
        try await progress.carryOut("down") { [cluster, consent] printer in
            let hooks = try Hooks(cluster, progress: printer.sink)
            try await hooks.before(.beforeDown)
            let lifecycle = try await cluster.lifecycle(progress: printer.sink)
            let plan = try await lifecycle.down(identity.uuid) { plan in
                try consent.approve(plan, of: identity.name)
            }
            await removeNames(identity)
            removeAccess(identity)
            return try await hooks.after(
                .afterDown,
                .init(
                    text: plan.isEmpty
                        ? "cluster '\(identity.name)' is not there: nothing to remove"
                        : "cluster '\(identity.name)' is gone (\(start.secondsSince.tenths) s)",
                    summary: ["cluster": .string(identity.name), "changes": JSON(printer.changes)]))
        }
    }
}

extension Down {
    /// Names that `hosts --apply` has put into the host's file lead nowhere now.
    private func removeNames(_ identity: (name: String, uuid: ClusterUUID)) async {
        do {
            _ = try await HostsFile().remove(
                HostsBlock(of: ObservedCluster(name: identity.name, uuid: identity.uuid, domains: [])))
        } catch {
            Terminal.error("warning: the cluster's names stay in /etc/hosts: \(Diagnoses(of: error))")
        }
    }
}

extension Down {
    /// What `kubeconfig --merge` has put into the person's own leads nowhere now.
    private func removeAccess(_ identity: (name: String, uuid: ClusterUUID)) {
        guard let path = KubeconfigFile.usualPath(environment: Workplace.environment) else { return }
        do {
            _ = try KubeconfigFile(path: path).remove(uuid: identity.uuid.text)
        } catch {
            Terminal.error("warning: the cluster's access stays in \(path): \(Diagnoses(of: error))")
        }
    }
}

/// Prints what `up` would do, and does nothing.
struct PlanCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "plan", abstract: "Show what up would create, change or remove, and why.",
        discussion: "Example: clusterfile plan -o json")

    @OptionGroup var cluster: ClusterOptions
    @OptionGroup var choice: MachineChoice
    @OptionGroup var output: OutputOptions
    @Flag(name: .customLong("exit-code"), help: "Exit with 2 where there are changes, with 0 where there are none.")
    var exitCode = false

    func run() async throws {
        let spec = try cluster.spec()
        let plan = try await cluster.lifecycle(of: spec, progress: ProgressPrinter().sink).wholePlan(
            spec, clusterfile: try cluster.path(), machines: try choice.wanted(cluster, of: spec))
        output.print(plan.json, names: plan.ids) {
            plan.isEmpty
                ? "Nothing to do: every machine of '\(spec.name)' is there and runs. (What is in them, up looks at itself.)"
                : plan.words.joined(separator: "\n")
        }
        if exitCode, !plan.isEmpty { throw ExitStatus.changes }
    }
}
