internal import Bundles
internal import Crypto
internal import Diagnostics
internal import FoundationEssentials

/// One machine's part of a run: drives its session over its channel.
actor MachineRun {
    nonisolated let host: String
    private let channel: MachineChannel
    private var compiled: CompiledPlaybook?
    private let report: @Sendable (HostEvent) -> Void
    private var session = MachineSession()
    /// Of the playbooks before the present one.
    private var countsBefore = RecapCounts()
    private var countsNow = RecapCounts()
    /// The number of the playbook whose bundle the machine has.
    private var playbook: Int?

    init(host: String, channel: MachineChannel, report: @escaping @Sendable (HostEvent) -> Void) {
        self.host = host
        self.channel = channel
        self.report = report
    }

    /// What came of all playbooks so far.
    var counts: RecapCounts { countsBefore + countsNow }

    /// Hands a playbook's bundle over, unless the machine has it.
    func begin(_ number: Int, of compiled: CompiledPlaybook) async throws {
        guard number != playbook else { return }
        guard let bundle = compiled.bundle(for: host) else {
            preconditionFailure("a stage names a host without a bundle")
        }
        playbook = number
        self.compiled = compiled
        (countsBefore, countsNow) = (counts, RecapCounts())
        for effect in session.begin(bundle) { _ = try await carryOut(effect) }
    }

    /// Runs a play to its end; true where no task failed.
    func play(_ number: Int) async throws -> Bool {
        for effect in session.play(number) { _ = try await carryOut(effect) }
        let failedBefore = countsNow.failed
        while let bytes = try await channel.receive() {
            var isOver = false
            for effect in try session.received(bytes) where try await carryOut(effect) { isOver = true }
            if isOver { return countsNow.failed == failedBefore }
        }
        throw BundleError.channelClosed
    }

    func close() async { await channel.close() }

    /// Does what the session asks; true where the play is over.
    private func carryOut(_ effect: MachineSession.Effect) async throws -> Bool {
        switch effect {
        case .send(let frame): try await channel.send(frame.bytes)
        case .sendFile(let digest): try await sendFile(digest)
        case .report(let event): report(.task(host: host, event))
        case .answer(let ask):
            guard let compiled else { throw BundleError.unexpectedFrame("ask") }
            try await channel.send(Frame(.answer, compiled.answer(to: ask, of: host).json.bytes).bytes)
        case .playEnded(let counts):
            countsNow = counts
            return true
        case .failed(let message): throw RunnerFailure(message: message)
        }
        return false
    }

    private func sendFile(_ digest: String) async throws {
        guard let path = compiled?.files.path(ofDigest: digest) else {
            return try await channel.send(
                Frame(.blobMissing, Array("the controller knows no file of that digest".utf8)).bytes)
        }
        let data: Data
        do {
            data = try Data(contentsOf: URL(filePath: path), options: .mappedIfSafe)
        } catch {
            return try await channel.send(Frame(.blobMissing, Array("\(path) cannot be read any more".utf8)).bytes)
        }
        var hash = SHA256()
        for start in stride(from: 0, to: data.count, by: Frame.blobPiece) {
            let piece = Array(data[start..<min(data.count, start + Frame.blobPiece)])
            hash.update(data: piece)
            try await channel.send(Frame(.blob, piece).bytes)
        }
        guard ControllerFiles.hexadecimal(hash.finalize()) == digest else {
            return try await channel.send(
                Frame(.blobMissing, Array("\(path) changed meanwhile; run it again".utf8)).bytes)
        }
        try await channel.send(Frame(.blobEnd).bytes)
    }
}

/// What a runner said before it gave up.
struct RunnerFailure: Diagnosable, Hashable {
    var message: String

    var diagnosis: Diagnosis { Diagnosis("the runner stopped", why: message) }
}
