import ArgumentParser
import Diagnostics
import PlanExecution

/// Prints every machine and node of the cluster.
struct Status: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Show the cluster's machines and nodes.", discussion: "Example: clusterfile status -o json")

    @OptionGroup var cluster: ClusterOptions
    @OptionGroup var choice: MachineChoice
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let observed = try await cluster.observed()
        // A file that is not there or has mistakes only hides which machines are missing.
        let wanted = cluster.cluster == nil ? try? cluster.spec() : nil
        let interruption = SnapshotKeeper.interruption(journalPath: try cluster.credentials().journalPath)
        let whole = try await ClusterStatus(of: observed, wanted: wanted, credentials: try cluster.credentials())
        let status = try whole.with(try cluster.forwardKeeper().record).limited(to: try choice.names(cluster))
        guard !(observed.isEmpty && wanted == nil && output.format == .table) else {
            return Terminal.output("cluster '\(status.cluster)' is not up (clusterfile up makes it)")
        }
        output.print(status.json, names: status.machines.map(\.name)) {
            let rows = status.machines.map { [$0.name, $0.stateWords, $0.address, $0.role ?? "-", $0.node ?? "-"] }
            guard status.machines.contains(where: { !$0.forwards.isEmpty }) else {
                return table([["MACHINE", "STATE", "ADDRESS", "ROLE", "NODE"]] + rows)
            }
            let ports = status.machines.map { machine in
                machine.forwards.isEmpty
                    ? "-" : machine.forwards.map { "\($0.place)→\($0.guestPort)" }.joined(separator: " ")
            }
            return table(
                [["MACHINE", "STATE", "ADDRESS", "ROLE", "NODE", status.carriesForwards ? "PORTS" : "PORTS (CLOSED)"]]
                    + zip(rows, ports).map { $0 + [$1] })
        }
        if let interruption { Terminal.error("\nwarning: \(interruption)") }
        if let problem = status.apiProblem { Terminal.error("\nThe nodes' state is not known: \(problem)") }
    }
}
