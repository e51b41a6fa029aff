import ArgumentParser
import Diagnostics
import JSON
import PlanExecution

/// Runs a command in several machines at once.
struct Exec: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Run a command in all, some or a group's machines at once.",
        discussion: """
            What it writes comes as it is written, each line after its machine's name; then follows which exit code came from \
            where. The exit status is the worst of them; a machine that the command could not be run in counts as 255.

            Example: clusterfile exec -g kube_node -- systemctl is-active clusterfile-node
            """)

    @OptionGroup var cluster: ClusterOptions
    @OptionGroup var choice: MachineChoice
    @OptionGroup var output: OutputOptions
    @Flag(name: [.customShort("i"), .long], help: "Give all of this command's standard input to each of them.")
    var stdin = false
    @Option(help: "Give up on machines that need longer than so many seconds.")
    var timeout: Int?
    @Argument(parsing: .postTerminator, help: "A command and its arguments, for the machines' shells.")
    var command: [String] = []

    func validate() throws {
        guard !command.isEmpty else {
            throw ValidationError("write the command after '--': clusterfile exec -- uptime")
        }
    }

    func run() async throws {
        let observed = try await cluster.observed()
        let machines = try choice.chosen(cluster, among: observed)
        let credentials = try cluster.credentials()
        try observed.requireKeys(for: .login, in: credentials)
        let work = ClusterCommand(
            command.joined(separator: " "), input: stdin ? try Terminal.input() : [],
            timeout: timeout.map { .seconds($0) })
        let printer = ExecPrinter(machines: machines.map(\.name), collects: output.format != .table)
        let outcomes = try await work.run(on: machines, credentials: credentials) { printer.take($0, $1) }
        printer.finish()
        if output.format == .table {
            Terminal.error(Self.summary(outcomes))
        } else {
            output.print(printer.json(outcomes), names: outcomes.map(\.machine)) { "" }
        }
        let worst = outcomes.map(\.exitCode).max() ?? 0
        if worst != 0 { throw ExitCode(worst) }
    }

    /// One line an exit code, and one a machine that could not be reached.
    private static func summary(_ outcomes: [ClusterCommand.Outcome]) -> String {
        var lines: [String] = []
        var byCode: [Int32: [String]] = [:]
        for outcome in outcomes {
            switch outcome.end {
            case .success(let status): byCode[status.code, default: []].append(outcome.machine)
            case .failure(let diagnosis): lines.append("\(outcome.machine): \(diagnosis.rendered)")
            }
        }
        for (code, machines) in byCode.sorted(by: { $0.key < $1.key }) {
            lines.append("exit \(code): \(machines.joined(separator: ", "))")
        }
        return lines.joined(separator: "\n")
    }
}
