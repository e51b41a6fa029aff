import FoundationEssentials
import Glibc
import Linux

/// This program once more, as a process of its own that outlives the command and its terminal.
package struct BackgroundCommand: Sendable {
    private let program: String
    /// The libvirt that was asked for, which says where machines can be reached.
    private let uri: String?
    /// A descriptor of the host's own network namespace, where this process works in another.
    private let hostNamespace: Int32?

    package init(program: String, uri: String?, hostNamespace: Int32?) {
        self.program = program
        self.uri = uri
        self.hostNamespace = hostNamespace
    }

    /// Starts it with the caller's environment, where the host's ports are; what it says on stderr, and on stdout where no
    /// descriptor takes that, is in the log, which is begun anew.
    func start(_ arguments: [String], output: Int32? = nil, log: String) throws {
        var spec = ProcessSpec(
            arguments: [program] + arguments + (uri.map { ["--connect", $0] } ?? []),
            environment: ProcessInfo.processInfo.environment.map { "\($0.key)=\($0.value)" })
        spec.isDetached = true
        spec.workingDirectory = "/"
        if let hostNamespace { spec.joinedNamespaces = ["/proc/self/fd/\(hostNamespace)"] }
        let none = try Descriptor(opening: "/dev/null", O_RDONLY)
        let errors = try Descriptor(opening: log, O_WRONLY | O_CREAT | O_TRUNC, mode: 0o600)
        _ = try StartedProcess.start(
            spec, streams: .init(input: none.raw, output: output ?? errors.raw, error: errors.raw))
    }

    /// Leaves the terminal and the shell that it was started from to themselves; only SIGTERM ends it.
    static func detach() {
        signal(SIGTERM, SIG_DFL)
        signal(SIGHUP, SIG_IGN)
        signal(SIGINT, SIG_IGN)
    }
}
