package import Diagnostics
package import Planning

/// How a plan ended that was carried out as far as it could be.
package struct PlanOutcome: Hashable, Sendable {
    package struct Failure: Hashable, Sendable {
        package var step: Step
        package var diagnoses: Diagnoses
    }

    package var failures: [Failure] = []
    /// The steps that waited for one that failed.
    package var notBegun: [Step] = []

    /// Throws every failure, where there is one.
    package func requireSuccess() throws(Diagnoses) {
        guard failures.isEmpty else { throw Diagnoses(failures.flatMap(\.diagnoses.all)) }
    }

    /// What failed for no single machine.
    package var sharedProblems: [Diagnosis] {
        failures.filter { $0.step.action.machine == nil }.flatMap(\.diagnoses.all)
    }

    /// How a machine failed, or nil where all of its steps were carried out.
    package func failure(of machine: String) -> MachineFailure? {
        let own = failures.filter { $0.step.action.machine == machine }
        if let first = own.first {
            return MachineFailure(
                machine: machine, phase: first.step.action.machinePhase ?? .creating,
                diagnoses: own.flatMap(\.diagnoses.all))
        }
        guard let missed = notBegun.first(where: { $0.action.machine == machine }) else { return nil }
        let causes = failures.map(\.step.action.words).joined(separator: ", ")
        return MachineFailure(
            machine: machine, phase: missed.action.machinePhase ?? .creating,
            diagnoses: [
                Diagnosis("'\(missed.action.words)' could not be begun", why: "what it waits for failed: \(causes)")
            ])
    }
}

/// Which steps of a plan can be begun, as they end one after the other.
struct PlanRun {
    private let plan: Plan
    private var done: Set<String> = []
    private var started: Set<String> = []
    private var running = 0
    private var claimsRunning = 0
    private var failures: [PlanOutcome.Failure] = []
    private(set) var clock = PhaseClock()
    /// What the host has once could not be taken.
    private(set) var refusal: Diagnoses?

    init(_ plan: Plan) { self.plan = plan }

    /// The steps to begin now, which count as begun; claims before all others, and nothing beside them.
    mutating func next(atMost parallelism: Int) -> [Step] {
        guard refusal == nil else { return [] }
        var ready = plan.ready(done: done, started: started)
        let claims = ready.filter(\.action.isClaim)
        if claimsRunning > 0 || !claims.isEmpty { ready = claims }
        let steps = Array(ready.prefix(max(0, parallelism - running)))
        running += steps.count
        claimsRunning += steps.count(where: \.action.isClaim)
        started.formUnion(steps.map(\.id))
        return steps
    }

    mutating func ended(_ step: Step, _ failure: Diagnoses?, start: ContinuousClock.Instant) {
        running -= 1
        if step.action.isClaim { claimsRunning -= 1 }
        clock.add(step.action.phase, from: start)
        guard let failure else {
            _ = done.insert(step.id)
            return
        }
        failures.append(.init(step: step, diagnoses: failure))
        if step.action.isClaim { refusal = Diagnoses((refusal?.all ?? []) + failure.all) }
    }

    /// The steps that give back the networks that this run has made, last first.
    var takenBack: [Step] {
        // One that was there before is only defined anew by that step.
        let made = plan.steps.filter { $0.effect == .create && done.contains($0.id) }
        return made.reversed().flatMap { step -> [Step] in
            guard case .createNetwork(let name) = step.action else { return [] }
            return [Action.stopNetwork(name), .deleteNetwork(name)].map { action in
                var back = Step(action, "the range could not be taken", .remove)
                back.hypervisor = step.hypervisor
                return back
            }
        }
    }

    var outcome: PlanOutcome {
        PlanOutcome(failures: failures, notBegun: plan.steps.filter { !started.contains($0.id) })
    }
}

/// The wall time of each phase: from the start of its first step to the end of its last.
struct PhaseClock {
    private var spans: [ProgressEvent.Phase: (start: ContinuousClock.Instant, end: ContinuousClock.Instant)] = [:]

    mutating func add(_ phase: ProgressEvent.Phase, from start: ContinuousClock.Instant) {
        let now = ContinuousClock.now
        spans[phase] = (min(spans[phase]?.start ?? start, start), now)
    }

    func report(to progress: ProgressSink) {
        for phase in ProgressEvent.Phase.allCases {
            guard let span = spans[phase] else { continue }
            let parts = (span.end - span.start).components
            progress.report(
                .phaseFinished(phase, seconds: Double(parts.seconds) + Double(parts.attoseconds) * 1e-18))
        }
    }
}

extension Action {
    /// The phase in which a step's time counts.
    var phase: ProgressEvent.Phase {
        switch self {
        case .createNetwork, .startNetwork, .updateNetwork, .stopNetwork, .deleteNetwork: .network
        case .uploadImage, .createDisk, .createDataDisk, .growDisk, .createSeed, .deleteVolume: .volumes
        case .defineMachine, .change, .startMachine, .resumeMachine, .suspendMachine, .stopMachine, .undefineMachine:
            .boot
        }
    }

    /// Where it brings its machine; nil for what is done to none.
    var machinePhase: MachinePhase? {
        switch self {
        case .createDisk, .createDataDisk, .growDisk, .createSeed, .defineMachine, .change: .creating
        case .startMachine, .resumeMachine: .booting
        case .suspendMachine, .stopMachine: .stopping
        case .undefineMachine: .removing
        case .createNetwork, .startNetwork, .updateNetwork, .stopNetwork, .deleteNetwork, .uploadImage, .deleteVolume:
            nil
        }
    }

    /// Whether it takes what the host has once.
    var isClaim: Bool {
        switch self {
        case .createNetwork, .startNetwork: true
        default: false
        }
    }
}
