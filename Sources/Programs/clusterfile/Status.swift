import ArgumentParser
import Diagnostics
import PlanExecution

/// Prints every machine and node of the cluster.
struct Status: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Show the cluster's machines and nodes.", discussion: "Example: clusterfile status -o json")

    @OptionGroup var cluster: ClusterOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let observed = try await cluster.observed(try await cluster.connection())
        let status = try await ClusterStatus(of: observed, credentials: try cluster.credentials())
        if output.format == .json { return Terminal.output(status.json.prettyText) }
        guard !observed.isEmpty else {
            return Terminal.output("cluster '\(status.cluster)' is not up (clusterfile up makes it)")
        }
        Terminal.output(
            table(
                [["MACHINE", "STATE", "ADDRESS", "ROLE", "NODE"]]
                    + status.machines.map { [$0.name, $0.state, $0.address, $0.role ?? "-", $0.node ?? "-"] }))
        if let problem = status.apiProblem { Terminal.error("\nThe nodes' state is not known: \(problem)") }
    }
}

/// Prints the admin's kubeconfig.
struct KubeconfigCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "kubeconfig", abstract: "Print the cluster's kubeconfig (its bearer is admin: keep it).",
        discussion: "Example: clusterfile kubeconfig > kubeconfig && kubectl --kubeconfig kubeconfig get nodes")

    @OptionGroup var cluster: ClusterOptions

    func run() async throws {
        let credentials = try cluster.credentials()
        guard try credentials.exists() else {
            throw Diagnosis(
                "cluster '\(try cluster.identity().name)' has no kubeconfig", why: "it was never up",
                fix: "run clusterfile up")
        }
        Terminal.output(try credentials.kubeconfig())
    }
}
