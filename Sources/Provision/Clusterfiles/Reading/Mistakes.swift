internal import Diagnostics
internal import Synchronization

/// Collects a file's mistakes; the same one at the same place counts once.
final class Mistakes: Sendable {
    private let collected = Mutex<(all: [Diagnosis], known: Set<Diagnosis>)>(([], []))

    var all: [Diagnosis] { collected.withLock { $0.all } }
    var count: Int { collected.withLock { $0.all.count } }

    func add(_ mistake: some Diagnosable) {
        let diagnosis = mistake.diagnosis
        collected.withLock { if $0.known.insert(diagnosis).inserted { $0.all.append(diagnosis) } }
    }
}
