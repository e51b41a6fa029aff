internal import Bundles
internal import Crypto
internal import Diagnostics
internal import Dispatch
internal import FoundationEssentials
internal import JSON

/// One machine's part of a run: drives its session over its channel.
actor MachineRun {
    nonisolated let host: String
    private var channel: MachineChannel
    private var isOpen = true
    private var compiled: CompiledPlaybook?
    private let report: @Sendable (HostEvent) -> Void
    private var session = MachineSession()
    /// Of the playbooks before the present one.
    private var countsBefore = RecapCounts()
    private var countsNow = RecapCounts()
    /// The number of the playbook whose bundle the machine has.
    private var playbook: Int?
    private var playNumber = 0
    private var isMarked = false
    /// Whom it meets in the present play, and who does its delegated tasks.
    private var company: Company?
    /// The file that the machine brings.
    private var incoming: IncomingFile?
    /// Where its play is, for the runner that goes on when the connection was lost; and how often it was lost just there.
    private var point = ResumePoint()
    private var losses = 0
    /// Until when the machine has to be back that starts anew.
    private var rebootDeadline: ContinuousClock.Instant?
    /// For whom it does a call.
    private var asker: String?
    private let pausing: PausePrompt?

    private struct Company {
        var meeting: Meeting
        var delegates: Delegates
        var steps: Steps
    }

    init(
        host: String, channel: MachineChannel, pausing: PausePrompt? = nil,
        report: @escaping @Sendable (HostEvent) -> Void
    ) {
        self.host = host
        self.pausing = pausing
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
        point = ResumePoint()
        for effect in session.begin(bundle) { try await carryOut(effect) }
    }

    /// Runs a play to its end, meeting the others of its batch on the way.
    func play(
        _ start: PlayStart, _ meeting: Meeting, _ delegates: Delegates, _ steps: Steps
    ) async throws -> PlayEnd {
        company = Company(meeting: meeting, delegates: delegates, steps: steps)
        playNumber = start.number
        isMarked = start.isMarked
        if start.resume == nil {
            point.beginPlay(countsNow)
            losses = 0
        }
        defer { company = nil }
        for effect in session.play(start) { try await carryOut(effect) }
        while let bytes = try await channel.receive() {
            for effect in try session.received(bytes) {
                if case .playEnded(let end) = effect {
                    countsNow = end.counts
                    return end
                }
                try await carryOut(effect)
            }
        }
        throw BundleError.channelClosed
    }

    /// Has something done for another machine's task, with that one's files.
    func call(_ call: ModuleCall, of compiled: CompiledPlaybook, for asker: String) async throws -> CallResult {
        self.compiled = compiled
        self.asker = asker
        for effect in session.call(call) { try await carryOut(effect) }
        while let bytes = try await channel.receive() {
            for effect in try session.received(bytes) {
                if case .called(let result) = effect { return result }
                try await carryOut(effect)
            }
        }
        throw BundleError.channelClosed
    }

    func close() async {
        guard isOpen else { return }
        isOpen = false
        await channel.close()
    }

    /// Until when it is worth while to connect again; nil where it was lost too often at one task.
    func patience(_ usual: Duration) -> ContinuousClock.Instant? {
        losses += 1
        if let rebootDeadline { return rebootDeadline }
        return losses > 3 ? nil : .now + usual
    }

    /// Goes on over another channel: gives where.
    func goOn(over channel: MachineChannel) async throws -> ResumePoint {
        self.channel = channel
        isOpen = true
        session = MachineSession()
        incoming = nil
        guard let bundle = compiled?.bundle(for: host) else { throw BundleError.channelClosed }
        for effect in session.begin(bundle) { try await carryOut(effect) }
        return point
    }

    /// Does what the session asks.
    private func carryOut(_ effect: MachineSession.Effect) async throws {
        switch effect {
        case .send(let frame): try await channel.send(frame.bytes)
        case .sendFile(let digest): try await sendFile(digest)
        case .report(let event): report(.task(host: host, compiled?.masked(event) ?? event))
        case .answer(let ask): try await channel.send(Frame(.answer, answer(to: ask).json.bytes).bytes)
        case .mark(let later):
            if later.place != point.place || later.handler != point.handler { losses = 0 }
            if later.reboot == nil { rebootDeadline = nil }
            point.take(later)
        case .content(let bytes):
            guard let incoming else { throw BundleError.unexpectedFrame("content") }
            try incoming.write(bytes)
        case .settled(let result): await company?.meeting.settled(result, by: host)
        case .failed(let message): throw RunnerFailure(message: message)
        case .playEnded, .called: throw BundleError.unexpectedFrame("an end")
        }
    }

    private func answer(to ask: Ask) async throws -> Answer {
        guard let compiled else { throw BundleError.unexpectedFrame("ask") }
        switch ask {
        case .meeting(let place, let runsOnce, let updates):
            guard let company else { throw BundleError.unexpectedFrame("ask") }
            company.delegates.memory.tell(updates, of: host)
            return .value(await company.meeting.meet(host, at: place, runsOnce: runsOnce).json)
        case .turn(let place, let count):
            await company?.meeting.takeTurn(host, at: place, of: count)
            return .value(.null)
        case .turnOver:
            await company?.meeting.turnOver(of: host)
            return .value(.null)
        case .step(let place, let task):
            return .value(.bool(await company?.steps.wants(task, at: [playbook ?? 0, playNumber] + place) ?? true))
        case .call(let other, let call):
            guard let company else { throw BundleError.unexpectedFrame("ask") }
            do {
                return .value(try await company.delegates.call(call, on: other, of: compiled, for: host).json)
            } catch let error as CancellationError {
                throw error
            } catch {
                return .refusal("on \(other): " + Diagnoses(of: error).description)
            }
        case .tell(let other, let updates):
            company?.delegates.memory.tell(updates, of: other)
            return .value(.null)
        case .offer(let path, let destination, let isFlat, let checksum):
            return Answer { try take(path, destination, isFlat: isFlat, checksum, compiled) }
        case .reboot(let seconds):
            guard !channel.isLocal else {
                return .refusal("Running reboot with local connection would reboot the control node.")
            }
            guard isMarked else { return .refusal("this run does not connect to a machine twice") }
            rebootDeadline = .now + .seconds(seconds)
            return .value(.null)
        case .delivered:
            guard let file = incoming else { throw BundleError.unexpectedFrame("ask") }
            incoming = nil
            return Answer {
                let sums = try file.commit()
                return ["dest": .string(file.path), "checksum": .string(sums.sha1), "md5sum": .string(sums.md5)]
            }
        case .prompt(let text, let echoes, let awaitsLine):
            let line = try await pausing?(text, echoes, awaitsLine)
            return .value(line.map { .string($0) } ?? .null)
        case .file, .inclusion, .variables: return compiled.answer(to: ask, of: host)
        case .lookup:
            // It may run a program, for as long as that takes.
            return await withCheckedContinuation { [host] continuation in
                DispatchQueue.global().async { continuation.resume(returning: compiled.answer(to: ask, of: host)) }
            }
        }
    }

    /// Whether a file of the machine is wanted, and where it goes.
    private func take(
        _ path: String, _ destination: String, isFlat: Bool, _ checksum: String, _ compiled: CompiledPlaybook
    ) throws -> JSON {
        let place = try compiled.files.fetched.path(
            for: path, of: asker ?? host, in: destination, isFlat: isFlat, from: compiled.folder)
        if IncomingFile.isFolder(place) {
            throw Diagnosis(
                "dest is an existing directory, use a trailing slash if you want to fetch src into that directory")
        }
        let sums = try IncomingFile.sums(of: place)
        let isWanted = sums?.sha1 != checksum
        if isWanted { incoming = try IncomingFile(place) }
        return [
            "dest": .string(place), "isWanted": .bool(isWanted), "checksum": .string(sums?.sha1 ?? ""),
            "md5sum": .string(sums?.md5 ?? ""),
        ]
    }

    private func sendFile(_ digest: String) async throws {
        guard let path = compiled?.files.path(ofDigest: digest) else {
            return try await channel.send(
                Frame(.blobMissing, Array("the controller knows no file of that digest".utf8)).bytes)
        }
        let data: Data
        do {
            data =
                try compiled?.files.decrypted(ofDigest: digest).map { Data($0) }
                ?? Data(contentsOf: URL(filePath: path), options: .mappedIfSafe)
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

/// Shows a text to whoever watches a run; where a line is wanted, gives what he types, or nil where nobody can be asked.
package typealias PausePrompt = @Sendable (_ text: String, _ echoes: Bool, _ awaitsLine: Bool) async throws -> String?

extension Answer {
    /// The value that the body gives, or why it gives none.
    fileprivate init(_ body: () throws -> JSON) {
        do {
            self = .value(try body())
        } catch {
            self = .refusal(Diagnoses(of: error).description)
        }
    }
}

/// What a runner said before it gave up.
struct RunnerFailure: Diagnosable, Hashable {
    var message: String

    var diagnosis: Diagnosis { Diagnosis("the runner stopped", why: message) }
}
