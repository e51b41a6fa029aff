internal import Glibc
internal import JSON
internal import Linux

/// `async_status`: how a task fares that goes on in the background.
enum AsyncStatusModule {
    static func propose(_ context: ModuleContext) throws -> Proposal {
        let id = try context.required("jid")
        let file = try BackgroundJob.folder(context.environment) + "/" + id
        var result: JSONObject = [
            "ansible_job_id": .string(id), "started": 0, "finished": 0, "stdout": "", "stderr": "", "stdout_lines": [],
            "stderr_lines": [],
        ]
        let cleans = context.text("mode") == "cleanup"
        if cleans {
            result["erased"] = .string(file)
        } else {
            result = result.merging(["results_file": .string(file), "started": 1])
        }
        if context.isCheckMode {
            return .skipped("remote module (ansible.legacy.async_status) does not support check mode")
        }
        guard try SystemCalls.status(file) != nil else {
            throw TaskFailure.result(
                result.merging(["msg": "could not find job", "started": 1, "finished": 1]))
        }
        if cleans {
            try SystemCalls.check("unlink", file) { unlink(file) }
            return Proposal(result)
        }
        return Proposal(result.merging(try state(file)))
    }

    /// What a job has left so far.
    private static func state(_ file: String) throws -> JSONObject {
        var told = try read(file)
        if let process = told[BackgroundJob.processMember]?.string.flatMap({ ProcessIdentity(text: $0) }) {
            // It may have ended between the two looks.
            if !process.isAlive { told = try read(file) }
            if told[BackgroundJob.processMember] != nil, !process.isAlive {
                throw TaskFailure.result([
                    "msg": "the job ended without a result: it was killed, or the machine was started anew",
                    "started": 1, "finished": 1,
                ])
            }
        }
        told[BackgroundJob.processMember] = Optional.none
        if told["started"] == nil { told["finished"] = 1 }
        return told
    }

    private static func read(_ file: String) throws -> JSONObject {
        do {
            return try JSON(parsing: SystemCalls.read(file)).object ?? JSONObject()
        } catch let error as JSONSyntaxError {
            throw TaskFailure.result([
                "msg": .string("Could not parse job output: \(error.reason)"), "started": 1, "finished": 1,
            ])
        }
    }
}
