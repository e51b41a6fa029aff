package import JSON
package import Objects

/// How a pod is, as controllers see it.
package enum PodState {
    /// Whether it counts: it has not ended and nobody has asked it to.
    package static func isActive(_ pod: JSON) -> Bool {
        !hasEnded(pod) && !pod.meta.isBeingDeleted
    }

    /// Whether all of its containers ended for good.
    package static func hasEnded(_ pod: JSON) -> Bool {
        let phase = pod[path: "status", "phase"]?.string
        return phase == "Succeeded" || phase == "Failed"
    }

    /// Whether its condition `Ready` holds.
    package static func isReady(_ pod: JSON) -> Bool { Conditions.isTrue("Ready", in: pod) }

    /// Seconds until it has been ready for `minReadySeconds`: 0 where it has, nil where it is not ready.
    package static func secondsUntilAvailable(_ pod: JSON, minReadySeconds: Int, now: Timestamp) -> Int? {
        guard isReady(pod) else { return nil }
        guard minReadySeconds > 0 else { return 0 }
        guard let since = readySince(pod).flatMap({ Timestamp($0) }) else { return minReadySeconds }
        return max(0, minReadySeconds - (now.seconds - since.seconds))
    }

    static func readySince(_ pod: JSON) -> String? {
        Conditions.find("Ready", in: pod)?["lastTransitionTime"]?.string
    }

    static func restarts(_ pod: JSON) -> Int {
        (pod[path: "status", "containerStatuses"]?.array ?? []).compactMap { $0["restartCount"]?.integer }.max() ?? 0
    }

    static func node(_ pod: JSON) -> String { pod[path: "spec", "nodeName"]?.string ?? "" }
}
