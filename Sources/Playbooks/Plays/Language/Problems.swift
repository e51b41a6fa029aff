internal import Diagnostics

/// Every mistake found so far, so that all are told at once.
final class Problems {
    private(set) var all: [Diagnosis] = []

    func add(_ error: PlayError) { add(error.diagnosis) }

    /// The same mistake, met again by another host or use of a role, is told once.
    func add(_ diagnosis: Diagnosis) {
        if !all.contains(diagnosis) { all.append(diagnosis) }
    }

    func add(_ error: any Error) { for diagnosis in Diagnoses(of: error).all { add(diagnosis) } }

    /// Leaves only those that were known before.
    func forget(allBut known: [Diagnosis] = []) { all = known }

    func throwIfAny() throws(Diagnoses) {
        if !all.isEmpty { throw Diagnoses(all) }
    }
}
