/// What the agent asks of a pod's supervisor, one packet each.
enum SupervisorRequest: Hashable, Codable {
    /// Start an attempt whose launch record lies ready.
    case start(container: String, attempt: Int)
    /// Signal a container, and kill it after the grace period; a later request may bring that forward.
    case stop(container: String, gracePeriodSeconds: Int)
}

/// What a supervisor answers.
enum SupervisorReply: Hashable, Codable {
    case done
    case refused(String)
}
