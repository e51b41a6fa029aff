package import JSON

/// One step of a plan, with its reason and the steps that have to be done before it.
package struct Step: Hashable, Sendable {
    /// What a step means for the machine or the network that it is done to.
    package enum Effect: Hashable, Sendable {
        /// Something comes to be that was not there.
        case create
        /// What is there goes on, changed.
        case inPlace
        /// The machine stops and starts again; nothing on it is lost but what was in its memory.
        case restart(machine: String)
        /// The machine is made anew, and what was on its disk is gone.
        case replace(machine: String)
        /// Something is taken away that the Clusterfile does not have.
        case remove
    }

    package var action: Action
    /// The hypervisor that it is done on, or nil where the Clusterfile names none.
    package var hypervisor: String?
    /// Why it is done: "there is no domain of that name".
    package var reason: String
    package var effect: Effect
    /// Whether data that someone may want is gone after it.
    package var destroysData: Bool
    /// The ids of the steps before this one; only steps of the same plan.
    package var after: Set<String>

    package init(
        _ action: Action, _ reason: String, _ effect: Effect, destroysData: Bool = false, after: Set<String> = []
    ) {
        self.action = action
        self.reason = reason
        self.effect = effect
        self.destroysData = destroysData
        self.after = after
    }

    /// Unique in its plan.
    package var id: String { (hypervisor.map { $0 + "/" } ?? "") + action.id }
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

    /// The steps that destroy data, for the question that is asked before; those of machines that may be replaced excepted.
    package func losses(replacing agreed: Set<String> = []) -> [Step] {
        steps.filter { step in
            if case .replace(let machine) = step.effect, agreed.contains(machine) { return false }
            return step.destroysData
        }
    }

    /// The machines that a step is done to, in the plan's order.
    package var machines: [String] {
        var seen: Set<String> = []
        return steps.compactMap(\.action.machine).filter { seen.insert($0).inserted }
    }

    /// The same plan, whose steps are done on that hypervisor.
    package func on(_ hypervisor: String?) -> Plan {
        guard let hypervisor else { return self }
        return Plan(
            purpose,
            steps: steps.map { step in
                var step = step
                step.hypervisor = hypervisor
                step.after = Set(step.after.map { hypervisor + "/" + $0 })
                return step
            })
    }

    /// The steps on one hypervisor.
    package func part(on hypervisor: String?) -> Plan {
        Plan(purpose, steps: steps.filter { $0.hypervisor == hypervisor })
    }

    /// The machines that this starts, anew or again.
    package var startedMachines: Set<String> {
        Set(
            steps.compactMap { step in
                if case .startMachine(let machine, _) = step.action { machine } else { nil }
            })
    }

    /// The machines that stood still and go on.
    package var resumedMachines: Set<String> {
        Set(
            steps.compactMap { step in
                if case .resumeMachine(let machine, _) = step.action { machine } else { nil }
            })
    }

    /// The machines whose system's disk becomes larger while they run.
    package var grownMachines: Set<String> {
        Set(
            steps.compactMap { step in
                if case .growDisk(let machine, let volume, _) = step.action, volume.hasSuffix(".system") {
                    machine
                } else {
                    nil
                }
            }
        ).subtracting(startedMachines)
    }

    /// The machines that are kept and whose hardware is another afterwards.
    package var alteredMachines: Set<String> {
        Set(
            steps.compactMap { step in
                switch (step.action, step.effect) {
                case (.change(let machine, _, _), _), (.defineMachine(let machine, _), .inPlace),
                    (.defineMachine(let machine, _), .restart):
                    machine
                default: nil
                }
            })
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
    /// The plan for people, one line a step: `+ create the disk of kube-node1: it has none`.
    package var words: [String] { steps.map(\.words) }

    /// The plan for scripts.
    package var json: JSON {
        [
            "purpose": .string(purpose.rawValue),
            "changes": .bool(!isEmpty),
            "destroysData": .bool(!losses().isEmpty),
            "steps": .array(steps.map(\.json)),
        ]
    }
}

extension Step {
    /// What is done, and where: "define the machine node1 on a".
    package var title: String { action.words + (hypervisor.map { " on \($0)" } ?? "") }

    /// The step, its reason, and what it means: "~ give node1 4 CPUs: the Clusterfile wants 4 CPUs, and it has 2".
    package var words: String {
        var marks: [String] = []
        if case .restart(let machine) = effect { marks.append("restarts \(machine)") }
        if case .replace(let machine) = effect { marks.append("replaces \(machine)") }
        if destroysData { marks.append("destroys data") }
        return "\(effect.sign) \(title): \(reason)"
            + (marks.isEmpty ? "" : " (\(marks.joined(separator: ", ")))")
    }

    fileprivate var json: JSON {
        var value: JSON = [
            "id": .string(id), "action": .string(action.verb), "subject": .string(action.subject),
            "words": .string(action.words), "reason": .string(reason), "effect": .string(effect.name),
            "destroysData": .bool(destroysData), "after": JSON(after.sorted()),
        ]
        if let machine = action.machine ?? effect.machine { value["machine"] = .string(machine) }
        if let hypervisor { value["hypervisor"] = .string(hypervisor) }
        if let undo = action.undo { value["undo"] = .string(undo.id) }
        return value
    }
}

extension Step.Effect {
    /// As scripts see it.
    var name: String {
        switch self {
        case .create: "create"
        case .inPlace: "in-place"
        case .restart: "restart"
        case .replace: "replace"
        case .remove: "remove"
        }
    }

    fileprivate var sign: String {
        switch self {
        case .create: "+"
        case .inPlace: "~"
        case .restart: "!"
        case .replace: "±"
        case .remove: "-"
        }
    }

    fileprivate var machine: String? {
        switch self {
        case .restart(let machine), .replace(let machine): machine
        case .create, .inPlace, .remove: nil
        }
    }
}
