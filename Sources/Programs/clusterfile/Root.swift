import ArgumentParser
import Clusterfiles
import Diagnostics
import Glibc
import Hypervisor
import Linux
import PlanExecution

/// `clusterfile`: from a text file to a working cluster of virtual machines, and back.
@main
struct Root: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "clusterfile",
        abstract: "From a Clusterfile to a working cluster of virtual machines, and back.",
        discussion: """
            Exit status: 0 done, 1 it failed, 2 'plan --exit-code' found something to do, 3 some machines failed and the others \
            are as wanted, 64 wrong usage, 65 mistakes in a file (nothing was touched), 69 libvirt cannot be reached, 75 another \
            command works on the cluster, 130 interrupted by Ctrl-C (143 by SIGTERM).
            """,
        version: "0.1.0",
        subcommands: [
            Init.self, Validate.self, Schema.self, PlanCommand.self, Up.self, Down.self, Start.self, Halt.self,
            Restart.self, Suspend.self, Resume.self, Status.self, SSH.self, Exec.self, CopyCommand.self, Console.self,
            Logs.self, SSHConfig.self, InventoryCommand.self, Hosts.self, KubeconfigCommand.self, Provision.self,
            PlayCommand.self,
            Rebuild.self, SnapshotCommand.self, ImageCommand.self, ForwardCommand.self, Completion.self,
        ])

    static func main() async {
        signal(SIGPIPE, SIG_IGN)
        CoreFiles.preventOwn()
        Interruption.install()
        do {
            var command = try parseAsRoot()
            // Before there is a second thread; a failure is told by the first command that needs it.
            if !(type(of: command) is any HostCommand.Type) { Workplace.enter() }
            do {
                if var asynchronous = command as? any AsyncParsableCommand {
                    try await asynchronous.run()
                } else {
                    try command.run()
                }
            } catch let code as ExitCode {
                Glibc.exit(code.rawValue)
            } catch  where Self.exitCode(for: error) == .success || error is ValidationError || error is CleanExit {
                exit(withError: error)
            } catch {
                Terminal.report(error)
                Glibc.exit(ExitStatus.of(error).rawValue)
            }
        } catch {
            refuseUnknownCommand()
            exit(withError: error)
        }
    }

    /// The parser takes a command that is not there for an argument too many, and knows no nearest one.
    private static func refuseUnknownCommand() {
        guard let word = CommandLine.arguments.dropFirst().first, !word.hasPrefix("-") else { return }
        let known = configuration.subcommands.map { $0._commandName } + ["help"]
        guard !known.contains(word) else { return }
        Terminal.report(
            Diagnosis(
                "there is no command '\(word)'",
                fix: nearestName(to: word, among: known).map { "did you mean '\($0)'?" }
                    ?? "'clusterfile --help' lists them"))
        Glibc.exit(ExitCode.validationFailure.rawValue)
    }
}
