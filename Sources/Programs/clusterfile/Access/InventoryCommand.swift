import ArgumentParser
import Diagnostics
import Inventories
import JSON
import PlanExecution

/// Prints an Ansible inventory of the cluster.
struct InventoryCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "inventory", abstract: "Print an Ansible inventory with kubespray's groups.",
        discussion: """
            As text it is Ansible's INI form; -o yaml and -o json are its YAML form, for a file of that name. An executable file \
            with these two lines is an inventory that is always up to date:
                #!/bin/sh
                exec clusterfile inventory "$@"

            Example: clusterfile inventory > inventory.ini && ansible all -i inventory.ini -m ping
            """)

    @OptionGroup var cluster: ClusterOptions
    @OptionGroup var output: OutputOptions
    @Option(
        name: .customLong("for"), help: "The machine on which the inventory will be used; without it, this host.",
        completion: .machines)
    var machine: String?
    @Flag(help: "Answer as an executable inventory: all hosts, groups and variables.")
    var list = false
    @Option(help: "Answer as an executable inventory: one machine's variables.", completion: .machines)
    var host: String?

    func run() async throws {
        let spec = try cluster.spec()
        for name in [machine, host].compactMap(\.self) { try spec.requireMachine(name) }
        let inventory: Inventory
        if let machine {
            inventory = ClusterInventory(of: spec, for: .machine(machine)).inventory
        } else {
            inventory = try cluster.controllerInventory(of: spec).inventory
        }
        if list { return Terminal.output(inventory.listing.prettyText) }
        if let host { return Terminal.output(JSON.object(inventory.host(host)?.variables ?? [:]).prettyText) }
        output.print(inventory.tree, names: inventory.hosts.map(\.name)) { inventory.iniText }
    }
}
