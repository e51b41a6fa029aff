package import JSON
package import Planning

/// Everything that `up` would do before it looks into the machines: to libvirt, and to the host's ports.
package struct ClusterPlan: Hashable, Sendable {
    package var plan: Plan
    package var forwards: [ForwardChange]

    package var isEmpty: Bool { plan.isEmpty && forwards.isEmpty }

    /// For people, one line a step.
    package var words: [String] { plan.words + forwards.map(\.words) }

    /// The names of the steps, in order.
    package var ids: [String] { plan.steps.map(\.id) + forwards.map(\.id) }

    /// For scripts.
    package var json: JSON {
        var value = plan.json
        value["changes"] = .bool(!isEmpty)
        value["steps"] = .array((value["steps"]?.array ?? []) + forwards.map(\.json))
        return value
    }
}
