import ContainerRuntime

/// How long each container of a pod waits before it is started again: 10 s, doubled up to 5 min.
struct RestartBackoff: Hashable {
    static let firstSeconds = 10.0
    static let longestSeconds = 300.0
    /// Who ran for so long starts over.
    static let resetSeconds = 600.0

    private struct Entry: Hashable {
        var attempt: Int
        var seconds: Double
        var until: Double
    }

    private var entries: [String: Entry] = [:]

    /// Takes note of an end and answers when the next start is due, on the caller's own monotonic clock, in seconds.
    mutating func due(_ container: String, ended attempt: Int, ranSeconds: Double, now: Double) -> Double {
        let known = entries[container]
        if let known, known.attempt == attempt { return known.until }
        // The first restart comes at once, as nobody knows yet that it will not help.
        let pause = known == nil || ranSeconds >= Self.resetSeconds ? 0 : known?.seconds ?? 0
        let next = pause == 0 ? Self.firstSeconds : min(pause * 2, Self.longestSeconds)
        let entry = Entry(attempt: attempt, seconds: next, until: now + pause)
        entries[container] = entry
        return entry.until
    }

    /// How long the container waits in all, for the message a person reads.
    func pauseSeconds(_ container: String, now: Double) -> Double {
        max(0, (entries[container]?.until ?? now) - now)
    }

    func currentSeconds(_ container: String) -> Double {
        guard let entry = entries[container] else { return 0 }
        return entry.seconds == Self.firstSeconds
            ? 0 : entry.seconds >= Self.longestSeconds ? entry.seconds : entry.seconds / 2
    }
}
