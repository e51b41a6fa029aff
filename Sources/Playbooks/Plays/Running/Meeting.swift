internal import Bundles
internal import JSON

/// Where the machines of a batch meet, so that what shows across them happens in the play's order.
///
/// A machine that waits goes on once every other one waits too, or has left, and none is at an earlier place.
actor Meeting {
    private struct Waiting {
        var place: [Int]
        var runsOnce: Bool
        var continuation: CheckedContinuation<MeetingOutcome, Never>
    }

    /// In the play's order.
    private let hosts: [String]
    private let limit: FailureLimit
    /// Whether nobody waits for anybody (`strategy: free`).
    private let isFree: Bool
    private var present: Set<String>
    private var failed: Set<String> = []
    private var waiting: [String: Waiting] = [:]
    /// Who does a task for all, and who waits for that.
    private var onDuty: [String: [String]] = [:]
    private var isStopped = false
    private let memory: SharedVariables
    /// Who does a task that is throttled, and who waits for a turn at it, by the task's place.
    private var turns: [[Int]: Turns] = [:]

    private struct Turns {
        var busy: Set<String> = []
        var waiting: [(host: String, continuation: CheckedContinuation<Void, Never>)] = []
    }

    init(_ hosts: [String], limit: FailureLimit, isFree: Bool, _ memory: SharedVariables) {
        self.hosts = hosts
        self.limit = limit
        self.isFree = isFree
        self.memory = memory
        present = Set(hosts)
    }

    /// Waits until the machine may go on, and says how.
    func meet(_ host: String, at place: [Int], runsOnce: Bool) async -> MeetingOutcome {
        if isFree { return outcome(runsOnce ? .doForAll : .goOn, for: host) }
        return await withCheckedContinuation { continuation in
            waiting[host] = Waiting(place: place, runsOnce: runsOnce, continuation: continuation)
            letGo()
        }
    }

    /// What came of the task that the machine did for all.
    func settled(_ result: JSON, by host: String) {
        for other in onDuty.removeValue(forKey: host) ?? [] { resume(other, .done(result)) }
        letGo()
    }

    /// The machine is through with the play; `error` where one of its tasks failed, or it was lost.
    func left(_ host: String, error: Bool, isFatal: Bool) {
        guard present.remove(host) != nil else { return }
        turnOver(of: host)
        if error { failed.insert(host) }
        isStopped = isStopped || isFatal && error || limit.isReached(failed: failed.count, of: hosts.count)
        // Nobody did it after all: they stop, too, as if it had failed for them.
        for other in onDuty.removeValue(forKey: host) ?? [] { resume(other, .stop) }
        letGo()
    }

    /// Waits until fewer than so many machines are at the task there.
    func takeTurn(_ host: String, at place: [Int], of count: Int) async {
        if turns[place, default: Turns()].busy.count < count {
            turns[place, default: Turns()].busy.insert(host)
        } else {
            await withCheckedContinuation { turns[place]?.waiting.append((host, $0)) }
        }
    }

    /// The machine is through with the task that it had a turn at, if it had one; the next one begins.
    func turnOver(of host: String) {
        guard let place = turns.first(where: { $0.value.busy.contains(host) })?.key else { return }
        turns[place]?.busy.remove(host)
        guard let next = turns[place]?.waiting.first else { return }
        turns[place]?.waiting.removeFirst()
        turns[place]?.busy.insert(next.host)
        next.continuation.resume()
    }

    private func letGo() {
        let held = Set(onDuty.values.joined())
        let moving = present.subtracting(waiting.keys)
        guard moving.isEmpty,
            let first = waiting.filter({ !held.contains($0.key) }).values.map(\.place).min(by: Self.isEarlier)
        else { return }
        let together = hosts.filter { waiting[$0]?.place == first && !held.contains($0) }
        if isStopped {
            for host in together { resume(host, .stop) }
        } else if let one = together.first, waiting[one]?.runsOnce == true {
            onDuty[one] = Array(together.dropFirst())
            resume(one, .doForAll)
        } else {
            for host in together { resume(host, .goOn) }
        }
    }

    private func resume(_ host: String, _ act: MeetingOutcome.Act) {
        waiting.removeValue(forKey: host)?.continuation.resume(returning: outcome(act, for: host))
    }

    private func outcome(_ act: MeetingOutcome.Act, for host: String) -> MeetingOutcome {
        MeetingOutcome(act, hosts: hosts.filter { !failed.contains($0) }, updates: memory.news(for: host))
    }

    private static func isEarlier(_ one: [Int], _ other: [Int]) -> Bool { one.lexicographicallyPrecedes(other) }
}

/// How many machines may fail before the play is over for all.
struct FailureLimit: Hashable, Sendable {
    /// Whether one is enough.
    var anyIsFatal = false
    /// More than these percents of the batch are too many; nil is no limit.
    var percentage: Double?

    func isReached(failed: Int, of count: Int) -> Bool {
        guard failed > 0, count > 0 else { return false }
        if anyIsFatal { return true }
        return percentage.map { Double(failed) * 100 / Double(count) > $0 } ?? false
    }
}
