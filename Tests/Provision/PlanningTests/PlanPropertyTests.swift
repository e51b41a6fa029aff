import Clusterfiles
import Testing

@testable import Planning

@Suite struct PlanPropertyTests {
    private func up(_ spec: ClusterSpec, _ model: LibvirtModel) throws -> Plan {
        try planUp(spec, baseVolumes: baseVolumes, observed: model.snapshot)
    }

    @Test(arguments: 0..<300)
    func aPlanCarriedOutLeavesNothingToDo(seed: Int) throws {
        var dice = Dice(seed: seed)
        let spec = try randomSpec(&dice)
        var model = LibvirtModel(snapshot: decoys, spec: spec)
        try carryOut(try up(spec, model), on: &model, &dice)
        #expect(try up(spec, model).isEmpty)
        #expect(model.snapshot.machines.count == decoys.machines.count + spec.machines.count)
        #expect(model.snapshot.keeps(decoys))
    }

    @Test(arguments: 0..<300)
    func fromAnyStateAnyOtherIsReachedAlsoAfterKillsAnywhere(seed: Int) throws {
        var dice = Dice(seed: seed)
        var snapshot = decoys
        for _ in 0..<4 {
            let spec = try randomSpec(&dice)
            var model = LibvirtModel(snapshot: snapshot, spec: spec)
            for _ in 0..<Int.random(in: 0...3, using: &dice) {
                let plan = try up(spec, model)
                let killedAfter = Int.random(in: 0...max(0, plan.steps.count), using: &dice)
                try carryOut(plan, on: &model, limit: killedAfter, &dice)
                disturb(&model.snapshot, &dice)
            }
            try carryOut(try up(spec, model), on: &model, &dice)
            #expect(try up(spec, model).isEmpty)
            #expect(model.snapshot.keeps(decoys))
            snapshot = model.snapshot
        }
        try takeDown(snapshot, &dice)
    }

    @Test(arguments: 0..<100)
    func downAfterAKillLeavesWhatWasThereBefore(seed: Int) throws {
        var dice = Dice(seed: seed)
        let spec = try randomSpec(&dice)
        var model = LibvirtModel(snapshot: decoys, spec: spec)
        let plan = try up(spec, model)
        try carryOut(plan, on: &model, limit: Int.random(in: 0...plan.steps.count, using: &dice), &dice)
        try takeDown(model.snapshot, &dice)
    }

    @Test(arguments: 0..<50)
    func removingTheLastMachineIsTheSameAsDown(seed: Int) throws {
        var dice = Dice(seed: seed)
        let spec = try randomSpec(&dice)
        var model = LibvirtModel(snapshot: decoys, spec: spec)
        try carryOut(try up(spec, model), on: &model, &dice)
        let emptied = try planUp(spec.keeping { _ in false }, baseVolumes: baseVolumes, observed: model.snapshot)
        #expect(emptied.steps == planDown(of: ours, observed: model.snapshot).steps)
        #expect(!emptied.isEmpty)
    }

    @Test(arguments: 0..<100)
    func stepsStandInAnOrderThatTheirEdgesAllowAndEachIsThereOnce(seed: Int) throws {
        var dice = Dice(seed: seed)
        let first = try randomSpec(&dice)
        var model = LibvirtModel(snapshot: decoys, spec: first)
        try carryOut(try up(first, model), on: &model, &dice)
        let plan = try up(try randomSpec(&dice), model)
        var before: Set<String> = []
        for step in plan.steps {
            #expect(step.after.isSubset(of: before), "\(step.id)")
            #expect(before.insert(step.id).inserted, "\(step.id)")
        }
    }

