import Diagnostics
package import Planning
import Synchronization

/// Carries out a plan's steps, those that do not wait for one another at the same time.
///
/// A step that fails stops what comes after it and nothing else: the other machines go on, and all failures are told.
package struct PlanExecutor: Sendable {
    package var perform: @Sendable (Action) async throws -> Void
    package var journal: Journal
    package var progress: ProgressSink
    /// How many steps run at once; libvirt itself serializes most of what would be more.
    package var parallelism = 8

    package init(journal: Journal, progress: ProgressSink, perform: @escaping @Sendable (Action) async throws -> Void) {
        self.journal = journal
        self.progress = progress
        self.perform = perform
    }

    /// Carries out all steps; throws every failure, and what could not be begun because of it.
    package func carryOut(_ plan: Plan) async throws {
        var done: Set<String> = []
        var started: Set<String> = []
        var failures: [Diagnosis] = []
        var clock = PhaseClock()
        try await withThrowingTaskGroup(of: (Step, Result<Void, any Error>, ContinuousClock.Instant).self) { group in
            var running = 0
            func startMore() {
                for step in plan.ready(done: done, started: started).prefix(parallelism - running) {
                    started.insert(step.id)
                    running += 1
                    group.addTask {
                        let start = ContinuousClock.now
                        return (step, await attempt(step), start)
                    }
                }
            }
            startMore()
            while let (step, result, start) = try await group.next() {
                running -= 1
                clock.add(step.action.phase, from: start)
                switch result {
                case .success: done.insert(step.id)
                case .failure(let error as CancellationError): throw error
                case .failure(let error): failures += Diagnoses(of: error).all
                }
                startMore()
            }
        }
        clock.report(to: progress)
        guard failures.isEmpty else { throw Diagnoses(failures) }
    }

    private func attempt(_ step: Step) async -> Result<Void, any Error> {
        do {
            try await progress.step(machine: step.action.machine, step.action.words) {
                try await journal.record(step.id) { try await perform(step.action) }
            }
            return .success(())
        } catch {
            return .failure(error)
        }
    }
}

/// The wall time of each phase: from the start of its first step to the end of its last.
private struct PhaseClock {
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
        case .defineMachine, .change, .startMachine, .resumeMachine, .suspendMachine, .stopMachine,
            .undefineMachine:
            .boot
        }
    }
}
