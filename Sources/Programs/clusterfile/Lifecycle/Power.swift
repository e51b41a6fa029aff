import ArgumentParser
import JSON
import PlanExecution
import Planning

/// Runs a power change on the chosen machines and says how it ended.
private func change(
    _ change: PowerChange, _ cluster: ClusterOptions, _ choice: MachineChoice, _ progress: ProgressOptions,
    gently: Bool = true, done: String
) async throws {
    let start = ContinuousClock.now
    let observed = try await cluster.observed()
    let chosen = try choice.chosen(cluster, among: observed)
    let names = try choice.names(cluster).isEmpty ? [] : Set(chosen.map(\.name))
    try await progress.carryOut(change.rawValue) { printer in
        let plan = try await cluster.lifecycle(progress: printer.sink).change(
            change, of: observed.uuid, machines: names, gently: gently)
        return .init(
            text: plan.isEmpty
                ? "nothing to do: \(chosen.map { "\($0.name) is \($0.state.words)" }.joined(separator: ", "))"
                : "\(done) \(plan.machines.joined(separator: ", ")) (\(start.secondsSince.tenths) s)",
            summary: ["cluster": .string(observed.name), "machines": JSON(plan.machines)])
    }
}

/// Starts machines that are off, and lets those go on that stand still.
struct Start: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Start machines that are off, and wait until they can be logged in to.",
        discussion: "Example: clusterfile start kube-node1")

    @OptionGroup var cluster: ClusterOptions
    @OptionGroup var choice: MachineChoice
    @OptionGroup var progress: ProgressOptions

    func run() async throws { try await change(.start, cluster, choice, progress, done: "started") }
}

struct PowerOffOptions: ParsableArguments {
    @Flag(help: "Cut the power at once, without asking the guest.")
    var force = false
}

/// Shuts machines down; their disks stay.
struct Halt: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Shut machines down; their disks stay.",
        discussion: """
            The guest is asked, and has 60 s for it; then its power is cut, which a warning tells.

            Example: clusterfile halt kube-node1 kube-node2
            """)

    @OptionGroup var cluster: ClusterOptions
    @OptionGroup var choice: MachineChoice
    @OptionGroup var progress: ProgressOptions
    @OptionGroup var power: PowerOffOptions

    func run() async throws { try await change(.halt, cluster, choice, progress, gently: !power.force, done: "halted") }
}

/// Shuts machines down and starts them.
struct Restart: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Shut machines down, start them, and wait until they can be logged in to.",
        discussion: "Example: clusterfile restart kube-node1")

    @OptionGroup var cluster: ClusterOptions
    @OptionGroup var choice: MachineChoice
    @OptionGroup var progress: ProgressOptions
    @OptionGroup var power: PowerOffOptions

    func run() async throws {
        try await change(.restart, cluster, choice, progress, gently: !power.force, done: "restarted")
    }
}

/// Lets machines stand still.
struct Suspend: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Let machines stand still, their memory kept: nothing runs in them until resume.",
        discussion: "Example: clusterfile suspend")

    @OptionGroup var cluster: ClusterOptions
    @OptionGroup var choice: MachineChoice
    @OptionGroup var progress: ProgressOptions

    func run() async throws { try await change(.suspend, cluster, choice, progress, done: "suspended") }
}

/// Lets machines go on that stand still.
struct Resume: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Let machines go on that stand still, and set their clocks.",
        discussion: "Example: clusterfile resume")

    @OptionGroup var cluster: ClusterOptions
    @OptionGroup var choice: MachineChoice
    @OptionGroup var progress: ProgressOptions

    func run() async throws { try await change(.resume, cluster, choice, progress, done: "resumed") }
}

/// Makes machines anew.
struct Rebuild: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Throw machines' disks away and make them anew, with the same names, addresses and keys.",
        discussion: "Example: clusterfile rebuild kube-node2 --yes")

    @OptionGroup var cluster: ClusterOptions
    @OptionGroup var choice: MachineChoice
    @OptionGroup var progress: ProgressOptions
    @OptionGroup var consent: ConsentOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
        guard !choice.machines.isEmpty || !choice.group.isEmpty else {
            throw ValidationError("name the machines that are to be made anew; all of them: down, then up")
        }
    }

    func run() async throws {
        let start = ContinuousClock.now
        let spec = try cluster.spec()
        let machines = try choice.wanted(cluster, of: spec)
        let path = try cluster.path()
        try await progress.carryOut("rebuild", output.format) { [cluster, consent] printer in
            let recap = try await cluster.lifecycle(of: spec, progress: printer.sink).rebuild(
                machines, of: spec, clusterfile: path
            ) { plan in try consent.approve(plan, of: spec.name) }
            return .init(of: recap, printer, spec.name, seconds: start.secondsSince)
        }
    }
}
