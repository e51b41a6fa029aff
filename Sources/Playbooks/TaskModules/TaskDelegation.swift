internal import Bundles
internal import JSON
internal import Templates

// A task that is done on another machine in place of this one.
extension TaskRunner {
    /// The machine on which the task is to be done, or nil for this one.
    func delegate(_ variables: Variables) throws -> String? {
        ModuleSpec.named(task.module)?.isOfNoMachine ?? false ? nil : try otherHost(variables)
    }

    /// The machine to which the task is delegated, unless it is this one.
    func otherHost(_ variables: Variables) throws -> String? {
        guard let host = try task.delegateTo.map({ try variables.render($0).pythonText }), !host.isEmpty else {
            return nil
        }
        return host == runner.bundle.host ? nil : host
    }

    /// The task's work with everything settled.
    func call(_ context: ModuleContext, as rights: ModuleCall.Rights) throws -> ModuleCall {
        var (module, arguments, files) = (context.module, context.arguments, context.files)
        if module == "template", let source = context.text("src"), let text = files[source]?.text {
            // Rendered here, where its variables are.
            arguments["content"] = .string(try context.render(text, source, arguments))
            for name in TemplateDialect.arguments.union(["src"]) { arguments[name] = Optional.none }
            (module, files) = ("copy", [:])
        }
        return ModuleCall(
            module: module, arguments: arguments, files: files,
            environment: JSONObject(context.environment.sorted { $0.key < $1.key }.map { ($0.key, .string($0.value)) }),
            rights: rights, isChecking: isChecking)
    }

    /// Has a call done on another machine, with this one's variables.
    func carryOut(_ call: ModuleCall, on host: String) throws -> ModuleWork.Outcome {
        let result = try CallResult(json: runner.ask(.call(host: host, call)))
        var members = result.members
        if let seconds = members[CallResult.timeout]?.integer {
            throw TaskFailure.outOfTime(module: call.module, seconds: seconds)
        }
        members["_ansible_delegated_vars"] = ["ansible_delegated_host": .string(host)]
        try tellFacts(of: &members, to: host)
        return ModuleWork.Outcome(members: members, differences: result.differences)
    }

    /// Makes facts another machine's own, where the task says so.
    func tellFacts(of members: inout JSONObject, to host: String) throws {
        guard let facts = members["ansible_facts"]?.object,
            try Conversions.boolean(play.variables(task, []).render(task.delegatesFacts))
        else { return }
        members["ansible_facts"] = Optional.none
        runner.hear([host: .object(facts)])
        _ = try runner.ask(.tell(host: host, updates: facts))
    }

    /// Whether nothing is to be changed.
    var isChecking: Bool {
        guard let own = task.checkMode else { return play.start.isChecking }
        // In doubt nothing is changed.
        return (try? Conversions.boolean(play.variables(task, []).render(own))) ?? true
    }
}
