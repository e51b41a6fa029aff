package import Diagnostics
internal import FoundationEssentials
package import JSON
internal import Linux
package import Plays

/// Connects to the hosts of a playbook: a runner there, over OpenSSH's client with this user's own configuration and keys, or one
/// on this host.
package struct HostConnector: Sendable {
    private let file: String
    private let launch: RunnerLaunch
    private let defaults: ConnectionVariables.Defaults
    private let environment: [String: String]

    /// `folder` has the runner.
    package init(
        folder: String, defaults: ConnectionVariables.Defaults, environment: [String: String]
    ) throws(Diagnosis) {
        file = folder + "/clusterfile-runner"
        do {
            let digest = try FileDigest.sha256(ofFile: file)
            let size = try Data(contentsOf: URL(filePath: file), options: .mappedIfSafe).count
            launch = RunnerLaunch(digest: String(digest.prefix(16)), size: size)
        } catch {
            throw Diagnosis(
                "cannot read the runner \(file)", why: "\(error)", fix: "install the programs again: scripts/up")
        }
        self.defaults = defaults
        self.environment = environment
    }

    /// Starts a runner on a host.
    package func connect(
        _ host: String, _ variables: [JSONObject], _ keywords: ConnectionKeywords = ConnectionKeywords(),
        needsRoot: Bool
    ) async throws -> MachineChannel {
        var defaults = defaults
        defaults.isLocal = keywords.isLocal ?? defaults.isLocal
        defaults.user = keywords.user ?? defaults.user
        defaults.port = keywords.port ?? defaults.port
        let place = try ConnectionVariables(of: host, variables, defaults)
        let password = needsRoot ? place.becomePassword : nil
        let command = needsRoot ? launch.asRoot(withPassword: password != nil) : launch.asUser
        if place.isLocal {
            return try await open(["/bin/sh", "-c", command], password, host, place)
        }
        let remote = ["--", place.address, "exec sh -c " + RunnerLaunch.quoted(command)]
        guard let kept = place.keptConnection else {
            return try await open(place.clientArguments + remote, password, host, place)
        }
        let arguments = place.clientArguments + kept.arguments + remote
        if kept.exists {
            do {
                return try await open(arguments, password, host, place, within: Self.patienceWithKept)
            } catch {
                // The machine may have started anew since, or be another: what is wrong with a new connection counts.
                try Task.checkCancellation()
                kept.abandon()
            }
        }
        return try await open(arguments, password, host, place)
    }

    /// How long a machine may be silent over a connection that was made earlier.
    private static let patienceWithKept = Duration.seconds(5)

    /// Starts a program that becomes the runner, and says its first word within the time, if there is one.
    private func open(
        _ arguments: [String], _ password: String?, _ host: String, _ place: ConnectionVariables,
        within patience: Duration? = nil
    ) async throws -> MachineChannel {
        let program = try await PipedProgram.start(
            arguments, environment: environment.map { "\($0.key)=\($0.value)" }.sorted())
        do {
            if let password { try await program.send(Array((password + "\n").utf8)) }
            let first = try await firstWord(of: program, within: patience)
            let stream = Stream(program, try await begin(program, first, host, place))
            var channel = MachineChannel(
                send: { try await stream.send($0) }, receive: { try await stream.receive() },
                close: { await program.close() })
            channel.isLocal = place.isLocal
            return channel
        } catch {
            await program.close()
            throw error
        }
    }

    private func firstWord(of program: PipedProgram, within patience: Duration?) async throws -> [UInt8]? {
        guard let patience else { return try await program.receive() }
        return try await withThrowingTaskGroup { group in
            group.addTask {
                try await Task.sleep(for: patience)
                program.end()
            }
            defer { group.cancelAll() }
            return try await program.receive()
        }
    }

    /// Brings the runner where it is not; gives what it has said already.
    private func begin(
        _ program: PipedProgram, _ first: [UInt8]?, _ host: String, _ place: ConnectionVariables
    ) async throws -> [UInt8] {
        var next = first
        while let bytes = next {
            for (number, byte) in bytes.enumerated() {
                switch byte {
                case UInt8(ascii: "+"): return Array(bytes[(number + 1)...])
                case UInt8(ascii: "-"): try await sendRunner(to: program)
                default: throw Self.unexpected(host, place, String(decoding: bytes, as: UTF8.self))
                }
            }
            next = try await program.receive()
        }
        throw unreachable(host, place, program.complaint)
    }

    /// Sends the runner itself, of which no more than a piece is in memory at a time.
    private func sendRunner(to program: PipedProgram) async throws {
        let content = try Data(contentsOf: URL(filePath: file), options: .alwaysMapped)
        for start in stride(from: 0, to: content.count, by: 1 << 20) {
            try await program.send(Array(content[start..<min(content.count, start + (1 << 20))]))
        }
    }

    private static func unexpected(_ host: String, _ place: ConnectionVariables, _ text: String) -> Diagnosis {
        Diagnosis(
            "host '\(host)' says something of its own before the runner begins", why: String(text.prefix(200)),
            fix: "take it out of the start files of the user's shell there")
    }

    private func unreachable(_ host: String, _ place: ConnectionVariables, _ complaint: String) -> Diagnosis {
        let lines = complaint.split(whereSeparator: \.isNewline).joined(separator: "; ")
        if complaint.contains("sudo:") {
            return Diagnosis(
                "the user of host '\(host)' does not become root", why: lines,
                fix: "let him use sudo without a password, or give it with --ask-become-pass")
        }
        return Diagnosis(
            place.isLocal ? "the runner does not start on this host" : "host '\(host)' cannot be reached",
            why: lines.isEmpty ? "the connection ended without a word" : lines,
            fix: place.isLocal
                ? nil : "see that this works without a question: \(Self.shown(place)) true")
    }

    private static func shown(_ place: ConnectionVariables) -> String {
        (place.clientArguments.filter { !["-T", "-x", "-a"].contains($0) } + [place.address]).joined(separator: " ")
    }

    /// A runner's words behind its first byte; where it ends without one, what it complained of is the error.
    private actor Stream {
        private let program: PipedProgram
        private var rest: [UInt8]

        init(_ program: PipedProgram, _ rest: [UInt8]) {
            self.program = program
            self.rest = rest
        }

        func send(_ bytes: [UInt8]) async throws {
            do {
                try await program.send(bytes)
            } catch {
                throw ended ?? error
            }
        }

        /// What it complained of before its end, if anything.
        private var ended: Diagnosis? {
            let complaint = program.complaint
            return complaint.isEmpty ? nil : Diagnosis("the connection ended", why: complaint)
        }

        func receive() async throws -> [UInt8]? {
            if !rest.isEmpty {
                defer { rest = [] }
                return rest
            }
            if let bytes = try await program.receive() { return bytes }
            if let ended { throw ended }
            return nil
        }
    }
}
