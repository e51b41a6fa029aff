internal import Bundles
internal import Glibc
internal import JSON

/// `systemd` and `service`: a unit runs or not, starts at boot or not.
///
/// What the unit's state files say is read directly; `systemctl` runs only where they leave it open, or to change.
enum SystemdModule {
    private struct Step {
        enum Action {
            case systemctl([String])
            /// Make these links, below /etc/systemd/system, to a unit's file.
            case link([String], target: String)
        }

        var difference: TaskEvent.Difference
        var action: Action
    }

    static func propose(_ context: ModuleContext) throws -> Proposal {
        // In check mode the manager is left alone.
        let (reloads, reexecutes) = (
            context.flag("daemon_reload") && !context.isCheckMode, context.flag("daemon_reexec") && !context.isCheckMode
        )
        guard let name = context.text("name") else {
            guard context.flag("daemon_reload") || context.flag("daemon_reexec") else {
                throw TaskFailure.badArguments(module: context.module, reason: "it needs 'name' or 'daemon_reload'")
            }
            try manager(context, reloads, reexecutes)
            return Proposal(["name": .null])
        }
        // Ansible reloads first and does not count that as a change.
        try manager(context, reloads, reexecutes)
        guard !name.contains(where: { "*?[".contains($0) }) else {
            throw TaskFailure.badArguments(module: context.module, reason: "'\(name)' is a pattern; it takes one unit")
        }
        let unit = name.contains(".") ? name : name + ".service"
        var steps: [Step] = []
        if let masked = context.arguments["masked"]?.bool, try isMasked(unit, context) != masked {
            steps.append(
                Step(
                    difference: .init(path: unit, before: "masked: \(!masked)\n", after: "masked: \(masked)\n"),
                    action: .systemctl([masked ? "mask" : "unmask", unit])))
        }
        if let enabled = context.arguments["enabled"]?.bool, try isEnabled(unit, context) != enabled {
            steps.append(
                Step(
                    difference: .init(path: unit, before: "enabled: \(!enabled)\n", after: "enabled: \(enabled)\n"),
                    action: try enabling(unit, enabled, context)))
        }
        if let state = context.text("state"), let step = try transition(unit, to: state, context) { steps.append(step) }
        var result: JSONObject = ["name": .string(name), "status": [:]]
        if let enabled = context.arguments["enabled"] { result["enabled"] = enabled }
        if let state = context.text("state") { result["state"] = .string(state == "stopped" ? state : "started") }
        if context.isObserved { result["status"] = try status(unit, context) }
        if steps.isEmpty { return Proposal(result) }
        return Proposal(result, differences: steps.map(\.difference)) { [steps] in
            for step in steps {
                do {
                    switch step.action {
                    case .systemctl(let arguments): _ = try context.spawn(systemctl(context) + arguments)
                    case .link(let links, let target): try UnitFile.enable(links, to: target)
                    }
                } catch TaskFailure.commandFailed(let command, let status, let output) {
                    throw TaskFailure.commandFailed(
                        command: command, status: status, output: output + (try journal(unit)))
                }
            }
            return [:]
        }
    }

    private static func manager(_ context: ModuleContext, _ reloads: Bool, _ reexecutes: Bool) throws {
        if reloads { _ = try context.spawn(systemctl(context) + ["daemon-reload"]) }
        if reexecutes { _ = try context.spawn(systemctl(context) + ["daemon-reexec"]) }
    }

    /// Whether a user's own manager is meant, whose files lie elsewhere.
    private static func isSystem(_ context: ModuleContext) -> Bool { (context.text("scope") ?? "system") == "system" }

    private static func systemctl(_ context: ModuleContext) -> [String] {
        var command = ["systemctl"]
        if let scope = context.text("scope"), scope != "system" {
            command = ["env", "XDG_RUNTIME_DIR=/run/user/\(geteuid())", "systemctl", "--\(scope)"]
        }
        return command + (context.flag("force") ? ["--force"] : [])
    }

    /// All that systemd says of a unit; lists of commands stay as they are written.
    private static func status(_ unit: String, _ context: ModuleContext) throws -> JSON {
        let shown = try context.run(systemctl(context) + ["show", unit])
        return JSON(Self.pairs(shown.outputText))
    }

