import ArgumentParser
import Diagnostics
import Hypervisor
import PlanExecution

/// The exit statuses of `clusterfile`; the numbers are sysexits.h's where it has one.
enum ExitStatus {
    /// Something that was to be done could not be done; the message says what.
    static let failure = ExitCode(1)
    /// `plan --exit-code` found something to change.
    static let changes = ExitCode(2)
    /// Some machines failed; the others are as they were wanted.
    static let partial = ExitCode(3)
    /// The Clusterfile or a playbook has mistakes (EX_DATAERR); nothing was touched.
    static let badFile = ExitCode(65)
    /// libvirt or a machine cannot be reached (EX_UNAVAILABLE).
    static let unavailable = ExitCode(69)
    /// Another command works on the cluster (EX_TEMPFAIL).
    static let locked = ExitCode(75)

    static func of(_ error: any Error) -> ExitCode {
        switch error {
        case is MistakesInFile, is PlaybookMistakes: badFile
        case HypervisorError.unreachable: unavailable
        case is ClusterLocked: locked
        case let interrupted as Interruption.Interrupted: interrupted.status
        default: failure
        }
    }
}

/// The mistakes of a file that the user wrote.
struct MistakesInFile: Diagnosable {
    var diagnoses: Diagnoses
    var diagnosis: Diagnosis { Diagnosis(diagnoses.description) }
}
