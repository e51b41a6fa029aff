import ArgumentParser
import JSON
import PlanExecution
import YAML

/// How a command that works on a cluster shows what it does.
struct ProgressOptions: ParsableArguments {
    enum Events: String, ExpressibleByArgument, CaseIterable {
        case json
    }

    @Flag(name: .shortAndLong, help: "Show steps and tasks that changed nothing, too.")
    var verbose = false
    @Option(help: "Stream what happens to stdout, as JSON, an object a line (Events.md).")
    var events: Events?

    /// How a command's work ended that was not given up.
    struct Ending: Sendable {
        var status: ExitCode = .success
        /// What a person is told.
        var text: String
        /// What `-o json` prints.
        var summary: JSON
    }

    /// Carries out a command's work: shows its progress, lets Ctrl-C end it in order, and tells how it ended.
    func carryOut(
        _ command: String, _ format: OutputFormat = .table,
        _ work: @escaping @Sendable (ProgressPrinter) async throws -> Ending
    ) async throws {
        guard events == nil || format == .table else {
            throw ValidationError(
                "--events json and -o json both print to stdout: the events' last one has the summary")
        }
        let printer = ProgressPrinter(
            showsUnchanged: verbose, style: events == .json ? .events : LiveDisplay.isPossible ? .live : .plain)
        let ending: Ending
        do {
            ending = try await Interruption.cancelling(command) { try await work(printer) }
        } catch {
            LiveDisplay.shared.end()
            printer.printObject(["kind": "end", "exitStatus": JSON(Int(ExitStatus.of(error).rawValue))])
            throw error
        }
        LiveDisplay.shared.end()
        switch format {
        case .json: Terminal.output(ending.summary.prettyText)
        case .yaml: Terminal.output(ending.summary.yamlText)
        case .name: Terminal.output(ending.summary["cluster"]?.string ?? "")
        case .table: break
        }
        if format == .table, events == nil { Terminal.error(ending.text) }
        printer.printObject([
            "kind": "end", "exitStatus": JSON(Int(ending.status.rawValue)), "summary": ending.summary,
        ])
        if ending.status != .success { throw ending.status }
    }
}