    private static func pairs(_ text: String) -> [String: String] {
        text.split(separator: "\n").reduce(into: [:]) { properties, line in
            let pair = line.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            if pair.count == 2 { properties[String(pair[0])] = String(pair[1]) }
        }
    }

    /// The end of a unit's own words, for a failure's message.
    private static func journal(_ unit: String) throws -> String {
        let result = try Spawn(arguments: ["journalctl", "--no-pager", "-q", "-n", "8", "-o", "cat", "-u", unit]).run()
        return result.status == 0 && !result.output.isEmpty ? "\nits last words:\n" + result.outputText : ""
    }

    private static func transition(
        _ unit: String, to state: String, _ context: ModuleContext
    ) throws -> Step? {
        let isAgain = state == "restarted" || state == "reloaded"
        // What does not run yet is started, whatever it is to do again.
        let isDown = try isAgain && !isRunning(unit, context)
        let verb = state == "stopped" ? "stop" : state == "started" || isDown ? "start" : String(state.dropLast(2))
        let action = Step.Action.systemctl((context.flag("no_block") ? ["--no-block"] : []) + [verb, unit])
        if isAgain {
            return Step(difference: .init(path: unit, before: "", after: "state: \(state)\n"), action: action)
        }
        let runs = try isRunning(unit, context)
        guard runs != (state == "started") else { return nil }
        return Step(
            difference: .init(
                path: unit, before: "state: \(runs ? "started" : "stopped")\n", after: "state: \(state)\n"),
            action: action)
    }

    private static func isRunning(_ unit: String, _ context: ModuleContext) throws -> Bool {
        if isSystem(context), unit.hasSuffix(".service"), let runs = try runsByItsFiles(unit),
            try runs || UnitFile(unit) != nil
        {
            return runs
        }
        let shown = try properties(unit, context)
        if shown["LoadState"] == "not-found" { throw TaskFailure.said("there is no unit '\(unit)'") }
        return ["active", "activating"].contains(shown["ActiveState"])
    }

    /// Whether a service runs, by what systemd and the kernel keep of it, or nil where that leaves it open.
    ///
    /// systemd keeps a link with the invocation's number from the start of a unit to its end; the cgroup tells of processes.
    private static func runsByItsFiles(_ unit: String) throws -> Bool? {
        guard try SystemCalls.status("/run/systemd/units") != nil else { return nil }
        guard try SystemCalls.linkStatus("/run/systemd/units/invocation:\(unit)") != nil else { return false }
        let events = try SystemCalls.readText("/sys/fs/cgroup/system.slice/\(unit)/cgroup.events")
        return events?.contains("populated 1") == true ? true : nil
    }

    private static func properties(_ unit: String, _ context: ModuleContext) throws -> [String: String] {
        let shown = try context.spawn(
            systemctl(context) + ["show", "-p", "LoadState,ActiveState,UnitFileState", unit])
        return pairs(shown.outputText)
    }

    private static func isMasked(_ unit: String, _ context: ModuleContext) throws -> Bool {
        guard isSystem(context) else {
            return try context.run(systemctl(context) + ["is-enabled", unit]).outputText.trimmed == "masked"
        }
        let path = "/etc/systemd/system/" + unit
        guard try SystemCalls.linkStatus(path)?.kind == S_IFLNK else { return false }
        return try SystemCalls.readLink(path) == "/dev/null"
    }

    /// Whether every link that the unit's `[Install]` section names is there; units without one ask systemd.
    private static func isEnabled(_ unit: String, _ context: ModuleContext) throws -> Bool {
        guard isSystem(context), let links = try UnitFile(unit)?.installLinks else {
            return try askEnabled(unit, context)
        }
        return try links.allSatisfy { try SystemCalls.linkStatus("/etc/systemd/system/" + $0) != nil }
    }

    private static func enabling(_ unit: String, _ enabled: Bool, _ context: ModuleContext) throws -> Step.Action {
        guard enabled, isSystem(context), let file = try UnitFile(unit), let links = file.installLinks else {
            return .systemctl([enabled ? "enable" : "disable", unit])
        }
        return .link(links, target: file.path)
    }

    private static func askEnabled(_ unit: String, _ context: ModuleContext) throws -> Bool {
        let shown = try properties(unit, context)
        if shown["LoadState"] == "not-found" { throw TaskFailure.said("there is no unit '\(unit)'") }
        return ["enabled", "enabled-runtime", "static", "generated"].contains(shown["UnitFileState"])
    }
}
