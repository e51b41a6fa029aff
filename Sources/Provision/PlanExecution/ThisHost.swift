import Diagnostics
import FoundationEssentials
import HostConnections
import Inventories
import Plays

/// The host that carries out a Clusterfile, as a host of its playbooks: `localhost`.
struct ThisHost: Sendable {
    private let connector: HostConnector

    init(programsFolder: String) throws {
        var defaults = ConnectionVariables.Defaults()
        defaults.isLocal = true
        connector = try HostConnector(
            folder: programsFolder, defaults: defaults, environment: ProcessInfo.processInfo.environment)
    }

    /// A runner here, with root's rights where a task of a play for this host wants them.
    func connect(as host: HostInRun) async throws -> MachineChannel {
        guard Inventory.localNames.contains(host.name) else {
            throw Diagnosis(
                "'\(host.name)' is no machine of the cluster",
                fix: "name one of its machines, or localhost for the host that runs clusterfile; "
                    + "clusterfile play carries a playbook out on any hosts")
        }
        return try await connector.connect(host.name, [], needsRoot: host.needsRoot)
    }
}
