package import JSON
import Objects

/// Gives every namespace its default service account, and empties those that go.
package enum NamespaceController {
    /// What a namespace needs while it lives.
    package static func provide(for namespace: JSON, serviceAccounts: [JSON]) -> Decision {
        guard !isGoing(namespace) else { return Decision() }
        let name = namespace.meta.name
        let hasDefault = serviceAccounts.contains { $0.meta.namespace == name && $0.meta.name == "default" }
        guard !hasDefault else { return Decision() }
        return Decision(changes: [
            .create([
                "apiVersion": "v1", "kind": "ServiceAccount",
                "metadata": ["name": "default", "namespace": JSON(name)],
            ])
        ])
    }

    /// Whether somebody asked for its deletion.
    package static func isGoing(_ namespace: JSON) -> Bool {
        namespace.meta.isBeingDeleted || namespace[path: "status", "phase"]?.string == "Terminating"
    }

    /// The deletions that empty a namespace; pods keep their own grace periods.
    ///
    /// - Parameter content: every object in the namespace, of every kind.
    package static func empty(_ content: [JSON]) -> [Change] {
        content.filter { !$0.meta.isBeingDeleted }
            .map { .delete(ObjectReference(to: $0)) }
    }

    /// The namespace without the finalizer that kept it while it was full; for its `finalize` part.
    package static func finalized(_ namespace: JSON) -> JSON {
        var namespace = namespace
        let rest = (namespace[path: "spec", "finalizers"]?.array ?? []).filter { $0.string != "kubernetes" }
        namespace["spec"] = namespace["spec"] ?? [:]
        namespace["spec"]?["finalizers"] = .array(rest)
        return namespace
    }
}
