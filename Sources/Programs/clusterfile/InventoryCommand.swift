import ArgumentParser
import Diagnostics
import Inventories
import JSON
import PlanExecution

/// Prints an Ansible inventory of the cluster.
struct InventoryCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "inventory", abstract: "Print an Ansible inventory with kubespray's groups.",
        discussion: "Example: clusterfile inventory > inventory.ini && ansible all -i inventory.ini -m ping")

    @OptionGroup var cluster: ClusterOptions
    @OptionGroup var output: OutputOptions
    @Option(name: .customLong("for"), help: "The machine on which the inventory will be used; without it, this host.")
    var machine: String?

    func run() async throws {
        let spec = try cluster.spec()
        let inventory: Inventory
        if let machine {
            guard spec.machine(named: machine) != nil else {
                throw Diagnosis(
                    "cluster '\(spec.name)' has no machine '\(machine)'",
                    why: "its machines are \(spec.machines.map(\.name).joined(separator: ", "))")
            }
            inventory = ClusterInventory(of: spec, for: .machine(machine)).inventory
        } else {
            inventory = try await cluster.lifecycle(progress: ProgressPrinter().sink).inventory(of: spec).inventory
        }
        switch output.format {
        case .table: Terminal.output(inventory.iniText)
        case .json: Terminal.output(JSON.object(inventory.groupsVariable).prettyText)
        }
    }
}
