internal import Bundles
internal import Diagnostics
internal import JSON
internal import Templates

// Files of the controller that tasks send to machines, and those that they bring from them.
extension TaskBundler {
    /// Below which folders of the controller a task's files may come to lie: a machine chooses none.
    func noteDestinations(of task: PlayTask) {
        guard task.module == "fetch", let text = task.arguments["dest"]?.string else { return }
        for extra in iterations(task) {
            let variables = scope(task, extra)
            guard runs(task, variables) != false else { continue }
            // What is known on the machine alone leaves the folders before it.
            if let known = (try? variables.render(.string(text)).pythonText) ?? folder(before: text, variables) {
                files.fetched.allow(known, from: playbookFolder)
            } else {
                let place = task.argumentLocations["dest"] ?? task.location
                problems.add(.destinationDependsOnMachine(module: task.module, at: place))
            }
        }
    }

    /// The folder with which a template begins, as far as that is known here.
    private func folder(before text: String, _ variables: Variables) -> String? {
        let starts = text.indices.filter { text[$0...].hasPrefix("{{") || text[$0...].hasPrefix("{%") }
        for start in starts.reversed() {
            // Up to here it needs what only the machine knows, or is cut within an expression: a shorter beginning may do.
            guard let known = try? variables.render(.string(String(text[..<start]))).pythonText else { continue }
            guard let slash = known.lastIndex(of: "/"), slash != known.startIndex else { return nil }
            return String(known[..<slash])
        }
        return nil
    }

    func attached(_ task: PlayTask) -> [String: FileReference] {
        guard let spec = ModuleSpec.named(task.module), let argument = spec.controllerFile,
            spec.takesFromController(task.arguments)
        else { return [:] }
        let place = task.argumentLocations[argument] ?? task.location
        var found: [String: FileReference] = [:]
        for name in names(of: argument, task) where found[name] == nil {
            do {
                found[name] = try reference(name, task, place)
            } catch {
                problems.add(error)
            }
        }
        return found
    }

    private func reference(_ name: String, _ task: PlayTask, _ place: SourceLocation) throws -> FileReference? {
        let (path, looked) = files.find(
            name,
            in: files.folders(task.module == "template" ? .templates : .files, role(of: task)?.path, playbookFolder))
        let fetched = looked.filter(files.fetched.covers)
        if !fetched.isEmpty || path == nil && names.changesController {
            // Another task brings it, or a newer one: the machine asks for it then.
            files.fetched.promise(fetched.isEmpty ? looked : fetched)
            return nil
        }
        guard let path else {
            // A task that may not run needs no file yet, and a group that is to come may name another.
            if !keeping.growsInventory, runs(task, scope(task, JSONObject())) == true {
                problems.add(.fileNotFound(name, looked: looked, at: place))
            }
            return nil
        }
        if files.isFolder(path) {
            guard ModuleSpec.named(task.module)?.takesFolders ?? false else {
                problems.add(.folderAsSource(path, at: place))
                return nil
            }
            return try files.folder(path, followsLinks: task.arguments["local_follow"]?.bool ?? true)
        }
        let reference = try files.reference(path, withText: task.module == "template", at: place)
        if let text = reference.text {
            do {
                _ = try Template(
                    parsing: text, at: SourceLocation(file: path, line: 1, column: 1),
                    dialect: TemplateDialect(ofFile: task.arguments))
            } catch {
                problems.add(error.diagnosis)
            }
            noteLookups(inTemplate: text, of: task)
        }
        return reference
    }
}
