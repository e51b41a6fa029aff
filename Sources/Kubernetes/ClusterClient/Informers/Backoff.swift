/// Growing pauses between tries, with jitter, so that a crowd of clients does not come back at one moment.
package struct Backoff: Hashable, Sendable {
    package var first: Duration
    package var longest: Duration
    private var failures = 0

    package init(first: Duration = .milliseconds(100), longest: Duration = .seconds(5)) {
        self.first = first
        self.longest = longest
    }

    /// The next pause: double the last one, at most the longest, times 0.5…1 as `random` (0..<1) says.
    package mutating func next(random: Double) -> Duration {
        let whole = min(first * (1 << min(failures, 16)), longest)
        failures += 1
        return whole * (0.5 + random / 2)
    }

    /// Starts over after a success.
    package mutating func reset() { failures = 0 }
}
