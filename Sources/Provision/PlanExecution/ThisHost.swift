import Diagnostics
import FoundationEssentials
import HostConnections
import Plays

/// The host that carries out a Clusterfile, as a host of its playbooks: `localhost`.
struct ThisHost: Sendable {
    private let connector: HostConnector
    private let playbooks: [CompiledPlaybook]

    init(programsFolder: String, _ playbooks: [CompiledPlaybook]) throws {
        var defaults = ConnectionVariables.Defaults()
        defaults.isLocal = true
        connector = try HostConnector(
            folder: programsFolder, defaults: defaults, environment: ProcessInfo.processInfo.environment)
        self.playbooks = playbooks
    }

    /// A runner here, with root's rights where a task of a play for this host wants them.
    func connect(as name: String) async throws -> MachineChannel {
        guard ["localhost", "127.0.0.1", "::1"].contains(name) else {
            throw Diagnosis(
                "'\(name)' is no machine of the cluster",
                fix: "name one of its machines, or localhost for the host that runs clusterfile")
        }
        return try await connector.connect(name, [], needsRoot: playbooks.contains { $0.needsRoot(name) })
    }
}
