internal import JSON

/// Modules that change nothing on the machine.
enum SmallModules {
    static func debug(_ context: ModuleContext) throws -> Proposal {
        let verbosity = try context.evaluate("{{ ansible_verbosity }}").integer ?? 0
        if let least = context.integer("verbosity"), least > verbosity {
            return Proposal(["skipped_reason": "Verbosity threshold not met.", "skipped": true])
        }
        if let name = context.text("var") {
            let value = try context.evaluate(.string("{{ \(name) }}"))
            return Proposal([name: value], message: "\(name): \(value.string ?? value.text)")
        }
        let message = context.arguments["msg"] ?? "Hello world!"
        return Proposal(["msg": message], message: message.string ?? message.text)
    }

    static func setFact(_ context: ModuleContext) throws -> Proposal {
        var facts = context.arguments
        facts["cacheable"] = Optional.none
        return Proposal(["ansible_facts": .object(facts)])
    }

    static func assert(_ context: ModuleContext) throws -> Proposal {
        let that = context.arguments["that"] ?? true
        for condition in that.array ?? [that] where try !context.holds(condition) {
            let message = context.arguments["fail_msg"].map { $0.string ?? $0.text } ?? "Assertion failed"
            throw TaskFailure.result(["msg": .string(message), "assertion": condition, "evaluated_to": false])
        }
        return Proposal(["msg": context.arguments["success_msg"] ?? "All assertions passed"])
    }

    static func fail(_ context: ModuleContext) throws -> Proposal {
        throw TaskFailure.said(context.text("msg") ?? "Failed as requested from task")
    }

    static func includeVariables(_ context: ModuleContext) throws -> Proposal {
        Proposal(try context.readVariables(context.arguments))
    }

    /// Who gets to do this is connected to: the controller has waited for that.
    static func waitForConnection(_ context: ModuleContext) throws -> Proposal {
        if context.isCheckMode { return Proposal(["elapsed": 0]) }
        let delay = context.integer("delay") ?? 0
        if delay > 0 {
            context.flush()
            SystemCalls.sleep(milliseconds: delay * 1000)
        }
        return Proposal(["elapsed": JSON(delay)])
    }

    static func ping(_ context: ModuleContext) throws -> Proposal {
        Proposal(["ping": .string(context.text("data") ?? "pong")])
    }
}
