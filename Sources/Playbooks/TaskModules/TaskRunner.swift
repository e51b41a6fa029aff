internal import Bundles
internal import Diagnostics
internal import JSON
internal import Templates

/// One task: its loop, its condition, its module, and what becomes of the result.
struct TaskRunner {
    enum Outcome: Hashable {
        case ok, changed, skipped, failed, ignored
    }

    /// One item's result.
    struct ItemResult {
        var outcome: Outcome
        var members: JSONObject
        var differences: [TaskEvent.Difference] = []
        var message: String?
        /// Whether no condition and no other attempt changes it.
        var isFinal = false
    }

    let play: PlayRunner
    let task: BundledTask
    private let isHandler: Bool
    /// Whether the other machines wait for what comes of it.
    private let tells: Bool
    var runner: BundleRunner { play.runner }

    init(_ play: PlayRunner, _ task: BundledTask, isHandler: Bool, tells: Bool) {
        self.play = play
        self.task = task
        self.isHandler = isHandler
        self.tells = tells
    }

    func run() throws -> Outcome {
        let start = SystemCalls.monotonicMilliseconds
        try runner.channel.send(event(.started))
        let result: ItemResult
        if let loop = task.loop {
            result = try self.loop(over: loop)
        } else {
            result = try item([])
        }
        if let name = task.register { runner.remember(name, .object(result.members)) }
        count(result)
        if tells {
            try play.tell(result.outcome == .ignored ? result.members.merging(["failed": false]) : result.members)
        }
        if result.outcome != .skipped { try play.hearOfInventory(behind: task, isHandler: isHandler) }
        var event = event(status(result.outcome))
        event.milliseconds = SystemCalls.monotonicMilliseconds - start
        try fill(&event, result)
        try runner.channel.send(event)
        return result.outcome
    }

    func count(_ result: ItemResult) {
        switch result.outcome {
        case .ok: runner.counts.ok += 1
        case .changed:
            runner.counts.ok += 1
            runner.counts.changed += 1
        case .skipped: runner.counts.skipped += 1
        case .failed: play.failed(task, result.members)
        case .ignored:
            runner.counts.ok += 1
            runner.counts.ignored += 1
            if result.members["changed"]?.isTruthy ?? false { runner.counts.changed += 1 }
        }
    }

    func status(_ outcome: Outcome) -> TaskEvent.Status {
        switch outcome {
        case .ok: .ok
        case .changed: .changed
        case .skipped: .skipped
        case .failed: .failed
        case .ignored: .ignored
        }
    }

    /// The task's name, rendered where that is possible yet.
    var shownName: String {
        guard Template.isTemplate(task.name) else { return task.name }
        // A name that names an item, say, is shown as it was written.
        return (try? play.variables(task, []).render(.string(task.name)))?.string ?? task.name
    }

    func event(_ status: TaskEvent.Status, item: String? = nil) -> TaskEvent {
        TaskEvent(
            play: play.play.number, task: shownName, module: task.module,
            role: play.role(of: task)?.name,
            isHandler: isHandler, location: task.location, status: status, item: item)
    }

    /// Whether nothing of this task may be shown; in doubt nothing is.
    var isSecret: Bool {
        if case .bool(let flag) = task.noLog { return flag }
        return (try? Conversions.boolean(play.variables(task, []).render(task.noLog))) ?? true
    }

    func fill(_ event: inout TaskEvent, _ result: ItemResult) throws {
        if isSecret {
            event.message =
                result.outcome == .failed || result.outcome == .ignored ? "hidden: the task says 'no_log'" : nil
            event.differences = []
            if event.item != nil { event.item = "(hidden)" }
        } else {
            event.message = result.message
            event.differences = result.differences
            // In doubt as the whole run has it.
            event.showsDifferences = task.diff.flatMap { wanted in
                try? Conversions.boolean(play.variables(task, []).render(wanted))
            }
        }
    }

