import CLinux
package import Diagnostics
import Glibc

/// What the kernel refused.
package enum LinuxError: Error, Hashable, Sendable {
    /// A system call on a file, process or interface failed with an errno.
    case systemCall(String, subject: String, code: Int32)
    /// A process could not be started; the stage says how far its preparation got.
    case processStart(ProcessStartStage, subject: String, code: Int32)
    /// The kernel refused a route netlink request, with its own words where it has some.
    case netlink(operation: String, code: Int32, explanation: String?)
    /// A file of the kernel's does not read as it should.
    case unreadable(path: String)
    /// The kernel or the machine lacks something.
    case unsupported(String)

    /// The errno, or nil where there is none.
    package var code: Int32? {
        switch self {
        case .systemCall(_, _, let code), .processStart(_, _, let code), .netlink(_, let code, _): code
        case .unreadable, .unsupported: nil
        }
    }

    /// Whether what was named is not there.
    package var isMissing: Bool { code == ENOENT }

    /// The last system call's error; to be called right after it.
    package static func last(_ call: String, _ subject: String) -> LinuxError {
        .systemCall(call, subject: subject, code: errno)
    }
}

extension LinuxError: Diagnosable, CustomStringConvertible {
    package var diagnosis: Diagnosis {
        switch self {
        case .systemCall(let call, let subject, let code):
            Diagnosis("\(call) \(subject) failed", why: errorText(code), fix: advice(code))
        case .processStart(let stage, let subject, let code):
            Diagnosis(
                "cannot \(stage.purpose)\(subject.isEmpty ? "" : " \(subject)")", why: errorText(code),
                fix: advice(code))
        case .netlink(let operation, let code, let explanation):
            Diagnosis(
                "cannot \(operation)", why: explanation.map { "\(errorText(code)) (\($0))" } ?? errorText(code),
                fix: advice(code))
        case .unreadable(let path):
            Diagnosis("\(path) does not read as expected")
        case .unsupported(let what):
            Diagnosis("this kernel lacks \(what)", fix: "use Debian 12's kernel or a later one")
        }
    }

    package var description: String { diagnosis.rendered }
}

/// The C library's words for an errno.
package func errorText(_ code: Int32) -> String {
    String(cString: clinux_error_text(code))
}

private func advice(_ code: Int32) -> String? {
    switch code {
    case EPERM, EACCES: "run as root"
    case ENOSPC: "free space on the machine's disk"
    case EMFILE, ENFILE: "raise the limit of open files"
    default: nil
    }
}
