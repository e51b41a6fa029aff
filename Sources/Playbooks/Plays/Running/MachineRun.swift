internal import Bundles
internal import Crypto
internal import Diagnostics
internal import Dispatch
internal import FoundationEssentials
internal import JSON

/// One machine's part of a run: drives its session over its channel.
actor MachineRun {
    nonisolated let host: String
    private var way: Way
    private var channel: MachineChannel { way.channel }
    var isRoot: Bool { way.isRoot }
    private var isOpen = true
    private var compiled: CompiledPlaybook?
    private let report: @Sendable (HostEvent) -> Void
    private var session = MachineSession()
    /// Of the playbooks before the present one.
    private var countsBefore = RecapCounts()
    private var countsNow = RecapCounts()
    /// The number of the playbook whose bundle the machine has.
    private var playbook: Int?
    /// How much the inventory had grown when that was made; of what it is since then the machine has only heard.
    private var bundleGrowth = 0
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

    /// How it is reached.
    struct Way {
        var channel: MachineChannel
        /// Whether its runner has all rights.
        var isRoot = true
    }

    /// What the machines of a batch have in common.
    struct Company {
        var meeting: Meeting
        var delegates: Delegates
        var steps: Steps
        var ledger: RunLedger
    }

    init(
        host: String, _ way: Way, pausing: PausePrompt? = nil,
        report: @escaping @Sendable (HostEvent) -> Void
    ) {
        self.host = host
        self.pausing = pausing
        self.way = way
        self.report = report
    }

    /// What came of all playbooks so far.
    var counts: RecapCounts { countsBefore + countsNow }

    /// Hands a playbook's bundle over, unless the machine has it; another one of the same playbook is for an inventory that has grown.
    func begin(_ number: Int, of compiled: CompiledPlaybook) async throws {
        guard number != playbook || compiled.growth != bundleGrowth else { return }
        guard var bundle = compiled.bundle(for: host) else {
            preconditionFailure("a stage names a host without a bundle")
        }
        bundle.goesOn = number == playbook
        self.compiled = compiled
        bundleGrowth = compiled.growth
        if number != playbook {
            playbook = number
            (countsBefore, countsNow) = (counts, RecapCounts())
            point = ResumePoint()
        }
        for effect in session.begin(bundle) { try await carryOut(effect) }
    }

    /// Runs a play to its end, meeting the others of its batch on the way.
    func play(_ start: PlayStart, with company: Company) async throws -> PlayEnd {
        self.company = company
        playNumber = start.number
        isMarked = start.isMarked
        if start.resume == nil { beginPlay() }
        defer { self.company = nil }
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

    /// What is known of it is what the next play begins with.
    func beginPlay() {
        point.beginPlay(countsNow)
        losses = 0
    }

    /// Until when it is worth while to connect again; nil where it was lost too often at one task.
    func patience(_ usual: Duration) -> ContinuousClock.Instant? {
        losses += 1
        if let rebootDeadline { return rebootDeadline }
        return losses > 3 ? nil : .now + usual
    }

    /// Goes on over another channel with the playbook as it is now: gives where.
    func goOn(over way: Way, with compiled: CompiledPlaybook) async throws -> ResumePoint {
        self.compiled = compiled
        bundleGrowth = compiled.growth
        self.way = way
        isOpen = true
        session = MachineSession()
        incoming = nil
        guard let bundle = compiled.bundle(for: host) else { throw BundleError.channelClosed }
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
            var outcome = await company.meeting.meet(host, at: place, runsOnce: runsOnce)
            outcome.inventory = try await news(company)
            return .value(outcome.json)
        case .inventory:
            guard let company else { throw BundleError.unexpectedFrame("ask") }
            return .value(try await news(company)?.json ?? .null)
        case .keep(let module, let arguments, let place, let ofAll, let isSecret):
            guard let company, let playbook else { throw BundleError.unexpectedFrame("ask") }
            let request = KeepRequest(
                module: module, arguments: arguments, place: place, ofAll: ofAll, isSecret: isSecret)
            do {
                return .value(
                    .object(
                        try await company.ledger.keep(request, of: host, in: playbook, isLocal: channel.isLocal)))
            } catch {
                return .refusal(Diagnoses(of: error).description)
            }
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

    /// What the inventory has become since the machine's bundle was made.
    private func news(_ company: Company) async throws -> InventoryNews? {
        guard let compiled, let playbook, compiled.keeping.growsInventory,
            let (grown, news) = try await company.ledger.news(for: host, of: playbook, since: compiled.growth)
        else { return nil }
        self.compiled = grown
        return news
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
