import Glibc
import Linux

/// One running attempt, as its supervisor holds it.
final class SupervisedContainer {
    let name: String
    let pid: Int32
    /// When it is to be killed, once it was asked to stop.
    private(set) var killDeadline: BootTime?
    private let process: StartedProcess
    private let place: AttemptFolder
    private let launch: LaunchRecord
    private let group: ControlGroup
    private let log: LogFile
    private let startedAt: Timestamp
    private var pipes: [Int32: LogLineCutter] = [:]

    /// The descriptors to read output from.
    var outputs: [Int32] { pipes.keys.sorted() }

    /// Starts an attempt and writes its state down; nil where its program could not be run, which is a state as well.
    static func start(
        _ name: String, in place: AttemptFolder, group: ControlGroup, _ supervisor: SupervisorRecord
    ) throws -> SupervisedContainer? {
        guard let launch = try RecordFile.read(place.launch, as: LaunchRecord.self) else {
            throw ContainerRuntimeError.unreadableRecord(path: place.launch, reason: "it is missing")
        }
        do {
            let container = try SupervisedContainer(name, place, launch, group)
            let state = StateRecord.State.running(process: container.pid, startedAt: container.startedAt)
            try RecordFile.write(StateRecord(supervisor: supervisor, state: state), to: place.state)
            return container
        } catch {
            try? group.destroy()  // The pod's removal takes what is left; the reason to report is the first error.
            try FileSystem.remove(place.files)
            let state = StateRecord.State.startFailed(message: "\(error)", at: .now())
            try RecordFile.write(StateRecord(supervisor: supervisor, state: state), to: place.state)
            return nil
        }
    }

    private init(_ name: String, _ place: AttemptFolder, _ launch: LaunchRecord, _ group: ControlGroup) throws {
        for folder in [place.root, place.upper, place.work] { try FileSystem.makeFolder(folder) }
        try group.destroy()
        try group.make()
        try launch.resources.apply(to: group)
        log = try LogFile(launch.logPath, limit: launch.logLimit)
        let output = try Descriptor.pipe()
        let error = try Descriptor.pipe()
        let input = try Descriptor(opening: "/dev/null", O_RDONLY)
        var spec = launch.process
        spec.controlGroup = group.path
        process = try StartedProcess.start(
            spec, streams: .init(input: input.raw, output: output.writing.raw, error: error.writing.raw))
        startedAt = .now()
        pid = process.pid
        self.name = name
        self.place = place
        self.launch = launch
        self.group = group
        for (pipe, stream) in [
            (output.closingWriter().release(), LogStream.standardOutput),
            (error.closingWriter().release(), .standardError),
        ] {
            _ = fcntl(pipe, F_SETFL, O_NONBLOCK)
            pipes[pipe] = LogLineCutter(stream)
        }
    }

    deinit {
        for pipe in pipes.keys { close(pipe) }
    }

    /// Writes what a pipe holds into the log.
    func drain(_ pipe: Int32) {
        guard var cutter = pipes.removeValue(forKey: pipe) else { return }
        var buffer = [UInt8](repeating: 0, count: 64 << 10)
        var isOpen = true
        // Bounded, so that one talkative container does not keep the others waiting.
        for _ in 0..<16 {
            let count = read(pipe, &buffer, buffer.count)
            if count < 0, errno == EINTR { continue }
            isOpen = count > 0 || count < 0 && errno == EAGAIN
            if count <= 0 { break }
            var lines: [UInt8] = []
            cutter.cut(buffer[..<count], time: Timestamp.now().bytes(fraction: true), to: &lines)
            if !lines.isEmpty { log.append(lines) }
        }
        if isOpen {
            pipes[pipe] = cutter
        } else {
            finish(cutter)
            close(pipe)
        }
    }

    private func finish(_ cutter: LogLineCutter) {
        var cutter = cutter
        var lines: [UInt8] = []
        cutter.finish(time: Timestamp.now().bytes(fraction: true), to: &lines)
        if !lines.isEmpty { log.append(lines) }
    }

    /// Sends the stop signal now, and the kill at the deadline; a second call only brings the deadline forward.
    func stop(gracePeriodSeconds: Int) {
        let deadline = BootTime.now().advanced(bySeconds: gracePeriodSeconds)
        if killDeadline == nil { kill(pid, launch.stopSignal) }
        killDeadline = min(killDeadline ?? deadline, deadline)
        killIfDue()
    }

    func killIfDue() {
        guard let killDeadline, killDeadline <= BootTime.now() else { return }
        self.killDeadline = nil
        // Its first process takes all others of its pid namespace along; the group takes what escaped that.
        kill(pid, SIGKILL)
        try? group.kill()
    }

    /// How it ended, to be written down; takes in the rest of its output.
    func end(status: Int32) -> ContainerExit {
        let finishedAt = Timestamp.now()
        // With its pid namespace nothing is left that could write: what is in the pipes is all.
        while let pipe = pipes.keys.first {
            let before = pipes.count
            drain(pipe)
            if pipes.count == before, !hasMore(pipe), let cutter = pipes.removeValue(forKey: pipe) {
                finish(cutter)
                close(pipe)
            }
        }
        let wait = WaitStatus(status)
        // A group that cannot be read any more says nothing about memory.
        let killed = (try? group.counter("oom_kill", in: "memory.events")) ?? 0
        return ContainerExit(
            code: wait.code, signal: wait.signal, isOutOfMemory: killed > 0 && wait.code != 0, startedAt: startedAt,
            finishedAt: finishedAt, message: terminationMessage())
    }

    /// Where its state is written.
    var statePath: String { place.state }

    /// Takes away what it leaves besides its records.
    func clear() throws {
        try group.destroy()
        try FileSystem.remove(place.files)
    }

    private func hasMore(_ pipe: Int32) -> Bool {
        var wait = pollfd(fd: pipe, events: Int16(POLLIN), revents: 0)
        return poll(&wait, 1, 0) > 0
    }

    private func terminationMessage() -> String {
        // Most containers leave none, and one that cannot be read is as good as none.
        guard let file = try? Descriptor(opening: place.terminationMessage, O_RDONLY | O_NOFOLLOW),
            let bytes = try? file.read(upTo: 4096)
        else { return "" }
        return String(decoding: bytes, as: UTF8.self)
    }
}
