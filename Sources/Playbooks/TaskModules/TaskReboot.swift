internal import Bundles
internal import Glibc
internal import JSON
internal import Templates

// `reboot`: the runner ends with the machine, and another one goes on with this task when the machine is back.
extension TaskRunner {
    func reboot(
        _ context: ModuleContext, as user: String?, on host: String?, _ variables: Variables
    ) throws -> ModuleWork.Outcome {
        guard host == nil else {
            throw TaskFailure.said("a machine starts itself anew: another one cannot wait for that in its place")
        }
        let reboot = Reboot(context: context, user: user, checkpoint: { try self.runner.channel.checkOpen() })
        if let state = play.takeReboot() { return ModuleWork.Outcome(members: try reboot.finish(state)) }
        if isChecking { return ModuleWork.Outcome(members: ["changed": true, "elapsed": 0, "rebooted": true]) }
        let command = try reboot.command()
        let state: JSONObject = ["boot": .string(try reboot.boot()), "start": JSON(Glibc.time(nil))]
        _ = try runner.ask(.reboot(timeoutSeconds: reboot.timeoutSeconds))
        try play.mark(reboot: state)
        try runner.channel.flush()
        let result = try reboot.run(command)
        guard result.status == 0 else {
            try play.mark()
            let said = "\(result.outputText.trimmed), \(result.errorText.trimmed)"
            throw TaskFailure.result([
                "msg": .string("Reboot command failed. Error was: '\(said)'"), "rebooted": false, "elapsed": 0,
            ])
        }
        // Nothing is left to do here: whoever comes next finds the lock free.
        throw BundleError.channelClosed
    }
}

/// How a machine starts anew, and how it shows that it has.
struct Reboot {
    let context: ModuleContext
    let user: String?
    let checkpoint: () throws -> Void

    var timeoutSeconds: Int { context.integer("reboot_timeout") ?? 600 }

    func run(_ line: String) throws -> Spawn.Result {
        try Identity.running(as: user) { environment in
            try Spawn(
                arguments: ["/bin/sh", "-c", line], environment: environment.merging(context.environment) { $1 }
            ).run()
        }
    }

    /// The line that does it.
    func command() throws -> String {
        let line = context.text("reboot_command")
        let words = line?.split(separator: " ", maxSplits: 1).map(String.init)
        let minutes = max(0, context.integer("pre_reboot_delay") ?? 0) / 60
        let message = context.text("msg") ?? "Reboot initiated by Ansible"
        let arguments = words.map { $0.count > 1 ? $0[1] : "" } ?? "-r \(minutes) \"\(message)\""
        let program = words?.first ?? "shutdown"
        if program.hasPrefix("/") { return "\(program) \(arguments)" }
        let paths = context.texts("search_paths") ?? ["/sbin", "/bin", "/usr/sbin", "/usr/bin", "/usr/local/sbin"]
        guard let folder = try paths.first(where: { try SystemCalls.status($0 + "/" + program) != nil }) else {
            throw TaskFailure.said(
                "Unable to find command \"\(program)\" in search paths: \(paths.joined(separator: ", "))")
        }
        return "\(folder)/\(program) \(arguments)"
    }

    /// What tells this run of the machine from others.
    func boot() throws -> String {
        let result = try run(context.text("boot_time_command") ?? "cat /proc/sys/kernel/random/boot_id")
        guard result.status == 0 else {
            throw TaskFailure.said(
                "reboot: failed to get host boot time info, rc: \(result.status), stdout: \(result.outputText), "
                    + "stderr: \(result.errorText)")
        }
        return result.outputText.trimmed
    }

    /// Waits until the machine has started anew and works; gives the result.
    func finish(_ state: JSONObject) throws -> JSONObject {
        let start = state["start"]?.integer ?? Glibc.time(nil)
        func elapsed() -> JSON { JSON(max(0, Glibc.time(nil) - start)) }
        let delay = max(0, context.integer("post_reboot_delay") ?? 0)
        context.flush()
        if delay > 0 { SystemCalls.sleep(milliseconds: delay * 1000) }
        let waits: [(String, () throws -> Bool)] = [
            (
                "last boot time check",
                {
                    let now = try boot(); return !now.isEmpty && now != state["boot"]?.string
                }
            ),
            ("post-reboot test command", { try run(context.text("test_command") ?? "whoami").status == 0 }),
        ]
        for (what, holds) in waits {
            let deadline = SystemCalls.monotonicMilliseconds + timeoutSeconds * 1000
            // A command that does not work yet may do so later.
            while (try? holds()) != true {
                try checkpoint()
                guard SystemCalls.monotonicMilliseconds < deadline else {
                    throw TaskFailure.result([
                        "msg": .string("Timed out waiting for \(what) (timeout=\(timeoutSeconds))"), "rebooted": true,
                        "elapsed": elapsed(),
                    ])
                }
                SystemCalls.sleep(milliseconds: 500)
            }
        }
        return ["changed": true, "rebooted": true, "elapsed": elapsed()]
    }
}
