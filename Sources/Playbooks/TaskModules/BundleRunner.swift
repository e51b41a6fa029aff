internal import Bundles
internal import Diagnostics
internal import Glibc
internal import JSON
internal import Templates

/// Carries out one bundle: plays when the controller says so, one task after the other, with events on the way.
package final class BundleRunner {
    let channel: ControllerChannel
    let state: RunnerState
    /// The runner's own program, for what goes on without it.
    let program: String
    var bundle: Bundle
    /// Whether the machine had carried out the bundle's plays before this run, where that was looked up.
    private var isDone: Bool?
    /// Facts, registered results and `set_fact`, which outlive a play.
    var facts = JSONObject()
    var registered = JSONObject()
    /// What `include_vars` read, whose values may be templates.
    var included = JSONObject()
    /// What other machines told of their variables, by machine.
    var others: [String: JSONObject] = [:]
    /// Names of variables that got values which the others have not been told.
    private var untold: Set<String> = []
    /// The same of the controller, which keeps them for a runner that goes on in this one's place.
    private(set) var unmarked: Set<String> = []
    let templates = TemplateCache()
    var counts = RecapCounts()
    // Found before any task takes a user's rights: devices are root's.
    private let disk = BlobDisk.find()

    private init(channel: ControllerChannel, state: RunnerState, program: String, bundle: Bundle) {
        self.channel = channel
        self.state = state
        self.program = program
        self.bundle = bundle
    }

    /// Speaks with a controller until it closes the channel; gives the process's exit status.
    package static func serve(
        input: Int32, output: Int32, stateFolder: String, lockTimeoutSeconds: Int = 120,
        program: String = "/proc/self/exe"
    ) -> Int32 {
        signal(SIGPIPE, SIG_IGN)
        umask(0o022)
        let channel = ControllerChannel(input: input, output: output)
        do {
            guard var frame = try channel.receive() else { return 0 }
            var known: RunnerState?
            var last: BundleRunner?
            defer {
                // A cache that cannot be written costs time only.
                try? known?.digests.save()
            }
            while true {
                if frame.kind == .call {
                    let call = try ModuleCall(json: parsed(frame.payload))
                    // What is done for others goes on beside the machine's own tasks.
                    let state = try known ?? RunnerState(folder: stateFolder, name: "", lockTimeoutSeconds: nil)
                    known = state
                    let runner = BundleRunner(channel: channel, state: state, program: program, bundle: .ofCalls)
                    try channel.send(Frame(.result, runner.carryOut(call).json.bytes))
                    guard let next = try channel.receive() else { return 0 }
                    frame = next
                    continue
                }
                guard frame.kind == .bundle else { throw BundleError.unexpectedFrame("\(frame.kind)") }
                let bundle = try Bundle(json: parsed(frame.payload))
                let state =
                    try known
                    ?? RunnerState(folder: stateFolder, name: bundle.host, lockTimeoutSeconds: lockTimeoutSeconds)
                known = state
                let runner =
                    (bundle.goesOn ? last : nil)
                    ?? BundleRunner(channel: channel, state: state, program: program, bundle: bundle)
                runner.bundle = bundle
                last = runner
                guard let next = try runner.plays() else { return 0 }
                frame = next
            }
        } catch BundleError.channelClosed {
            return 1
        } catch {
            // Whether this still reaches anybody is not ours to know.
            try? channel.send(Frame(.failure, Array(Diagnoses(of: error).description.utf8)))
            try? channel.flush()
            return 1
        }
    }

    private static func parsed(_ bytes: [UInt8]) throws(BundleError) -> JSON {
        do throws(JSONSyntaxError) {
            return try JSON(parsing: bytes)
        } catch {
            throw .malformed("it is not JSON: \(error.reason)")
        }
    }

    /// Carries out plays until the controller ends, or sends a frame that is no play: the next bundle.
    private func plays() throws -> Frame? {
        let wasDone = try bundle.onceAs.map { try self.wasDone(once: $0) } ?? false
        while let frame = try channel.receive() {
            guard frame.kind == .play else { return frame }
            let start = try PlayStart(json: Self.parsed(frame.payload))
            guard let play = bundle.plays.first(where: { $0.number == start.number }) else {
                throw BundleError.malformed("there is no such play")
            }
            hear(start.others)
            if let point = start.resume { take(point) }
            var end = PlayEnd(counts: counts, isStopped: false, isFatal: false, updates: [:])
            if !wasDone {
                end = try PlayRunner(self, play, start).run()
                if let name = bundle.onceAs, counts.failed == 0, start.number == bundle.plays.last?.number {
                    try state.markDone(name)
                }
            }
            try state.digests.save()
            try channel.send(Frame(.playEnd, end.json.bytes))
            try channel.flush()
        }
        return nil
    }

    /// Whether what is done only once was done before this run.
    private func wasDone(once name: String) throws -> Bool {
        // A bundle that goes on has more to do than the one before, which may have been through.
        if isDone == false { try state.takeBackDone(name) }
        let wasDone = try isDone ?? state.isDone(name)
        isDone = wasDone
        return wasDone
    }

    /// Takes in what the run's inventory has become.
    func take(_ news: InventoryNews) {
        (bundle.variables, bundle.hostVariables) = (news.variables, news.hostVariables)
    }

    /// Keeps a result or a fact under a name.
    func remember(_ name: String, _ value: JSON) {
        registered[name] = value
        note([name])
    }

    /// Notes that variables have got values.
    func note(_ names: some Sequence<String>) {
        untold.formUnion(names)
        unmarked.formUnion(names)
    }

    /// Goes on from what another runner knew.
    private func take(_ point: ResumePoint) {
        (registered, included, facts, counts) = (point.registered, point.included, point.facts, point.counts)
        note(registered.keys + included.keys + facts.keys)
        unmarked = []
    }

    /// Adds the variables that the controller does not have yet.
    func tell(_ point: inout ResumePoint) {
        func chosen(_ values: JSONObject) -> JSONObject {
            JSONObject(unmarked.sorted().compactMap { name in values[name].map { (name, $0) } })
        }
        (point.registered, point.included, point.facts) = (chosen(registered), chosen(included), chosen(facts))
        unmarked = []
    }

    /// Takes in what other machines told.
    func hear(_ news: JSONObject) {
        for (host, updates) in news {
            others[host] = (others[host] ?? JSONObject()).merging(updates.object ?? JSONObject())
        }
    }

    /// What the others have not been told yet, which they are with this.
    func news() -> JSONObject {
        defer { untold = [] }
        return JSONObject(
            untold.sorted().compactMap { name in (registered[name] ?? included[name] ?? facts[name]).map { (name, $0) }
            })
    }

    /// Whose rights a task has that becomes nobody: the connection's user, whom sudo knows where the inventory does not.
    var user: String? { bundle.user ?? getenv("SUDO_USER").map { String(cString: $0) } }

    /// Asks the controller and waits for what it says.
    func ask(_ ask: Ask) throws -> JSON {
        try channel.send(Frame(.ask, ask.json.bytes))
        guard let frame = try channel.receive() else { throw BundleError.channelClosed }
        guard frame.kind == .answer else { throw BundleError.unexpectedFrame("\(frame.kind)") }
        switch try Answer(json: Self.parsed(frame.payload)) {
        case .value(let value): return value
        case .refusal(let reason): throw TaskFailure.said(reason)
        }
    }

    /// Gives a file of the controller piece by piece: from the disk of files, or over the channel.
    ///
    /// The channel keeps what it carries intact, and the controller compares digests as it sends: no second look here.
    func fetch(_ file: FileReference, _ piece: ([UInt8]) throws -> Void) throws {
        if let disk, try disk.read(file, piece) { return }
        try channel.send(Frame(.need, Array(file.digest.utf8)))
        var received = 0
        while let frame = try channel.receive() {
            switch frame.kind {
            case .blob:
                received += frame.payload.count
                try piece(frame.payload)
            case .blobEnd:
                guard received == file.size else { throw TaskFailure.said("a file came incomplete; run it again") }
                return
            case .blobMissing: throw TaskFailure.said(String(decoding: frame.payload, as: UTF8.self))
            default: throw BundleError.unexpectedFrame("\(frame.kind)")
            }
        }
        throw BundleError.channelClosed
    }
}
