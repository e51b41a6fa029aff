internal import Bundles
internal import Diagnostics
internal import Inventories
internal import JSON
internal import Templates

/// Makes a machine's task of a play's, and finds the files of the controller that it will name there.
struct FileAttacher {
    let play: Play
    let playVariables: JSONObject
    let bundle: Bundle
    let playbookFolder: String
    let hostVariables: [String: JSONObject]
    let dynamicNames: Set<String>
    let files: ControllerFiles
    let problems: Problems

    func bundled(_ task: PlayTask) -> BundledTask {
        var bundled = BundledTask(
            name: task.name, module: task.module, arguments: task.arguments, location: task.location.description)
        bundled.keywords = task.keywords
        bundled.notify = task.notify.map(\.name)
        bundled.files = attached(task)
        return bundled
    }

    private func attached(_ task: PlayTask) -> [String: FileReference] {
        guard let argument = ModuleSpec.named(task.module)?.controllerFile, let source = task.arguments[argument],
            task.arguments["remote_src"]?.bool != true
        else { return [:] }
        let place = task.argumentLocations[argument] ?? task.location
        var found: [String: FileReference] = [:]
        for extra in iterations(task) {
            let variables = scope(task, extra)
            do {
                guard try runs(task, variables) else { continue }
                let name = try variables.render(source).pythonText
                if let reference = try reference(name, task, place) { found[name] = reference }
            } catch let error as TemplateError {
                guard case .knownOnMachineOnly(let name) = error.problem else {
                    problems.add(
                        Diagnosis(error.diagnosis.what, why: error.diagnosis.why, fix: error.diagnosis.fix, at: place))
                    continue
                }
                problems.add(.fileDependsOnMachine(name, module: task.module, at: place))
            } catch {
                problems.add(error)
            }
        }
        return found
    }

    /// The loop's items where they are known here, else one round without an item.
    private func iterations(_ task: PlayTask) -> [JSONObject] {
        guard let loop = task.loop else { return [JSONObject()] }
        // A loop over results is walked on the machine; the source must not need its item then.
        guard let items = (try? scope(task, JSONObject()).render(loop))?.array else { return [JSONObject()] }
        return items.map { [task.loopVariable: $0] }
    }

    /// False only where a condition is known to fail already.
    private func runs(_ task: PlayTask, _ variables: Variables) throws -> Bool {
        for condition in task.when {
            do {
                if try !variables.holds(condition) { return false }
            } catch {
                // Known on the machine only, or an error that the machine will tell.
                continue
            }
        }
        return true
    }

    private func scope(_ task: PlayTask, _ extra: JSONObject) -> Variables {
        let role = task.role.map { play.roles[$0] }
        var layers = play.roles.map(\.defaults)
        if let role { layers.append(role.defaults) }
        layers += [bundle.variables, playVariables] + play.roles.map(\.variables)
        if let role { layers += [role.variables, ["role_name": .string(role.name), "role_path": .string(role.path)]] }
        layers.append(task.variables)
        if let role { layers.append(role.parameters) }
        layers = layers.map { layer in
            guard dynamicNames.contains(where: { layer[$0] != nil }) else { return layer }
            return JSONObject(layer.members.filter { !dynamicNames.contains($0.key) }.map { ($0.key, $0.value) })
        }
        let all = layers.map { VariableLayer.written($0) } + [.observed(extra), .written(bundle.extraVariables)]
        let (dynamic, loopNames) = (dynamicNames, [task.loopVariable, task.loopIndexVariable])
        return Variables(layers: all, objects: ["hostvars": StaticHostVariables(variables: hostVariables)]) { name in
            if dynamic.contains(name) || name.hasPrefix("ansible_") || (task.loop != nil && loopNames.contains(name)) {
                throw TemplateError(.knownOnMachineOnly(name))
            }
            return nil
        }
    }

    private func reference(_ name: String, _ task: PlayTask, _ place: SourceLocation) throws -> FileReference? {
        let kind = task.module == "template" ? "templates" : "files"
        var folders: [String] = []
        if let role = task.role { folders += [play.roles[role].path + "/" + kind, play.roles[role].path] }
        folders += [playbookFolder + "/" + kind, playbookFolder]
        let (path, looked) = files.find(name, in: folders)
        guard let path else {
            problems.add(.fileNotFound(name, looked: looked, at: place))
            return nil
        }
        guard !files.isFolder(path) else {
            problems.add(.folderAsSource(path, at: place))
            return nil
        }
        let reference = try files.reference(path, withText: task.module == "template", at: place)
        if let text = reference.text {
            do {
                _ = try Template(
                    parsing: text, at: SourceLocation(file: path, line: 1, column: 1),
                    dialect: .file(lstripBlocks: task.arguments["lstrip_blocks"]?.bool ?? false))
            } catch {
                problems.add(error.diagnosis)
            }
        }
        return reference
    }
}

/// `hostvars` as far as it is known before anything runs.
private struct StaticHostVariables: TemplateObject {
    let variables: [String: JSONObject]

    var memberNames: [String] { variables.keys.sorted() }

    func member(_ name: String) -> TemplateValue? {
        variables[name].map { .object(VariablesObject(Variables(layers: [.written($0)]))) }
    }
}