    var skipped: JSONObject {
        ["changed": false, "skipped": true, "skip_reason": "Conditional result was False"]
    }

    func conditionsHold(_ conditions: [JSON], _ variables: Variables) throws -> Bool {
        try conditions.allSatisfy { try variables.holds($0) }
    }

    func item(_ extra: [JSONObject]) throws -> ItemResult {
        let variables = play.variables(task, extra)
        play.beginItem()
        do {
            guard try conditionsHold(task.when, variables) else {
                return ItemResult(outcome: .skipped, members: skipped)
            }
            let notify = try task.notify.map { try variables.render(.string($0)).pythonText }
            var result = try attempt(extra, variables, notify)
            if !task.until.isEmpty, !result.isFinal {
                let retries = try Conversions.integer(variables.render(task.retries ?? 3)) ?? 3
                let delay = try Conversions.float(variables.render(task.delay ?? 5)) ?? 5
                var attempts: Int64 = 1
                while try !settled(result, extra), attempts <= retries {
                    try runner.channel.flush()
                    try runner.channel.checkOpen()
                    SystemCalls.sleep(milliseconds: Int(delay * 1000))
                    result = try attempt(extra, variables, notify)
                    attempts += 1
                    if result.isFinal { return try excused(result, variables) }
                }
                result.members["attempts"] = .integer(attempts)
                if try !settled(result, extra) {
                    // The first one does not count, as in Ansible.
                    if retries > 0 { result.members["attempts"] = .integer(retries) }
                    result.outcome = .failed
                    result.members["failed"] = true
                    result.message = result.message ?? "it was not so after \(attempts) attempts"
                }
            }
            return try excused(result, variables)
        } catch let error as BundleError {
            throw error
        } catch {
            return try excused(failure(error, JSONObject()), variables)
        }
    }

    /// Whether `until` holds over a result.
    private func settled(_ result: ItemResult, _ extra: [JSONObject]) throws -> Bool {
        try conditionsHold(task.until, scope(with: result.members, extra))
    }

    /// The variables with a result under the name that registers it.
    private func scope(with result: JSONObject, _ extra: [JSONObject]) -> Variables {
        guard let name = task.register else { return play.variables(task, extra + [result]) }
        return play.variables(task, extra + [result, [name: .object(result)]])
    }

    func excused(_ result: ItemResult, _ variables: Variables) throws -> ItemResult {
        guard result.outcome == .failed, try Conversions.boolean(variables.render(task.ignoreErrors)) else {
            return result
        }
        var result = result
        result.outcome = .ignored
        return result
    }

    func failure(_ error: any Error, _ members: JSONObject) -> ItemResult {
        var members = members
        if case TaskFailure.result(let more) = error { members = members.merging(more) }
        let message = Diagnoses(of: error).description
        members["failed"] = true
        members["changed"] = members["changed"] ?? false
        if members["msg"] == nil { members["msg"] = .string(message) }
        return ItemResult(outcome: .failed, members: members, message: message)
    }

    private func attempt(_ extra: [JSONObject], _ variables: Variables, _ notify: [String]) throws -> ItemResult {
        do {
            return try judged(try carryOut(variables, notify), extra, notify)
        } catch let error as BundleError {
            throw error
        } catch {
            try play.settle(notify, changed: false)
            // What took too long is not judged, nor tried again.
            if case TaskFailure.outOfTime = error {
                var result = failure(error, JSONObject())
                result.isFinal = true
                return result
            }
            return try judged(failure(error, JSONObject()), extra, [])
        }
    }

