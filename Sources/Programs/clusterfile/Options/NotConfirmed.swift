import Diagnostics

/// The answer to a question was not yes.
struct NotConfirmed: Diagnosable {
    var diagnosis: Diagnosis {
        Diagnosis("nothing was done", why: "the answer was not yes", fix: "say yes at the prompt, or run it with --yes")
    }
}
