import Diagnostics
package import Planning

/// Carries out a plan's steps, those that do not wait for one another at the same time.
///
/// A step that fails stops what comes after it and nothing else: the other machines go on, and all failures are told. Where the
/// task is cancelled no step is begun any more, and those under way get a while to end.
package struct PlanExecutor: Sendable {
    package var perform: @Sendable (Step) async throws -> Void
    package var journal: Journal
    package var progress: ProgressSink
    /// How many steps run at once; libvirt itself serializes most of what would be more.
    package var parallelism = 8
    /// How long a step that is under way may take to end after a cancellation.
    package var grace: Duration = .seconds(30)

    package init(journal: Journal, progress: ProgressSink, perform: @escaping @Sendable (Step) async throws -> Void) {
        self.journal = journal
        self.progress = progress
        self.perform = perform
    }

    /// Carries out all steps and tells which failed and which could not be begun because of it.
    ///
    /// What the host has once, an address range and a bridge, is taken before anything else is made. Where that fails, what was
    /// taken is given back, nothing else is begun, and the failure is thrown.
    package func carryOut(_ plan: Plan) async throws -> PlanOutcome {
        var run = PlanRun(plan)
        try await withThrowingTaskGroup(of: Ending.self) { group in
            func startMore() {
                guard !Task.isCancelled else { return }
                for step in run.next(atMost: parallelism) {
                    group.addTask {
                        let start = ContinuousClock.now
                        return Ending(step: step, start: start, failure: await attempt(step))
                    }
                }
            }
            startMore()
            while let ending = try await group.next() {
                if ending.failure is CancellationError { throw CancellationError() }
                run.ended(ending.step, ending.failure.map { Diagnoses(of: $0) }, start: ending.start)
                tellPhase(after: ending, of: plan)
                startMore()
            }
        }
        try Task.checkCancellation()
        run.clock.report(to: progress)
        if let refusal = run.refusal {
            for step in run.takenBack { _ = await attempt(step) }
            throw refusal
        }
        return run.outcome
    }

    /// How a step ended. (A tuple with a `Result` would crash the runtime of Swift 6.3.1 when a child task ends.)
    private struct Ending: Sendable {
        var step: Step
        var start: ContinuousClock.Instant
        var failure: (any Error)?
    }

    private func attempt(_ step: Step) async -> (any Error)? {
        let action = step.action
        if let machine = action.machine, let phase = action.machinePhase { progress.report(.machine(machine, phase)) }
        do {
            try await finishing(within: grace) {
                try await progress.step(machine: action.machine, step.title, id: step.id) {
                    try await journal.record(step.id) { try await perform(step) }
                }
            }
            return nil
        } catch {
            return error
        }
    }

    private func tellPhase(after ending: Ending, of plan: Plan) {
        guard let machine = ending.step.action.machine else { return }
        if ending.failure != nil { return progress.report(.machine(machine, .failed)) }
        guard case .undefineMachine = ending.step.action else { return }
        let isMadeAnew = plan.steps.contains { step in
            if case .defineMachine(machine, _) = step.action { true } else { false }
        }
        if !isMadeAnew { progress.report(.machine(machine, .gone)) }
    }
}

/// Runs the body to its end even where the task is cancelled; after that it may go on for `grace`, and is cancelled then.
func finishing<Value: Sendable>(
    within grace: Duration, _ body: @escaping @Sendable () async throws -> Value
) async throws -> Value {
    // A task of its own, for a child would be cancelled with its parent; its value is awaited here.
    let work = Task { try await body() }
    return try await withTaskCancellationHandler {
        try await work.value
    } onCancel: {
        Task {
            // Nobody cancels this sleep.
            try? await Task.sleep(for: grace)
            work.cancel()
        }
    }
}
