import Glibc
import Linux

/// The supervisor's one loop: requests, output, ends of processes, deadlines.
final class SupervisorLoop {
    private let folder: PodFolder
    private let sandbox: SandboxRecord
    private let identity: SupervisorRecord
    private let listener: Descriptor
    private let signals: SignalQueue
    private var containers: [SupervisedContainer] = []
    /// Ends that a full disk, say, has kept from being written down.
    private var unwritten: [(path: String, state: StateRecord.State)] = []
    private var isEnding = false

    init(_ folder: PodFolder) throws {
        self.folder = folder
        guard let sandbox = try RecordFile.read(folder.sandbox, as: SandboxRecord.self) else {
            throw ContainerRuntimeError.unreadableRecord(path: folder.sandbox, reason: "it is missing")
        }
        guard let process = ProcessIdentity(of: getpid()) else { throw LinuxError.unreadable(path: "/proc/self/stat") }
        self.sandbox = sandbox
        identity = SupervisorRecord(bootIdentity: try MachineInformation.bootIdentity(), process: process)
        // In the supervisor's own mount namespace: gone with it.
        try FileSystem.makeFolder(folder.sharedMemory)
        try MemoryFileSystem.mount(
            at: folder.sharedMemory, maximumBytes: sandbox.spec.sharedMemoryBytes, mode: 0o1777)
        signals = try SignalQueue([SIGCHLD, SIGTERM, SIGINT])
        listener = try UnixSocket.listen(folder.socket)
        try RecordFile.write(identity, to: folder.supervisor)
    }

    /// Runs until told to end and no container is left.
    func run() throws {
        while !(isEnding && containers.isEmpty && unwritten.isEmpty) {
            var waits = [
                pollfd(fd: signals.descriptor.raw, events: Int16(POLLIN), revents: 0),
                pollfd(fd: listener.raw, events: Int16(POLLIN), revents: 0),
            ]
            for container in containers {
                for pipe in container.outputs { waits.append(pollfd(fd: pipe, events: Int16(POLLIN), revents: 0)) }
            }
            if poll(&waits, UInt(waits.count), timeout()) < 0, errno != EINTR { throw LinuxError.last("poll", "") }
            // Output first: what a process wrote before its end belongs into the log before its end is told.
            for wait in waits.dropFirst(2) where wait.revents != 0 {
                containers.first { $0.outputs.contains(wait.fd) }?.drain(wait.fd)
            }
            if waits[0].revents != 0 { try handleSignals() }
            if waits[1].revents != 0 { accept() }
            for container in containers { container.killIfDue() }
            if !unwritten.isEmpty { writeStates() }
        }
    }

    private func timeout() -> Int32 {
        if !unwritten.isEmpty { return 1000 }
        let now = BootTime.now()
        return containers.compactMap(\.killDeadline).map { Int32(min(now.milliseconds(until: $0), 60_000)) }.min() ?? -1
    }

    private func handleSignals() throws {
        for signal in signals.next() where signal != SIGCHLD { isEnding = true }
        var status: Int32 = 0
        while true {
            let pid = waitpid(-1, &status, WNOHANG)
            guard pid > 0 else { break }
            guard let index = containers.firstIndex(where: { $0.pid == pid }) else { continue }
            let container = containers.remove(at: index)
            unwritten.append((container.statePath, .exited(container.end(status: status))))
            writeStates()
            report(container.name) { try container.clear() }
        }
    }

    /// Until its end is on record a container counts as running: no agent may start another attempt on a guess.
    private func writeStates() {
        unwritten = unwritten.filter { path, state in
            do {
                try RecordFile.write(StateRecord(supervisor: identity, state: state), to: path)
                return false
            } catch {
                StandardError.write("\(Timestamp.now().rfc3339) \(path): \(error)")
                return true
            }
        }
        ring()
    }

    private func accept() {
        report("a request") {
            guard let connection = try UnixSocket.accept(listener) else { return }
            let request = try UnixSocket.receive(connection, as: SupervisorRequest.self)
            let reply: SupervisorReply
            do {
                try carryOut(request)
                reply = .done
            } catch {
                reply = .refused("\(error)")
            }
            try UnixSocket.send(reply, on: connection)
        }
    }

    private func carryOut(_ request: SupervisorRequest) throws {
        switch request {
        case .start(let name, let attempt):
            if isEnding { throw ContainerRuntimeError.sandboxDead(uid: sandbox.spec.uid) }
            let place = folder.attempt(attempt, of: name)
            // Asked again after the agent lost the first answer.
            if FileSystem.exists(place.state) { return }
            if containers.contains(where: { $0.name == name }) {
                throw ContainerRuntimeError.requestRefused("container '\(name)' still runs")
            }
            if let container = try SupervisedContainer.start(
                name, in: place, group: ControlGroup(path: sandbox.controlGroup).child(name), identity)
            {
                containers.append(container)
            }
            ring()
        case .stop(let name, let seconds):
            containers.first { $0.name == name }?.stop(gracePeriodSeconds: seconds)
        }
    }

    /// Does something whose failure must not end the other containers; says what happened in the supervisor's log.
    private func report(_ subject: String, _ body: () throws -> Void) {
        do {
            try body()
        } catch {
            StandardError.write("\(Timestamp.now().rfc3339) \(subject): \(error)")
        }
        ring()
    }

    /// Tells the agent, if there is one, to look again.
    private func ring() {
        let path = sandbox.bell + "/" + sandbox.spec.uid
        let bell = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        if bell < 0 { return }
        _ = write(bell, "!", 1)
        close(bell)
    }
}