    @Test(arguments: 0..<100)
    func undoingAllStepsBackwardsGivesBackWhatWasThere(seed: Int) throws {
        var dice = Dice(seed: seed)
        let spec = try randomSpec(&dice)
        var model = LibvirtModel(snapshot: decoys, spec: spec)
        let plan = try up(spec, model)
        let uploaded = plan.steps.filter { $0.action.verb == "upload-image" }
        for step in uploaded { try model.apply(step.action) }
        let before = model.snapshot
        let rest = plan.steps.filter { $0.action.verb != "upload-image" }
        for step in rest { try model.apply(step.action) }
        for step in rest.reversed() { try model.apply(try #require(step.action.undo)) }
        #expect(model.snapshot.sorted == before.sorted)
    }

    @Test(arguments: 0..<30)
    func theSameSnapshotInAnotherOrderGivesTheSamePlan(seed: Int) throws {
        var dice = Dice(seed: seed)
        let first = try randomSpec(&dice)
        var model = LibvirtModel(snapshot: decoys, spec: first)
        try carryOut(try up(first, model), on: &model, limit: 9, &dice)
        let second = try randomSpec(&dice)
        let plan = try up(second, model)
        model.snapshot.machines.shuffle(using: &dice)
        model.snapshot.volumes.shuffle(using: &dice)
        model.snapshot.networks.shuffle(using: &dice)
        #expect(try up(second, model) == plan)
        #expect(
            planDown(of: ours, observed: model.snapshot) == planDown(of: ours, observed: model.snapshot.sorted))
    }

    /// Does what people and crashes do to a cluster.
    private func disturb(_ snapshot: inout ClusterSnapshot, _ dice: inout Dice) {
        switch Int.random(in: 0..<14, using: &dice) {
        case 0: snapshot.volumes.removeAll { ours.owner(ofVolume: $0.name)?.disk == "system" }
        case 1: snapshot.volumes.removeAll { ours.owner(ofVolume: $0.name)?.disk == "seed" }
        case 2: snapshot.volumes.removeAll { $0.name.hasPrefix("image.") }
        case 3: snapshot.networks.removeAll { $0.owner == ours }
        case 4:
            for at in snapshot.networks.indices where snapshot.networks[at].owner == ours {
                snapshot.networks[at].isActive = false
                snapshot.networks[at].running = nil
            }
        case 5:
            for at in snapshot.machines.indices where snapshot.machines[at].belongs(to: ours) {
                let state = MachineSnapshot.State.allCases.randomElement(using: &dice) ?? .paused
                snapshot.machines[at].running =
                    state == .stopped ? nil : snapshot.machines[at].running ?? snapshot.machines[at].defined
                snapshot.machines[at].state = state
            }
        case 6: snapshot.machines.removeAll { $0.belongs(to: ours) && $0.state == .stopped }
        case 7: snapshot.volumes.removeAll { ours.owner(ofVolume: $0.name)?.disk == "data" }
        case 8: changeOurs(&snapshot) { $0.isAltered = true }
        case 9: changeOurs(&snapshot) { $0.defined = nil }
        case 10:
            changeOurs(&snapshot) { machine in
                let kept = (machine.running?.disks ?? []).filter { !$0.volume.hasSuffix(".data") }
                machine.running?.disks = kept
            }
        case 11: changeOurs(&snapshot) { $0.running?.cards.removeAll() }
        case 12: changeOurs(&snapshot) { $0.running?.pinning = [0: [1]] }
        case 13:
            for at in snapshot.networks.indices where snapshot.networks[at].owner == ours {
                snapshot.networks[at].defined?.mtu = 9000
                snapshot.networks[at].running?.names = []
            }
        default:
            for at in snapshot.volumes.indices where snapshot.volumes[at].name.hasPrefix("image.") {
                snapshot.volumes[at].isComplete = false
            }
        }
    }

    private func changeOurs(_ snapshot: inout ClusterSnapshot, _ body: (inout MachineSnapshot) -> Void) {
        for at in snapshot.machines.indices where snapshot.machines[at].belongs(to: ours) {
            body(&snapshot.machines[at])
        }
    }

    private func takeDown(_ snapshot: ClusterSnapshot, _ dice: inout Dice) throws {
        let spec = try randomSpec(&dice)
        var model = LibvirtModel(snapshot: snapshot, spec: spec)
        let plan = planDown(of: ours, observed: snapshot)
        try carryOut(plan, on: &model, limit: Int.random(in: 0...plan.steps.count, using: &dice), &dice)
        try carryOut(planDown(of: ours, observed: model.snapshot), on: &model, &dice)
        #expect(planDown(of: ours, observed: model.snapshot).isEmpty)
        model.snapshot.volumes.removeAll { $0.name.hasPrefix("image.") }
        #expect(model.snapshot.sorted == decoys.sorted)
    }
}
