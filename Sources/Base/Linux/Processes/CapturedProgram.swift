import Glibc

/// Another program's end, with its two outputs apart.
package struct CapturedProgram: Hashable, Sendable {
    package var status: WaitStatus
    package var output: [UInt8]
    package var errors: String
    /// Whether it had to be killed because its time was over.
    package var isOverdue: Bool

    /// Runs a program in a session of its own, with nothing to read unless `input` names a descriptor, until it and
    /// its outputs end; when the seconds are over, it is killed with all that it started.
    package init(
        running arguments: [String], environment: [String], within seconds: Int, input: Int32? = nil
    ) throws(LinuxError) {
        let nothing = try Descriptor(opening: "/dev/null", O_RDONLY)
        let output = try Descriptor.pipe()
        let errors = try Descriptor.pipe()
        let pid = try Self.start(
            ProcessSpec(arguments: arguments, environment: environment),
            .init(input: input ?? nothing.raw, output: output.writing.raw, error: errors.writing.raw))
        let written = output.closingWriter()
        let complained = errors.closingWriter()
        let pieces = Self.drain(written.raw, complained.raw, until: Self.now + seconds * 1000)
        if pieces.isOverdue { kill(-pid, SIGKILL) }
        var status: Int32 = 0
        while waitpid(pid, &status, 0) < 0 {
            if errno != EINTR { throw .last("wait for", arguments[0]) }
        }
        self.status = WaitStatus(status)
        self.output = pieces.output
        self.errors = String(decoding: pieces.errors, as: UTF8.self)
        isOverdue = pieces.isOverdue
    }

    /// Starts it, again for a second where somebody is still writing the program (ETXTBSY, execve(2)): a process that was
    /// started just when it was written may hold it open until its own exec.
    private static func start(_ spec: ProcessSpec, _ streams: StartedProcess.Streams) throws(LinuxError) -> Int32 {
        let end = now + 1000
        while true {
            do throws(LinuxError) {
                return try StartedProcess.start(spec, streams: streams).pid
            } catch {
                guard error.code == ETXTBSY, now < end else { throw error }
                usleep(10_000)
            }
        }
    }

    private static var now: Int {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return time.tv_sec * 1000 + time.tv_nsec / 1_000_000
    }

    private static func drain(_ output: Int32, _ errors: Int32, until deadline: Int) -> (
        output: [UInt8], errors: [UInt8], isOverdue: Bool
    ) {
        var taken: [Int32: [UInt8]] = [output: [], errors: []]
        var open = [output, errors]
        var buffer = [UInt8](repeating: 0, count: 64 << 10)
        while !open.isEmpty {
            let left = deadline - now
            guard left > 0 else { return (taken[output] ?? [], taken[errors] ?? [], true) }
            var polls = open.map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
            guard poll(&polls, nfds_t(polls.count), Int32(clamping: left)) > 0 else { continue }
            for one in polls where one.revents != 0 {
                let count = read(one.fd, &buffer, buffer.count)
                if count > 0 {
                    taken[one.fd]?.append(contentsOf: buffer[..<count])
                } else if count == 0 || errno != EINTR {
                    open.removeAll { $0 == one.fd }
                }
            }
        }
        return (taken[output] ?? [], taken[errors] ?? [], false)
    }
}
