internal import Diagnostics

/// What a runner said before it gave up.
struct RunnerFailure: Diagnosable, Hashable {
    var message: String

    var diagnosis: Diagnosis { Diagnosis("the runner stopped", why: message) }
}
