import ArgumentParser
import Diagnostics
import PlanExecution

/// The machines' names for the host's own file of names.
struct Hosts: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Print the machines' names and addresses, or put them into this host's own file of names.",
        discussion: """
            What --apply writes stands between two marks, so that it can be replaced and --remove takes away nothing else.

            Example: sudo clusterfile hosts --apply
            """)

    @OptionGroup var cluster: ClusterOptions
    @Flag(help: "Put the names into the file, in the place of those it had of this cluster.")
    var apply = false
    @Flag(help: "Take this cluster's names out of the file.")
    var remove = false
    @Option(help: "The file.", completion: .file())
    var hostsFile = "/etc/hosts"

    func validate() throws {
        guard !(apply && remove) else { throw ValidationError("--apply and --remove exclude each other") }
    }

    func run() async throws {
        let observed = try await cluster.observed()
        let block = HostsBlock(of: observed)
        if !remove { _ = try observed.machines(named: []) }
        guard apply || remove else { return Terminal.output(block.entries) }
        let file = HostsFile(path: hostsFile)
        let hasChanged = apply ? try await file.apply(block) : try await file.remove(block)
        Terminal.error(
            hasChanged
                ? "\(hostsFile): \(apply ? "has the names of '\(observed.name)' now" : "the names of '\(observed.name)' are out")"
                : "\(hostsFile): nothing to do")
    }
}
