import Diagnostics
package import JSON

extension ProgressEvent {
    /// The event as `--events json` streams it, one object a line; `Events.md` describes the members.
    package var json: JSON {
        switch self {
        case .machines(let names): ["kind": "machines", "machines": JSON(names)]
        case .machine(let name, let phase):
            ["kind": "machine", "machine": .string(name), "phase": .string(phase.rawValue)]
        case .phaseStarted(let phase): ["kind": "phase", "phase": .string(phase.rawValue), "result": "started"]
        case .phaseFinished(let phase, let seconds):
            ["kind": "phase", "phase": .string(phase.rawValue), "result": "done", "seconds": .milliseconds(seconds)]
        case .stepStarted(let step): step.json(result: "started")
        case .stepFinished(let step, let seconds): step.json(result: "done", seconds: seconds)
        case .stepFailed(let step, let seconds, let error):
            step.json(result: "failed", seconds: seconds, detail: error.description)
        case .taskStarted(let machine, let task):
            ["kind": "task", "machine": .string(machine), "task": .string(task), "result": "started"]
        case .task(let task): task.json
        case .warning(let text): ["kind": "warning", "detail": .string(text)]
        case .note(let text): ["kind": "note", "detail": .string(text)]
        }
    }
}

extension ProgressStep {
    fileprivate func json(result: String, seconds: Double? = nil, detail: String? = nil) -> JSON {
        var json: JSON = ["kind": "step", "what": .string(what), "result": .string(result)]
        if let machine { json["machine"] = .string(machine) }
        if let id { json["step"] = .string(id) }
        if let seconds { json["seconds"] = .milliseconds(seconds) }
        if let detail { json["detail"] = .string(detail) }
        return json
    }
}

extension ProgressTask {
    fileprivate var json: JSON {
        var json: JSON = [
            "kind": "task", "machine": .string(machine), "task": .string(task), "result": .string(result.rawValue),
            "location": .string(location), "seconds": .milliseconds(seconds),
        ]
        if let detail { json["detail"] = .string(detail) }
        return json
    }
}

extension JSON {
    /// Seconds, to the millisecond.
    package static func milliseconds(_ seconds: Double) -> JSON { .number((seconds * 1000).rounded() / 1000) }
}
