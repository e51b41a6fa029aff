internal import Clusterfiles

/// Collects steps in an order that respects their edges.
struct PlanBuilder {
    private(set) var steps: [Step] = []

    /// Adds a step; `after` names steps that were added before. Gives its id for the edges of later steps.
    @discardableResult
    mutating func add(
        _ action: Action, _ reason: String, _ effect: Step.Effect, destroysData: Bool = false, after: [String] = []
    ) -> String {
        let step = Step(action, reason, effect, destroysData: destroysData, after: Set(after))
        steps.append(step)
        return step.id
    }
}

extension PlanBuilder {
    /// Takes a machine away: volumes before the domain, so that a killed run still finds whose they are.
    /// Gives the ids of the steps that end it.
    mutating func remove(
        _ machine: MachineSnapshot, volumes: [ClusterSnapshot.Volume], _ reason: String, _ effect: Step.Effect = .remove
    ) -> [String] {
        let name = machine.machine ?? machine.domainName
        var done: [String] = []
        if machine.state != .stopped {
            done = [add(.stopMachine(name, domain: machine.domainName, gently: false), reason, effect)]
        }
        let deleted = volumes.map { volume in
            add(.deleteVolume(volume.name), reason, effect, destroysData: !volume.isSeed, after: done)
        }
        return [
            add(
                .undefineMachine(name, domain: machine.domainName), reason, effect, destroysData: true,
                after: done + deleted)
        ]
    }

    /// Takes a network away once the steps given are done; gives the id of the last step.
    mutating func remove(_ network: ClusterSnapshot.Network, _ reason: String, after: [String]) -> String {
        var before = after
        if network.isActive { before = [add(.stopNetwork(network.name), reason, .remove, after: after)] }
        return add(.deleteNetwork(network.name), reason, .remove, after: before)
    }
}

extension ClusterSnapshot.Volume {
    /// A seed holds only what is made anew at any time.
    var isSeed: Bool { name.hasSuffix(".seed") }
}
