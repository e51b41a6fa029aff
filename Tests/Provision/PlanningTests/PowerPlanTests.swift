import Diagnostics
import Testing

@testable import Planning

@Suite struct PowerPlanTests {
    private static func cluster(_ state: MachineSnapshot.State, networkIsActive: Bool = true) throws -> ClusterSnapshot
    {
        var snapshot = try brought(up: small)
        for at in snapshot.machines.indices { snapshot.machines[at].state = state }
        for at in snapshot.networks.indices { snapshot.networks[at].isActive = networkIsActive }
        return snapshot
    }

    /// What is done to one machine, by its state before.
    private static let table: [(PowerChange, MachineSnapshot.State, [String])] = [
        (.start, .running, []), (.start, .paused, ["resume"]), (.start, .suspended, ["resume"]),
        (.start, .stopped, ["start"]),
        (.halt, .running, ["shut down"]), (.halt, .paused, ["resume", "shut down"]),
        (.halt, .suspended, ["resume", "shut down"]), (.halt, .stopped, []),
        (.restart, .running, ["shut down", "start"]), (.restart, .paused, ["resume", "shut down", "start"]),
        (.restart, .suspended, ["resume", "shut down", "start"]), (.restart, .stopped, ["start"]),
        (.suspend, .running, ["pause"]), (.suspend, .paused, []), (.suspend, .suspended, []),
        (.suspend, .stopped, []),
        (.resume, .running, []), (.resume, .paused, ["resume"]), (.resume, .suspended, ["resume"]),
        (.resume, .stopped, []),
    ]

    @Test(arguments: table)
    func `each state is left by the steps it needs`(
        _ change: PowerChange, _ state: MachineSnapshot.State, _ verbs: [String]
    ) throws {
        let plan = try planPower(change, of: ours, observed: try Self.cluster(state))
        let words = plan.steps.map(\.action.words)
        #expect(words.filter { $0.hasSuffix("kube-node1") } == verbs.map { "\($0) the machine kube-node1" })
        #expect(words.count == 2 * verbs.count)
        #expect(plan.losses().isEmpty)
    }

    @Test(arguments: PowerChange.allCases, MachineSnapshot.State.allCases)
    func `carried out, it is not needed again`(_ change: PowerChange, _ state: MachineSnapshot.State) throws {
        var model = LibvirtModel(snapshot: try Self.cluster(state), spec: try parse(small))
        for step in try planPower(change, of: ours, observed: model.snapshot).steps { try model.apply(step.action) }
        guard change != .restart else { return }
        #expect(try planPower(change, of: ours, observed: model.snapshot).isEmpty)
    }

    @Test func `machines that are not named and other people's are left alone`() throws {
        let observed = try Self.cluster(.running)
        let plan = try planPower(.halt, of: ours, machines: ["kube-node1"], observed: observed)
        #expect(plan.steps.map(\.action.words) == ["shut down the machine kube-node1"])
        #expect(try planPower(.halt, of: theirs, observed: observed).isEmpty)
    }

    @Test func `by force the power is cut, also of one that stands still`() throws {
        let plan = try planPower(.halt, of: ours, gently: false, observed: try Self.cluster(.paused))
        #expect(plan.steps.map(\.action.words) == ["stop the machine kube-master1", "stop the machine kube-node1"])
    }

    @Test func `machines that start wait for their network`() throws {
        let observed = try Self.cluster(.stopped, networkIsActive: false)
        let plan = try planPower(.start, of: ours, observed: observed)
        #expect(plan.ready(done: []).map(\.action.words) == ["start the network clusterfile_kube"])
        #expect(plan.steps.count == 3)
        #expect(try planPower(.halt, of: ours, observed: observed).isEmpty)
    }

    @Test(arguments: [PowerChange.suspend, .resume])
    func `one that is off and was named is refused, with the way out`(_ change: PowerChange) throws {
        let observed = try Self.cluster(.stopped)
        let refusal = #expect(throws: Diagnoses.self) {
            try planPower(change, of: ours, machines: ["kube-node1"], observed: observed)
        }
        #expect(
            refusal?.description == """
                cannot \(change.rawValue) machine 'kube-node1': it is off
                  fix: start it with clusterfile start kube-node1
                """)
    }
}

@Suite struct LimitedPlanTests {
    @Test func `what is planned for some machines has what they wait for and nothing of the others`() throws {
        let whole = try plan(small, ClusterSnapshot())
        let limited = whole.limited(to: ["kube-node1"])
        #expect(
            limited.steps.map(\.action.words) == [
                "upload the image debian-12", "define the network clusterfile_kube",
                "start the network clusterfile_kube", "create the disk of kube-node1", "write the keys of kube-node1",
                "define the machine kube-node1", "start the machine kube-node1",
            ])
        #expect(whole.limited(to: ["kube-master1", "kube-node1"]) == whole)
        #expect(whole.limited(to: ["nobody"]).isEmpty)
    }

    @Test func `a machine that is made anew loses its own volumes and the network stays`() throws {
        let observed = try brought(up: small)
        let removal = planDown(of: ours, machines: ["kube-node1"], observed: observed)
        #expect(removal.machines == ["kube-node1"])
        #expect(removal.losses().count == 2)
        var model = LibvirtModel(snapshot: observed, spec: try parse(small))
        for step in removal.steps { try model.apply(step.action) }
        #expect(model.snapshot.networks == observed.networks)
        for step in try plan(small, model.snapshot).limited(to: ["kube-node1"]).steps { try model.apply(step.action) }
        #expect(try plan(small, model.snapshot).isEmpty)
    }
}
