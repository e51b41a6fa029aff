package import Diagnostics

/// What carrying out a plan reports while it goes on; rendering is the program's.
package enum ProgressEvent: Hashable, Sendable {
    /// The machines that this run is about, in the order in which they are shown.
    case machines([String])
    /// A machine has come to another phase of its way.
    case machine(String, MachinePhase)
    case phaseStarted(Phase)
    /// A part of the whole has ended.
    case phaseFinished(Phase, seconds: Double)
    case stepStarted(ProgressStep)
    case stepFinished(ProgressStep, seconds: Double)
    case stepFailed(ProgressStep, seconds: Double, error: Diagnoses)
    /// A machine has begun a task of its playbook.
    case taskStarted(machine: String, task: String)
    case task(ProgressTask)
    case warning(String)
    case note(String)

    /// The parts of the whole.
    package enum Phase: String, Hashable, Sendable, CaseIterable {
        case plan, network, volumes, boot, playbook, nodesReady
    }

    package enum TaskResult: String, Hashable, Sendable {
        case ok, changed, skipped, failed, ignored
    }
}

/// A step for one machine, or for the cluster where `machine` is nil.
package struct ProgressStep: Hashable, Sendable {
    package var machine: String?
    /// In words: "create the disk of kube-node1".
    package var what: String
    /// What the journal calls it; nil for what is not journalled.
    package var id: String?

    package init(machine: String? = nil, _ what: String, id: String? = nil) {
        self.machine = machine
        self.what = what
        self.id = id
    }
}

/// How a task of a playbook, or one item of its loop, ended on a machine.
package struct ProgressTask: Hashable, Sendable {
    package var machine: String
    /// With its role: "common : Make the folders".
    package var task: String
    package var result: ProgressEvent.TaskResult
    /// What it said.
    package var detail: String?
    /// `file:line:column` in the playbook.
    package var location: String
    package var seconds: Double

    package init(
        machine: String, task: String, result: ProgressEvent.TaskResult, detail: String? = nil, location: String,
        seconds: Double
    ) {
        self.machine = machine
        self.task = task
        self.result = result
        self.detail = detail
        self.location = location
        self.seconds = seconds
    }
}
