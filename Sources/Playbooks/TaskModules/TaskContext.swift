internal import Bundles
internal import Diagnostics
internal import JSON
internal import Linux
internal import Templates

// What a module gets: arguments rendered and checked, and the ways to the controller.
extension TaskRunner {
    func context(_ variables: Variables) throws -> ModuleContext {
        guard let spec = ModuleSpec.named(task.module) else {
            throw TaskFailure.said("this runner has no module '\(task.module)'")
        }
        var rendered = JSONObject()
        for (name, value) in task.arguments {
            // `assert` and `debug: var` take expressions, not values.
            if (task.module == "assert" && name == "that") || (task.module == "debug" && name == "var") {
                rendered[name] = value
                continue
            }
            let value = try variables.render(value)
            if value.string == Bundle.omitted { continue }
            rendered[name] = value
        }
        let (arguments, problems) = spec.normalize(rendered)
        if let problem = problems.first {
            throw TaskFailure.badArguments(module: task.module, reason: problem.described)
        }
        var environment: [String: String] = [:]
        for (name, value) in task.environment { environment[name] = try variables.render(value).pythonText }
        if let folder = try variables.value(of: "ansible_async_dir"), case .json(let folder) = folder {
            environment[BackgroundJob.folderVariable] = folder.pythonText
        }
        let runner = runner
        var context = ModuleContext(
            module: task.module, arguments: arguments, files: try files(arguments), environment: environment,
            digests: runner.state.digests,
            fetch: { try runner.fetch($0, $1) },
            render: { text, name, arguments in
                try Template(
                    parsing: text, at: SourceLocation(file: name, line: 1, column: 1),
                    dialect: TemplateDialect(ofFile: arguments)
                ).render(variables)
            },
            evaluate: { try variables.render($0) }, holds: { try variables.holds($0) },
            checkpoint: { try runner.channel.checkOpen() },
            flush: {
                // A broken channel is found again at the next event, after the change is complete.
                try? runner.channel.flush()
            },
            readVariables: { [role = play.role(of: task)?.path] arguments in
                try runner.ask(.variables(arguments: arguments, role: role)).object ?? JSONObject()
            })
        context.ask = { try runner.ask($0) }
        context.keep = { arguments in
            try runner.ask(
                .keep(
                    module: task.module, arguments: arguments, place: play.placeOfItem,
                    ofAll: try Conversions.boolean(variables.render(task.runsOnce)), isSecret: isSecret))
        }
        context.sendContent = { try runner.channel.send(Frame(.content, $0)) }
        context.taskName = shownName
        context.isObserved =
            task.register != nil || task.changedWhen != nil || task.failedWhen != nil || !task.until.isEmpty
        return context
    }
}

extension TaskRunner {
    /// The files of the controller that the task names: those that came with the bundle, and one whose name was made here.
    private func files(_ arguments: JSONObject) throws -> [String: FileReference] {
        guard let spec = ModuleSpec.named(task.module), let argument = spec.controllerFile,
            spec.takesFromController(arguments),
            let text = arguments[argument]?.string,
            let name = spec.takesCommandLine ? try ShellWords.ofTask(text).first : text, task.files[name] == nil
        else { return task.files }
        let answer = try runner.ask(
            .file(
                name: name, purpose: task.module == "template" ? "templates" : "files", role: play.role(of: task)?.path)
        )
        return task.files.merging([name: try FileReference(json: answer)]) { known, _ in known }
    }
}

extension ArgumentProblem {
    var described: String {
        switch self {
        case .unknown(let name): "it takes no '\(name)'"
        case .missing(let name): "it needs '\(name)'"
        case .wrongKind(let name, let wanted, let value): "'\(name)' must be \(wanted), not \(value)"
        case .given(let name, let other): "'\(name)' and '\(other)' are the same argument"
        case .exclusive(let name, let other): "it takes either '\(name)' or '\(other)', not both"
        }
    }
}

extension ModuleContext {
    /// The same with more variables in the environment, under those that the task sets.
    func adding(_ more: [String: String]) -> ModuleContext {
        var context = self
        context.environment = more.merging(environment) { _, own in own }
        return context
    }
}
