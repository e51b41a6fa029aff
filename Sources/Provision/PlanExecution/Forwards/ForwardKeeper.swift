package import Credentials
import Diagnostics
import FoundationEssentials
import Glibc
import Linux

/// Keeps the one background process of a cluster that carries its forwards: starts it, starts it anew for other forwards, ends it.
package struct ForwardKeeper: Sendable {
    private let folder: String
    private let background: BackgroundCommand

    package init(credentials: CredentialStore, background: BackgroundCommand) {
        folder = credentials.folder
        self.background = background
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
        let log = folder + "/forwards.log"
        let answer = try Descriptor.pipe()
        try background.start(["forward", "--serve", path], output: answer.writing.raw, log: log)
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
        BackgroundCommand.detach()
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
