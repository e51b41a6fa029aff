import JSON

/// What the agent asks of a pod's supervisor, one packet each.
enum SupervisorRequest: Hashable {
    /// Start an attempt whose launch record lies ready.
    case start(container: String, attempt: Int)
    /// Signal a container, and kill it after the grace period; a later request may bring that forward.
    case stop(container: String, gracePeriodSeconds: Int)
}

/// What a supervisor answers.
enum SupervisorReply: Hashable {
    case done
    case refused(String)
}

extension SupervisorRequest: Recordable {
    init(json: JSON) throws(RecordMistake) {
        let container = try json.text("container")
        switch try json.text("ask") {
        case "start": self = .start(container: container, attempt: try json.number("attempt"))
        case "stop": self = .stop(container: container, gracePeriodSeconds: try json.number("gracePeriodSeconds"))
        default: throw RecordMistake(key: "ask")
        }
    }

    var json: JSON {
        switch self {
        case .start(let container, let attempt):
            ["ask": "start", "container": JSON(container), "attempt": JSON(attempt)]
        case .stop(let container, let seconds):
            ["ask": "stop", "container": JSON(container), "gracePeriodSeconds": JSON(seconds)]
        }
    }
}

extension SupervisorReply: Recordable {
    init(json: JSON) throws(RecordMistake) {
        self = json["refused"]?.string.map { .refused($0) } ?? .done
    }

    var json: JSON {
        switch self {
        case .done: [:]
        case .refused(let reason): ["refused": JSON(reason)]
        }
    }
}
