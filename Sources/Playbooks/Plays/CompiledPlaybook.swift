package import Bundles
package import Diagnostics
package import Inventories
package import JSON

/// A playbook compiled for an inventory: one bundle a machine, and the files they may ask for.
package struct CompiledPlaybook: Sendable {
    /// A play and the machines that take part, in the inventory's order.
    package struct Stage: Sendable {
        package var number: Int
        package var name: String
        package var hosts: [String]
    }

    package let path: String
    package private(set) var stages: [Stage]
    private let bundles: [String: Bundle]
    let files: ControllerFiles

    /// Reads a playbook and compiles it; every mistake in it is told before anything runs.
    package init(
        _ path: String, inventory: Inventory, inventoryFiles: VariableFiles = VariableFiles(),
        extraVariables: JSONObject = JSONObject()
    ) throws(Diagnoses) {
        let files = ControllerFiles()
        let playbook = try PlaybookLoader(files).load(path)
        let compiler = BundleCompiler(
            playbook: playbook, inventory: inventory, inventoryFiles: inventoryFiles, extraVariables: extraVariables,
            files: files)
        (stages, bundles) = try compiler.compile()
        self.path = path
        self.files = files
    }

    /// Every machine that takes part in any play, in the inventory's order.
    package var hosts: [String] {
        var seen: Set<String> = []
        return stages.flatMap(\.hosts).filter { seen.insert($0).inserted }
    }

    /// The same playbook for some of its machines only, which still know of the others (`ansible-playbook --limit`).
    package func limited(to hosts: Set<String>) -> CompiledPlaybook {
        var limited = self
        limited.stages = stages.map { stage in
            Stage(number: stage.number, name: stage.name, hosts: stage.hosts.filter(hosts.contains))
        }
        return limited
    }

    /// A machine's bundle; nil where no play is for it.
    package func bundle(for host: String) -> Bundle? { bundles[host] }
}
