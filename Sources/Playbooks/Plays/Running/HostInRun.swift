package import Inventories

/// A host that a run connects to, as it is then.
package struct HostInRun: Sendable {
    package let name: String
    /// How the play wants to reach it.
    package let keywords: ConnectionKeywords
    /// What the run has made of the inventory.
    package let inventory: Inventory
    private let playbooks: [CompiledPlaybook]

    init(_ name: String, _ keywords: ConnectionKeywords, in playbooks: [CompiledPlaybook]) {
        self.name = name
        self.keywords = keywords
        self.playbooks = playbooks
        inventory = playbooks.first?.inventory ?? Inventory()
    }

    /// Whether a task wants another user's rights there.
    package var needsRoot: Bool { playbooks.contains { $0.needsRoot(name) } }
}
