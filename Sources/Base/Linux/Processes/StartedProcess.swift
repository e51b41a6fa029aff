import CLinux
import Glibc

/// A child process that has called exec.
package struct StartedProcess: ~Copyable, Sendable {
    package let pid: Int32
    /// Names the process for good, where pids are reused; absent for a detached one.
    package let handle: Descriptor?

    /// The standard streams of a child; −1 is the caller's own. `passed` becomes its descriptor 3.
    package struct Streams: Sendable {
        package var input: Int32
        package var output: Int32
        package var error: Int32
        package var passed: Int32

        package init(input: Int32 = -1, output: Int32 = -1, error: Int32 = -1, passed: Int32 = -1) {
            self.input = input
            self.output = output
            self.error = error
            self.passed = passed
        }
    }

    private init(pid: Int32, handle: consuming Descriptor?) {
        self.pid = pid
        self.handle = handle
    }

    /// Starts a process and waits for its exec: what fails before that is thrown, with its stage.
    package static func start(_ spec: ProcessSpec, streams: Streams) throws(LinuxError) -> StartedProcess {
        var joined: [Int32] = []
        var group: Int32 = -1
        defer { (joined + [group]).forEach { if $0 >= 0 { close($0) } } }
        if let path = spec.controlGroup {
            group = try Descriptor(taking: clinux_open_folder(path), from: "open", on: path).release()
        }
        for path in spec.joinedNamespaces { joined.append(try Descriptor(opening: path, O_RDONLY).release()) }
        let strings = CStrings()
        var process = strings.process(spec)
        process.stdio = (streams.input, streams.output, streams.error)
        process.passed = streams.passed
        process.joined_namespaces = UnsafePointer(strings.copy(joined))
        process.joined_namespace_count = joined.count
        process.cgroup = group
        var pidfd: Int32 = -1
        var failure = clinux_failure()
        let pid = clinux_start(&process, &pidfd, &failure)
        guard pid > 0 else {
            throw .processStart(
                ProcessStartStage(rawValue: failure.stage) ?? .clone, subject: spec.subject(of: failure),
                code: failure.error)
        }
        withExtendedLifetime(strings) {}
        if pidfd < 0 { return StartedProcess(pid: pid, handle: nil) }
        return StartedProcess(pid: pid, handle: try Descriptor(taking: pidfd, from: "clone3", on: ""))
    }
}

extension ProcessSpec {
    fileprivate func subject(of failure: clinux_failure) -> String {
        switch ProcessStartStage(rawValue: failure.stage) {
        case .execute: arguments.first ?? ""
        case .workingDirectory: workingDirectory ?? ""
        case .mount: mounts.indices.contains(Int(failure.index)) ? mounts[Int(failure.index)].target : ""
        case .hostname: hostname ?? ""
        default: ""
        }
    }
}
