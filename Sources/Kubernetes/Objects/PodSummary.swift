internal import JSON

/// What kubectl says of a pod in one word, and how often its containers were started anew.
struct PodSummary {
    private(set) var status: String
    private(set) var restarts: String

    init(_ pod: JSON, _ now: Timestamp) {
        let podStatus = pod["status"] ?? .null
        let specs = pod[path: "spec", "initContainers"]?.array ?? []
        status = podStatus["reason"]?.string ?? podStatus["phase"]?.string ?? ""
        let inits = podStatus["initContainerStatuses"]?.array ?? []
        let containers = podStatus["containerStatuses"]?.array ?? []
        let initializing = Self.initializing(inits, of: specs.count)
        if let initializing {
            status = initializing
        } else {
            var hasRunning = false
            for container in containers.reversed() {
                if let reason = Self.reason(container) {
                    status = reason
                } else if container["ready"]?.bool == true, container[path: "state", "running"] != nil {
                    hasRunning = true
                }
            }
            if status == "Completed", hasRunning {
                let ready = (podStatus["conditions"]?.array ?? []).contains {
                    $0["type"]?.string == "Ready" && $0["status"]?.string == "True"
                }
                status = ready ? "Running" : "NotReady"
            }
        }
        if pod[path: "metadata", "deletionTimestamp"]?.string != nil {
            status = podStatus["reason"]?.string == "NodeLost" ? "Unknown" : "Terminating"
        }
        restarts = Self.restarts(initializing == nil ? containers : inits, now)
    }

    private static func restarts(_ containers: [JSON], _ now: Timestamp) -> String {
        let count = containers.reduce(0) { $0 + ($1["restartCount"]?.integer ?? 0) }
        let last = containers.compactMap {
            $0[path: "lastState", "terminated", "finishedAt"]?.string.flatMap { Timestamp($0) }
        }.max()
        guard count > 0, let last else { return String(count) }
        return "\(count) (\(last.age(at: now)) ago)"
    }

    private static func initializing(_ statuses: [JSON], of count: Int) -> String? {
        for (position, container) in statuses.enumerated() {
            if let terminated = container[path: "state", "terminated"] {
                if terminated["exitCode"]?.integer == 0 { continue }
                return "Init:" + (reason(container) ?? "Error")
            }
            if let waiting = container[path: "state", "waiting", "reason"]?.string, waiting != "PodInitializing" {
                return "Init:" + waiting
            }
            return "Init:\(position)/\(count)"
        }
        return nil
    }

    private static func reason(_ container: JSON) -> String? {
        if let waiting = container[path: "state", "waiting", "reason"]?.string, !waiting.isEmpty { return waiting }
        guard let terminated = container[path: "state", "terminated"], !terminated.isNull else { return nil }
        if let reason = terminated["reason"]?.string, !reason.isEmpty { return reason }
        if let signal = terminated["signal"]?.integer, signal != 0 { return "Signal:\(signal)" }
        return "ExitCode:\(terminated["exitCode"]?.integer ?? 0)"
    }
}
