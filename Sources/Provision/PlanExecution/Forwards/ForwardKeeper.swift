package import Credentials
import Diagnostics
import FoundationEssentials
import Glibc
import Linux

/// Keeps the one background process of a cluster that carries its forwards: starts it, starts it anew for other forwards, ends it.
package struct ForwardKeeper: Sendable {
    private let folder: String
    /// This program, which is started again to serve.
    private let program: String
    /// The libvirt that was asked for, which says where machines can be reached.
    private let uri: String?
    /// A descriptor of the host's own network namespace, where this process works in another.
    private let hostNamespace: Int32?

    package init(credentials: CredentialStore, program: String, uri: String?, hostNamespace: Int32?) {
        folder = credentials.folder
        self.program = program
        self.uri = uri
        self.hostNamespace = hostNamespace
    }

    private var path: String { ForwardRecord.path(in: folder) }

    /// What there is: the forwards that were wanted last, and the process where it runs.
    package var record: ForwardRecord? { ForwardRecord.read(path) }

    /// The forwards that are carried now.
    package func carried() throws -> [Forward] {
        guard let record, try record.runningServer() != nil else { return [] }
        return record.forwards
    }

    /// Whether exactly these forwards are carried now.
    package func carries(_ forwards: [Forward]) throws -> Bool { try Set(carried()) == Set(forwards) }

    /// Makes these the forwards that are carried; does nothing where they are.
    package func carry(_ forwards: [Forward]) async throws {
        if try carries(forwards) { return }
        try await stop()
        guard !forwards.isEmpty else {
            unlink(path)
            return
        }
        try ForwardRecord(forwards: forwards, server: nil).write(path)
        try await serve()
    }

    /// Ends the process; the wish stays in the record.
    package func stop() async throws {
        guard var record, let server = try record.runningServer() else { return }
        kill(server.process.pid, SIGTERM)
        let deadline = ContinuousClock.now + .seconds(3)
        while server.process.isAlive {
            if ContinuousClock.now > deadline { kill(server.process.pid, SIGKILL) }
            try await Task.sleep(for: .milliseconds(20))
        }
        record.server = nil
        try record.write(path)
    }

    /// Starts the process, where the host's ports are, and waits until it listens, or says why it does not.
    private func serve() async throws {
        var spec = ProcessSpec(
            arguments: [program, "forward", "--serve", path] + (uri.map { ["--connect", $0] } ?? []),
            environment: ProcessInfo.processInfo.environment.map { "\($0.key)=\($0.value)" })
        spec.isDetached = true
        spec.workingDirectory = "/"
        if let hostNamespace { spec.joinedNamespaces = ["/proc/self/fd/\(hostNamespace)"] }
        let log = folder + "/forwards.log"
        let answer = try Descriptor.pipe()
        let none = try Descriptor(opening: "/dev/null", O_RDONLY)
        let errors = try Descriptor(opening: log, O_WRONLY | O_CREAT | O_TRUNC, mode: 0o600)
        _ = try StartedProcess.start(
            spec, streams: .init(input: none.raw, output: answer.writing.raw, error: errors.raw))
        let said = try await Self.readAll(answer.closingWriter(), deadline: .now + .seconds(20))
        guard said == Self.isServing else {
            throw Diagnosis(
                said.isEmpty ? "the ports cannot be forwarded" : said,
                why: said.isEmpty ? "the process that does it ended; its log is \(log)" : nil)
        }
    }

    /// What the process says, until it closes its output.
    private static func readAll(
        _ reading: consuming Descriptor, deadline: ContinuousClock.Instant
    ) async throws -> String {
        var text: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 4096)
        _ = fcntl(reading.raw, F_SETFL, O_NONBLOCK)
        while true {
            let count = read(reading.raw, &buffer, buffer.count)
            if count == 0 { return String(decoding: text, as: UTF8.self) }
            if count > 0 {
                text += buffer[..<count]
                continue
            }
            guard errno == EAGAIN || errno == EINTR, ContinuousClock.now < deadline else {
                throw Diagnosis("the process that forwards ports does not answer", why: "it had 20 s to begin")
            }
            try await Task.sleep(for: .milliseconds(5))
        }
    }

    /// Gives the answer to the program that waits for it, and leaves its pipe.
    private static func answer(_ text: String) {
        let bytes = Array(text.utf8)
        _ = bytes.withUnsafeBytes { write(STDOUT_FILENO, $0.baseAddress, $0.count) }
        dup2(STDIN_FILENO, STDOUT_FILENO)
    }

    static let isServing = "serving"

    /// What the background process does: binds, says so, and serves until it is told to end or the record is another's.
    package static func serve(record path: String, namespace: Int32?) async throws {
        // The terminal and the shell that it was started from are nobody's business here.
        signal(SIGTERM, SIG_DFL)
        signal(SIGHUP, SIG_IGN)
        signal(SIGINT, SIG_IGN)
        guard var record = ForwardRecord.read(path) else {
            throw Diagnosis("there is no record of forwards at \(path)", fix: "run clusterfile up")
        }
        let server: ForwardServer
        do {
            server = try await ForwardServer.start(
                try ForwardListener.bind(record.forwards, inNamespace: namespace))
            record.server = try .current()
            try record.write(path)
        } catch {
            answer(Diagnoses(of: error).description)
            throw error
        }
        answer(isServing)
        while ForwardRecord.read(path)?.server == record.server { try await Task.sleep(for: .seconds(5)) }
        try await server.stop()
    }
}