    private func carryOut(_ variables: Variables, _ notify: [String]) throws -> ItemResult {
        let context = try context(variables)
        let rights = try rights(variables)
        var outcome: ModuleWork.Outcome
        let host = try delegate(variables)
        if let seconds = try backgroundSeconds(variables) {
            try play.intend(notify)
            outcome = try carryOut(context, as: rights, on: host, inBackgroundFor: seconds, variables)
        } else if task.module == "reboot" {
            outcome = try reboot(context, as: runner.name(of: rights), on: host, variables)
        } else if let host {
            var call = try call(context, as: rights)
            call.timeoutSeconds = try timeoutSeconds(variables)
            outcome = try carryOut(call, on: host)
        } else {
            outcome = try ModuleWork(
                context: context, user: runner.name(of: rights), isChecking: isChecking,
                timeoutSeconds: timeoutSeconds(variables),
                intend: { try play.intend(notify) }
            ).perform()
            if let other = try otherHost(variables) { try tellFacts(of: &outcome.members, to: other) }
        }
        keepFacts(&outcome.members)
        let failed = outcome.members["failed"] == true
        return ItemResult(
            outcome: failed ? .failed : outcome.members["changed"] == true ? .changed : .ok, members: outcome.members,
            differences: outcome.differences,
            message: failed ? Self.failureMessage(outcome.members) : outcome.message)
    }

    /// Whose rights the task wants.
    private func rights(_ variables: Variables) throws -> ModuleCall.Rights {
        let wanted = try Self.own("ansible_become", variables) ?? task.become
        guard try Conversions.boolean(variables.render(wanted)) else { return .ofConnection }
        let user = try Self.own("ansible_become_user", variables) ?? task.becomeUser
        return try user.map { .of(try variables.render($0).pythonText) } ?? .root
    }

    /// A variable that wins over a task's keyword, or nil where there is none.
    private static func own(_ name: String, _ variables: Variables) throws -> JSON? {
        guard case .json(let value)? = try variables.value(of: name) else { return nil }
        return value
    }

    /// What a module tells of the machine, where its kind of variables is.
    private func keepFacts(_ members: inout JSONObject) {
        guard let facts = members["ansible_facts"]?.object else { return }
        switch task.module {
        case "include_vars":
            for (name, value) in facts { runner.included[name] = value }
            runner.note(facts.keys)
        case "gather_facts", "setup":
            for (name, value) in facts { runner.facts[name] = value }
            runner.note(facts.keys + ["ansible_facts"])
            runner.facts["ansible_facts"] = .object(
                Facts.unprefixed(facts, over: runner.facts["ansible_facts"]?.object ?? JSONObject()))
        case "set_fact": for (name, value) in facts { runner.remember(name, value) }
        default:
            for (name, value) in facts { runner.remember(name, value) }
            runner.facts["ansible_facts"] = .object(
                Facts.unprefixed(facts, over: runner.facts["ansible_facts"]?.object ?? JSONObject()))
            runner.note(["ansible_facts"])
        }
    }

    private static func failureMessage(_ members: JSONObject) -> String {
        let parts = [members["msg"]?.string, members["stderr"]?.string, members["stdout"]?.string]
        return parts.compactMap { $0 }.filter { !$0.isEmpty }.map { String($0.suffix(4096)) }.joined(separator: "\n")
    }

    /// Applies `changed_when` and `failed_when`, and settles what the change notifies.
    private func judged(_ result: ItemResult, _ extra: [JSONObject], _ notify: [String]) throws -> ItemResult {
        var result = result
        if let conditions = task.changedWhen {
            result.members["changed"] = .bool(try conditionsHold(conditions, scope(with: result.members, extra)))
        }
        if let conditions = task.failedWhen {
            let failed = try conditionsHold(conditions, scope(with: result.members, extra))
            result.members["failed"] = .bool(failed)
            result.members["failed_when_result"] = .bool(failed)
            if failed, result.outcome != .failed { result.message = Self.failureMessage(result.members) }
            if !failed { result.message = nil }
        }
        let changed = result.members["changed"]?.isTruthy ?? false
        result.outcome = result.members["failed"]?.isTruthy ?? false ? .failed : changed ? .changed : .ok
        // A module may say that it left the task undone.
        if result.outcome == .ok, result.members["skipped"] == true { result.outcome = .skipped }
        try play.settle(notify, changed: changed && result.outcome != .failed)
        return result
    }
}
