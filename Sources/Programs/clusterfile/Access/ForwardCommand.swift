import ArgumentParser
import Diagnostics
import FoundationEssentials
import JSON
import PlanExecution

/// Shows the ports of this host that lead into machines, and whether they are carried.
struct ForwardCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "forward",
        abstract: "Show the ports of this host that lead into machines, begin or end to carry them.",
        discussion: """
            A process in the background carries them; up and start begin it, halt and down end it. \
            A port leads to its machine whatever that does meanwhile: each new connection finds it as it is then.

            Example: clusterfile forward --start
            """)

    @OptionGroup var cluster: ClusterOptions
    @OptionGroup var output: OutputOptions
    @Flag(help: "Carry the ports that the Clusterfile wants, or without one those that were wanted last.")
    var start = false
    @Flag(help: "End the process that carries them.")
    var stop = false
    @Option(help: .hidden) var serve: String?

    func validate() throws {
        guard !(start && stop) else { throw ValidationError("--start and --stop exclude each other") }
    }

    /// Those of the Clusterfile, or without one those of the last time.
    private func wanted(by keeper: ForwardKeeper) async throws -> [Forward] {
        guard cluster.cluster == nil else { return keeper.record?.forwards ?? [] }
        let spec = try cluster.spec()
        let sites = try await cluster.sites(wanted: spec)
        return spec.forwards(on: sites.seeing(try await sites.observed(name: spec.name, uuid: spec.uuid)))
    }

    func run() async throws {
        if let serve { return try await ForwardKeeper.serve(record: serve, namespace: Workplace.hostNamespace) }
        let keeper = try cluster.forwardKeeper()
        if start || stop {
            let folder = try cluster.credentials().folder
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
            try await ClusterLock.hold(folder + "/lock", purpose: "clusterfile forward") {
                if stop { return try await keeper.stop() }
                try await keeper.carry(try await wanted(by: keeper))
            }
        }
        let record = keeper.record
        let isCarried = try record?.runningServer() != nil
        let forwards = record?.forwards ?? []
        guard !(forwards.isEmpty && output.format == .table) else {
            return Terminal.error("no port leads into a machine of '\(try cluster.identity().name)'")
        }
        let value: JSON = ["isCarried": .bool(isCarried), "forwards": .array(forwards.map(\.json))]
        output.print(value, names: forwards.map(\.place)) {
            table(
                [["HOST", "MACHINE", "PORT", "STATE"]]
                    + forwards.map { [$0.place, $0.machine, "\($0.guestPort)", isCarried ? "open" : "closed"] })
        }
    }
}
