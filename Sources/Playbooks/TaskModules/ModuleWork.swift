internal import Bundles
internal import Diagnostics
internal import JSON
internal import Templates

/// A module at work: it looks, and brings its change about unless only looking is asked for.
struct ModuleWork {
    var context: ModuleContext
    /// Whose rights it takes; nil is root.
    var user: String?
    var isChecking = false
    /// How many seconds it may take.
    var timeoutSeconds: Int?
    /// Notes that a change begins.
    var intend: () throws -> Void = {}

    /// What came of it.
    struct Outcome {
        var members: JSONObject
        var differences: [TaskEvent.Difference] = []
        var message: String?
    }

    func perform() throws -> Outcome {
        try TimeLimit.keeping(timeoutSeconds, or: { .outOfTime(module: context.module, seconds: $0) }, carryOut)
    }

    private func carryOut() throws -> Outcome {
        guard let module = ModuleTable.all[context.module] else {
            throw TaskFailure.said("this runner has no module '\(context.module)'")
        }
        var context = context
        context.isCheckMode = isChecking
        context.checkpoint = { [checkpoint = context.checkpoint] in
            if TimeLimit.isOver { throw TaskFailure.said("the task's time is over") }
            try checkpoint()
        }
        let proposal = try Identity.running(as: user) { try module(context.adding($0)) }
        var outcome = Outcome(
            members: proposal.result, differences: proposal.differences, message: proposal.message)
        if let apply = proposal.apply, !isChecking {
            try intend()
            outcome.members = outcome.members.merging(try Identity.running(as: user) { _ in try apply() })
        }
        outcome.members = ResultSupplements.added(to: outcome.members)
        outcome.members["failed"] = .bool(outcome.members["failed"]?.isTruthy ?? false)
        if outcome.members["changed"] == nil { outcome.members["changed"] = .bool(proposal.apply != nil) }
        return outcome
    }
}

extension ModuleWork {
    /// Another machine's task, or one in the background: all that its own machine's variables say is settled.
    init(
        _ call: ModuleCall, user: String?, _ digests: FileDigests,
        fetch: @escaping (FileReference, (_ piece: [UInt8]) throws -> Void) throws -> Void,
        checkpoint: @escaping () throws -> Void = {}, flush: @escaping () -> Void = {}
    ) {
        var environment: [String: String] = [:]
        for (name, value) in call.environment { environment[name] = value.pythonText }
        context = ModuleContext(
            module: call.module, arguments: call.arguments, files: call.files, environment: environment,
            digests: digests, fetch: fetch,
            render: { _, _, _ in throw TaskFailure.said("a template is rendered where its task is") },
            evaluate: { $0 }, holds: { $0.isTruthy }, checkpoint: checkpoint, flush: flush,
            readVariables: { _ in throw TaskFailure.said("files of variables are read where their task is") })
        self.user = user
        isChecking = call.isChecking
        timeoutSeconds = call.timeoutSeconds
    }

    /// What came of it, be it a failure.
    func result() -> CallResult { Self.result { try perform() } }

    static func result(_ body: () throws -> Outcome) -> CallResult {
        do {
            let outcome = try body()
            return CallResult(members: outcome.members, differences: outcome.differences)
        } catch {
            var members: JSONObject = ["failed": true, "changed": false]
            if case TaskFailure.result(let more) = error { members = members.merging(more) }
            if case TaskFailure.outOfTime(_, let seconds) = error { members[CallResult.timeout] = JSON(seconds) }
            if members["msg"] == nil { members["msg"] = .string(Diagnoses(of: error).description) }
            return CallResult(members: members, differences: [])
        }
    }
}

extension BundleRunner {
    /// A user of this machine; nil is root.
    func name(of rights: ModuleCall.Rights) -> String? {
        switch rights {
        case .ofConnection: user
        case .of(let name): name
        case .root: nil
        }
    }

    /// Does one thing for another machine's task, or begins it where it goes on in the background; a failure is a result.
    func carryOut(_ call: ModuleCall) -> CallResult {
        var work = ModuleWork(
            call, user: name(of: call.rights), state.digests, fetch: { try self.fetch($0, $1) },
            checkpoint: { try self.channel.checkOpen() },
            flush: {
                // A broken channel is found again at the result.
                try? self.channel.flush()
            })
        work.context.ask = { try self.ask($0) }
        work.context.sendContent = { try self.channel.send(Frame(.content, $0)) }
        guard let seconds = call.backgroundSeconds else { return work.result() }
        return ModuleWork.result {
            let job = try BackgroundJob(call, user: work.user, seconds: seconds, state.folder)
            return ModuleWork.Outcome(members: try job.start(program))
        }
    }
}
