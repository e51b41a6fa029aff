import ArgumentParser
import Diagnostics
import FoundationEssentials
import Hypervisor
import Linux
import PlanExecution

/// Collects what explains a cluster's trouble.
struct Logs: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Make one archive for a bug report: plan, journal, definitions, consoles, agents' logs, versions.",
        discussion: """
            Private keys, tokens and passwords are left out; the Clusterfile is not in it. Look through it before you show it to \
            others all the same: what programs in the machines print is theirs.

            Example: clusterfile logs --to trouble.tar.gz
            """)

    @OptionGroup var cluster: ClusterOptions
    @Option(help: "The archive's path; without it, CLUSTER-logs.tar.gz in this folder.", completion: .file())
    var to: String?

    func run() async throws {
        let (sites, identity) = (try await cluster.sites(), try cluster.identity())
        let observed = try await sites.observed(name: identity.name, uuid: identity.uuid)
        let path = to ?? "\(observed.name)-logs.tar.gz"
        let credentials = try cluster.credentials()
        let status = try await ClusterStatus(
            of: observed, wanted: try? cluster.spec(), credentials: credentials)  // without a spec it says less
        let archive = LogArchive(
            sites: sites, pool: Workplace.pool, credentials: credentials, cluster: observed)
        try await archive.write(
            to: path,
            with: [
                "status.json": status.json.prettyText, "plan.txt": await plan(),
                "versions.txt": try await versions(sites),
            ])
        Terminal.error("wrote \(path)")
    }

    /// What up would do now, or why that cannot be said.
    private func plan() async -> String {
        do {
            let spec = try cluster.spec()
            let plan = try await cluster.lifecycle(of: spec, progress: ProgressPrinter().sink).wholePlan(
                spec, clusterfile: try cluster.path())
            return plan.isEmpty ? "nothing to do\n" : plan.words.joined(separator: "\n") + "\n"
        } catch {
            return Diagnoses(of: error).description + "\n"
        }
    }

    private func versions(_ sites: Sites) async throws -> String {
        let host = try MachineInformation.read()
        var libvirts: [String] = []
        for site in sites.all {
            libvirts.append((site.name.map { $0 + ": " } ?? "") + (try await site.hypervisor.versions()))
        }
        return """
            clusterfile \(Root.configuration.version)
            \(libvirts.joined(separator: "\n"))
            host: \(host.operatingSystem), Linux \(host.kernelVersion), \(host.processors) processors, \
            \(host.memoryBytes >> 20) MiB of memory

            """
    }
}
