import CLinux
import Glibc

/// Other programs that are run to their end.
package enum Program {
    /// How a program ended and what it said.
    package struct Outcome: Hashable, Sendable {
        package var status: WaitStatus
        /// Standard output and standard error, as they came.
        package var output: String
    }

    /// Runs a program with an input of at most a pipe's 64 KiB, in a network namespace or the caller's own, and waits
    /// for its end.
    package static func run(
        _ arguments: [String], input: String = "", in namespace: NetworkNamespace? = nil
    ) throws(LinuxError) -> Outcome {
        precondition(input.utf8.count <= 64 << 10, "more input than a pipe holds would block")
        var spec = ProcessSpec(arguments: arguments, environment: ["PATH=/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL=C"])
        if let namespace { spec.joinedNamespaces = [namespace.path] }
        let toProgram = try Descriptor.pipe()
        let fromProgram = try Descriptor.pipe()
        let process = try StartedProcess.start(
            spec,
            streams: .init(
                input: toProgram.reading.raw, output: fromProgram.writing.raw, error: fromProgram.writing.raw))
        let pid = process.pid
        let writing = toProgram.closingReader()
        try writing.write(input.utf8, subject: arguments[0])
        _ = consume writing
        let output = try fromProgram.closingWriter().readAll(subject: arguments[0])
        var status: Int32 = 0
        while waitpid(pid, &status, 0) < 0 {
            if errno != EINTR { throw .last("wait for", arguments[0]) }
        }
        return Outcome(status: WaitStatus(status), output: String(decoding: output, as: UTF8.self))
    }
}
