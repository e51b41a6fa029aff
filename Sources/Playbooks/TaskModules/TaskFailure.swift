package import Diagnostics
package import JSON

/// Why a task could not be done.
package enum TaskFailure: Diagnosable {
    /// A system call failed on a path or another subject.
    case system(call: String, subject: String, errno: Int32)
    case noSuchUser(String)
    case noSuchGroup(String)
    case badMode(String)
    case badArguments(module: String, reason: String)
    case fileNotSent(String)
    case pathIsOther(path: String, is: String, wanted: String)
    case notFound(String)
    case commandFailed(command: String, status: Int32, output: String)
    /// The command that a task gives to look at a file's new content refused it.
    case invalidContent(path: String, command: String, status: Int32, output: String)
    /// The machine lacks a program that the module drives.
    case noProgram(String, package: String)
    case timedOut(String, seconds: Int)
    /// The task took longer than it may.
    case outOfTime(module: String, seconds: Int)
    /// The machine has no `mkfs` for it.
    case noFileSystemProgram(type: String, device: String)
    case said(String)
    /// A failed result with members of its own.
    case result(JSONObject)

    package var diagnosis: Diagnosis {
        switch self {
        case .system(let call, let subject, let number):
            Diagnosis("\(subject): \(call) failed", why: SystemCalls.text(of: number))
        case .noSuchUser(let name): Diagnosis("there is no user '\(name)'")
        case .noSuchGroup(let name): Diagnosis("there is no group '\(name)'")
        case .badMode(let mode): Diagnosis("'\(mode)' is not a file mode", fix: "write it as '0644' or 'u=rw,g=r'")
        case .badArguments(let module, let reason): Diagnosis("'\(module)' cannot do this", why: reason)
        case .fileNotSent(let path):
            Diagnosis(
                "the file '\(path)' did not come with the play", why: "the path gets its value on the machine only")
        case .pathIsOther(let path, let kind, let wanted): Diagnosis("\(path) is \(kind), not \(wanted)")
        case .notFound(let path): Diagnosis("\(path) does not exist")
        case .commandFailed(let command, let status, let output):
            Diagnosis("'\(command)' ended with status \(status)", why: output.isEmpty ? nil : output)
        case .invalidContent(let path, let command, let status, let output):
            Diagnosis(
                "the new content of \(path) is not valid: '\(command)' ended with status \(status)",
                why: output.isEmpty ? nil : output, fix: "mend what the task writes; the file is as it was")
        case .noProgram(let name, let package):
            Diagnosis("this machine has no '\(name)'", fix: "install the package '\(package)' first")
        case .timedOut(let what, let seconds): Diagnosis("\(what) did not come to be within \(seconds) seconds")
        case .outOfTime(let module, let seconds):
            Diagnosis(
                "The \(module) action failed to execute in the expected time frame (\(seconds)) and was terminated")
        case .noFileSystemProgram(let type, let device):
            Diagnosis(
                "\(device) cannot be formatted with \(type)", why: "this machine's image has no mkfs.\(type)",
                fix: "take an image with \(type == "xfs" ? "xfsprogs" : "that program"), or format it with ext4")
        case .said(let message): Diagnosis(message)
        case .result(let members): Diagnosis(members["msg"]?.string ?? "failed")
        }
    }
}
