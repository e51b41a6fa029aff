/// What a run has come to, from its events alone: what a person is shown while it goes on.
package struct ProgressState: Hashable, Sendable {
    /// A machine, or the cluster as a whole.
    package struct Row: Hashable, Sendable {
        package var name: String
        package var phase: MachinePhase
        /// When it came to this phase, in seconds on the caller's clock.
        package var since: Double
        /// What is being done: a step or a task.
        package var detail: String?

        package init(name: String, phase: MachinePhase, since: Double, detail: String? = nil) {
            self.name = name
            self.phase = phase
            self.since = since
            self.detail = detail
        }
    }

    /// In the order of the run.
    package private(set) var machines: [Row] = []
    /// What is being done for no single machine, oldest first.
    package private(set) var shared: [Row] = []

    package init() {}

    /// Whether there is anything to watch.
    package var isEmpty: Bool { machines.isEmpty && shared.isEmpty }

    /// Takes in an event that came at a moment of the caller's clock.
    package mutating func apply(_ event: ProgressEvent, at now: Double) {
        switch event {
        case .machines(let names):
            machines = names.map { name in
                machines.first { $0.name == name } ?? Row(name: name, phase: .waiting, since: now)
            }
        case .machine(let name, let phase):
            change(name, at: now) { row in
                guard row.phase != phase, row.phase != .failed else { return }
                row = Row(name: name, phase: phase, since: now)
            }
        case .stepStarted(let step):
            guard let machine = step.machine else {
                return shared.append(Row(name: "cluster", phase: .creating, since: now, detail: step.what))
            }
            change(machine, at: now) { $0.detail = step.what }
        case .stepFinished(let step, _), .stepFailed(let step, _, _):
            guard let machine = step.machine else {
                if let ended = shared.firstIndex(where: { $0.detail == step.what }) { shared.remove(at: ended) }
                return
            }
            change(machine, at: now) { row in if row.detail == step.what { row.detail = nil } }
        case .taskStarted(let machine, let task): change(machine, at: now) { $0.detail = task }
        case .task(let task):
            change(task.machine, at: now) { row in if row.detail == task.task { row.detail = nil } }
        case .phaseStarted, .phaseFinished, .warning, .note: break
        }
    }

    private mutating func change(_ name: String, at now: Double, _ body: (inout Row) -> Void) {
        if let known = machines.firstIndex(where: { $0.name == name }) { return body(&machines[known]) }
        var row = Row(name: name, phase: .waiting, since: now)
        body(&row)
        machines.append(row)
    }
}
