package import JSON

/// How far a rolling update may go from the wanted number of pods, in pods.
package struct RolloutLimits: Hashable, Sendable {
    package var maxSurge: Int
    package var maxUnavailable: Int

    /// Reads a Deployment's strategy; a percentage is rounded up for the surge and down for the unavailable.
    package init(_ deployment: JSON, replicas: Int) {
        let rolling = deployment[path: "spec", "strategy", "rollingUpdate"]
        maxSurge = Self.pods(rolling?["maxSurge"], of: replicas, roundsUp: true)
        maxUnavailable = min(replicas, Self.pods(rolling?["maxUnavailable"], of: replicas, roundsUp: false))
        if maxSurge == 0, maxUnavailable == 0 { maxUnavailable = min(1, replicas) }  // else nothing could ever move
    }

    private static func pods(_ value: JSON?, of replicas: Int, roundsUp: Bool) -> Int {
        if let number = value?.integer { return max(0, number) }
        let text = value?.string ?? "25%"
        guard text.hasSuffix("%"), let percent = Int(text.dropLast()), percent >= 0 else { return 0 }
        return roundsUp ? (replicas * percent + 99) / 100 : replicas * percent / 100
    }
}
