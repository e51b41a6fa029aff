internal import Bundles
internal import JSON
internal import Templates

// A task that is done on another machine in place of this one.
extension TaskRunner {
    /// The machine on which the task is to be done, or nil for this one.
    func delegate(_ variables: Variables) throws -> String? {
        guard let host = try task.delegateTo.map({ try variables.render($0).pythonText }), !host.isEmpty else {
            return nil
        }
        return host == runner.bundle.host || ModuleSpec.named(task.module)?.isOfNoMachine ?? false ? nil : host
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
        members["_ansible_delegated_vars"] = ["ansible_delegated_host": .string(host)]
        // Facts of the other machine are its own where the task says so.
        if let facts = members["ansible_facts"]?.object,
            try Conversions.boolean(play.variables(task, []).render(task.delegatesFacts))
        {
            members["ansible_facts"] = Optional.none
            runner.hear([host: .object(facts)])
            _ = try runner.ask(.tell(host: host, updates: facts))
        }
        return ModuleWork.Outcome(members: members, differences: result.differences)
    }

    /// Whether nothing is to be changed.
    var isChecking: Bool {
        guard let own = task.checkMode else { return play.start.isChecking }
        // In doubt nothing is changed.
        return (try? Conversions.boolean(play.variables(task, []).render(own))) ?? true
    }
}
