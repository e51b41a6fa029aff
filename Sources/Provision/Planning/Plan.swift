package import JSON

/// One step of a plan, with its reason and the steps that have to be done before it.
package struct Step: Hashable, Sendable {
    package var action: Action
    /// Why it is done: "there is no domain of that name".
    package var reason: String
    /// Whether data that someone may want is gone after it.
    package var destroysData: Bool
    /// The ids of the steps before this one; only steps of the same plan.
    package var after: Set<String>

    package init(_ action: Action, _ reason: String, destroysData: Bool = false, after: Set<String> = []) {
        self.action = action
        self.reason = reason
        self.destroysData = destroysData
        self.after = after
    }

    /// Unique in its plan.
    package var id: String { action.id }
}

/// What is to be done so that the cluster is as wanted: steps in an order that may be followed as it is,
/// or in parallel as far as `after` allows.
package struct Plan: Hashable, Sendable {
    package enum Purpose: String, Hashable, Sendable {
        case up
        case down
        /// Machines that exist are started, halted, paused.
        case power
    }

    /// After an `up`, machines are awaited and the playbook carried out even where there is no step.
    package var purpose: Purpose
    package var steps: [Step]

    package init(_ purpose: Purpose, steps: [Step]) {
        self.purpose = purpose
        self.steps = steps
    }

    package var isEmpty: Bool { steps.isEmpty }

    /// The steps that destroy data, for the question that is asked before.
    package var losses: [Step] { steps.filter(\.destroysData) }

    /// The machines that a step is done to, in the plan's order.
    package var machines: [String] {
        var seen: Set<String> = []
        return steps.compactMap(\.action.machine).filter { seen.insert($0).inserted }
    }

    /// The steps for some machines and those that these wait for.
    package func limited(to machines: Set<String>) -> Plan {
        var kept: Set<String> = []
        // Steps stand after those that they wait for.
        for step in steps.reversed() where kept.contains(step.id) || machines.contains(step.action.machine ?? "") {
            kept.insert(step.id)
            kept.formUnion(step.after)
        }
        return Plan(purpose, steps: steps.filter { kept.contains($0.id) })
    }

    /// The steps that can start once the given ones are done, without those given and those already started.
    package func ready(done: Set<String>, started: Set<String> = []) -> [Step] {
        steps.filter { !done.contains($0.id) && !started.contains($0.id) && $0.after.isSubset(of: done) }
    }
}

extension Plan {
    /// The plan for people, one line a step: `create the disk of kube-node1: it has none`.
    package var words: [String] {
        steps.map { step in
            "\(step.action.words): \(step.reason)" + (step.destroysData ? " (destroys data)" : "")
        }
    }

    /// The plan for scripts.
    package var json: JSON {
        [
            "purpose": .string(purpose.rawValue),
            "changes": .bool(!isEmpty),
            "destroysData": .bool(!losses.isEmpty),
            "steps": .array(steps.map(\.json)),
        ]
    }
}

extension Step {
    fileprivate var json: JSON {
        var value: JSON = [
            "id": .string(id), "action": .string(action.verb), "subject": .string(action.subject),
            "words": .string(action.words),
            "reason": .string(reason), "destroysData": .bool(destroysData), "after": JSON(after.sorted()),
        ]
        if let machine = action.machine { value["machine"] = .string(machine) }
        if let undo = action.undo { value["undo"] = .string(undo.id) }
        return value
    }
}
