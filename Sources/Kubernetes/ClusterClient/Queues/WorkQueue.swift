import Synchronization

/// Keys that want a look, each at most once at a time; failures come back after growing pauses.
package final class WorkQueue: Sendable {
    /// Moments of the clock that postponed looks are measured by.
    package typealias Instant = ContinuousClock.Instant

    private struct State {
        var ready: [String] = []
        var waiting: Set<String> = []  // the same as `ready`, for quick membership
        var running: Set<String> = []
        var due: [String: Instant] = [:]
        var backoffs: [String: Backoff] = [:]
    }

    private let state = Mutex(State())
    /// Set whenever `take` may have something new.
    package let wakeup = Wakeup()

    package init() {}

    /// Asks for a look now.
    package func add(_ key: String) {
        state.withLock { state in
            if state.waiting.insert(key).inserted { state.ready.append(key) }
        }
        wakeup.set()
    }

    /// Asks for a look later, unless one is due sooner.
    package func add(_ key: String, after pause: Duration, now: Instant = .now) {
        state.withLock { state in
            let instant = now.advanced(by: pause)
            if state.due[key].map({ instant < $0 }) ?? true { state.due[key] = instant }
        }
        wakeup.set()
    }

    /// The next key that nobody is looking at, which then counts as being looked at.
    package func take(now: Instant = .now) -> String? {
        state.withLock { state in
            for (key, instant) in state.due where instant <= now {
                state.due[key] = nil
                if state.waiting.insert(key).inserted { state.ready.append(key) }
            }
            guard let index = state.ready.firstIndex(where: { !state.running.contains($0) }) else { return nil }
            let key = state.ready.remove(at: index)
            state.waiting.remove(key)
            state.running.insert(key)
            return key
        }
    }

    /// Ends a look that went well.
    package func succeed(_ key: String) {
        state.withLock { state in
            state.running.remove(key)
            state.backoffs[key] = nil
        }
        wakeup.set()
    }

    /// Ends a look that failed; the next comes after a pause.
    package func fail(_ key: String, random: Double, now: Instant = .now) {
        let pause = state.withLock { state in
            state.running.remove(key)
            return state.backoffs[key, default: Backoff(first: .milliseconds(20), longest: .seconds(30))]
                .next(random: random)
        }
        add(key, after: pause, now: now)
    }

    /// How many keys are being looked at.
    package var runningCount: Int { state.withLock(\.running.count) }

    /// When the next postponed look is due, or nil.
    package var nextDue: Instant? { state.withLock { $0.due.values.min() } }
}
