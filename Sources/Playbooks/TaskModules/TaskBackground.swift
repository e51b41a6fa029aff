internal import Bundles
internal import JSON
internal import Templates

// A task that goes on in the background (`async`).
extension TaskRunner {
    /// For how many seconds it may; nil for a task that is waited for.
    func backgroundSeconds(_ variables: Variables) throws -> Int? {
        guard let wanted = task.asyncSeconds else { return nil }
        let seconds = try Self.seconds(wanted, "async", variables)
        return seconds > 0 ? seconds : nil
    }

    /// How long it may take; nil or 0 for as long as it wants.
    func timeoutSeconds(_ variables: Variables) throws -> Int? {
        try task.timeout.map { try Self.seconds($0, "timeout", variables) }
    }

    private static func seconds(_ wanted: JSON, _ keyword: String, _ variables: Variables) throws -> Int {
        let value = try variables.render(wanted)
        guard let seconds = Conversions.integer(value) else {
            throw TaskFailure.said("'\(keyword)' must be a number of seconds, and this is: \(value.text)")
        }
        return Int(seconds)
    }

    /// Begins it, and waits for its end unless the task says to leave it alone.
    func carryOut(
        _ context: ModuleContext, as rights: ModuleCall.Rights, on host: String?, inBackgroundFor seconds: Int,
        _ variables: Variables
    ) throws -> ModuleWork.Outcome {
        guard ModuleSpec.named(task.module)?.runsInBackground ?? false else {
            throw TaskFailure.said("async is not supported for this task.")
        }
        guard !isChecking else { throw TaskFailure.said("check mode and async cannot be used on same task.") }
        var call = try call(context, as: rights)
        call.backgroundSeconds = seconds
        let started = try perform(call, on: host)
        let pollSeconds = try task.pollSeconds.map { try Self.seconds($0, "poll", variables) } ?? 15
        guard pollSeconds > 0, let job = started.members["ansible_job_id"] else { return started }
        // Ansible looks as often as the poll's seconds fit into the limit, and once more where they do not fit evenly.
        let limit = (seconds + pollSeconds - 1) / pollSeconds * pollSeconds
        // Looking costs nothing on the machine itself; another one is asked by way of the controller.
        let step = host == nil ? 50 : pollSeconds * 1000
        return try awaitEnd(of: job, call, on: host, seconds: seconds, limitSeconds: limit, stepMilliseconds: step)
    }

    private func awaitEnd(
        of job: JSON, _ call: ModuleCall, on host: String?, seconds: Int, limitSeconds: Int, stepMilliseconds: Int
    ) throws -> ModuleWork.Outcome {
        func look(_ mode: JSON) throws -> ModuleWork.Outcome {
            let arguments: JSONObject = ["jid": job, "mode": mode]
            return try perform(
                ModuleCall(
                    module: "async_status", arguments: arguments, files: [:], environment: call.environment,
                    rights: call.rights, isChecking: false), on: host)
        }
        let deadline = SystemCalls.monotonicMilliseconds + limitSeconds * 1000
        while true {
            try runner.channel.flush()
            try runner.channel.checkOpen()
            SystemCalls.sleep(milliseconds: stepMilliseconds)
            let state = try look("status")
            if state.members["finished"]?.isTruthy ?? false {
                _ = try look("cleanup")
                return state
            }
            if state.members["failed"]?.isTruthy ?? false || SystemCalls.monotonicMilliseconds >= deadline {
                throw TaskFailure.result([
                    "msg": .string("async task did not complete within the requested time - \(seconds)s"),
                    "async_result": .object(state.members),
                ])
            }
        }
    }

    private func perform(_ call: ModuleCall, on host: String?) throws -> ModuleWork.Outcome {
        if let host { return try carryOut(call, on: host) }
        let result = runner.carryOut(call)
        return ModuleWork.Outcome(members: result.members, differences: result.differences)
    }
}
