internal import Diagnostics
internal import Synchronization

/// Collects a file's mistakes. What is wrong with an entry is wrong with each machine that it stands for, and is said once.
final class Mistakes: Sendable {
    /// What two mistakes have in common that differ only in the machine that they name.
    private struct Kind: Hashable {
        let location: SourceLocation?
        let why: String?
        let fix: String?
    }

    private let collected = Mutex<(all: [Diagnosis], known: Set<Kind>)>(([], []))

    var all: [Diagnosis] { collected.withLock { $0.all } }
    var count: Int { collected.withLock { $0.all.count } }

    func add(_ mistake: some Diagnosable) {
        let diagnosis = mistake.diagnosis
        let kind = Kind(location: diagnosis.location, why: diagnosis.why, fix: diagnosis.fix)
        collected.withLock { if $0.known.insert(kind).inserted { $0.all.append(diagnosis) } }
    }
}
