internal import Bundles
internal import Diagnostics
internal import Inventories
internal import JSON
internal import Linux
internal import Templates

/// Makes a machine's tasks of a play's, with the files and the inclusions that they will name there, as far as that is known.
struct TaskBundler {
    let play: Play
    let playVariables: JSONObject
    let bundle: Bundle
    let playbookFolder: String
    let hostVariables: [String: JSONObject]
    let names: NamesOnMachine
    let files: ControllerFiles
    let inclusions: InclusionLoader
    let lookups: ControllerLookups
    let grants: LookupGrants
    let keeping: KeepGrants
    let problems: Problems
    private let meetings: MeetingPlaces

    init(
        play: Play, playVariables: JSONObject, bundle: Bundle, playbookFolder: String,
        hostVariables: [String: JSONObject], names: NamesOnMachine, files: ControllerFiles, inclusions: InclusionLoader,
        lookups: ControllerLookups, grants: LookupGrants, keeping: KeepGrants, problems: Problems
    ) {
        self.play = play
        self.playVariables = playVariables
        self.bundle = bundle
        self.playbookFolder = playbookFolder
        self.hostVariables = hostVariables
        self.names = names
        self.files = files
        self.inclusions = inclusions
        self.lookups = lookups
        self.grants = grants
        self.keeping = keeping
        self.problems = problems
        let shared = [bundle.variables, playVariables, bundle.extraVariables]
        meetings = MeetingPlaces(
            variables: shared + play.roles.flatMap { [$0.defaults, $0.variables, $0.parameters] },
            keeping.growsInventory ? MeetingPlaces.ofGroups : [])
    }

    func bundled(_ items: [PlayItem]) -> [BundledItem] {
        items.map { item in
            switch item {
            case .task(let task): .task(bundled(task))
            case .block(let main, let rescue, let always):
                .block(BundledBlock(main: bundled(main), rescue: bundled(rescue), always: bundled(always)))
            }
        }
    }

    func bundled(_ task: PlayTask) -> BundledTask {
        var bundled = BundledTask(
            name: task.name, module: task.module, arguments: task.arguments, location: task.location.description)
        bundled.keywords = task.keywords
        bundled.notify = task.notify.map(\.name)
        bundled.files = attached(task)
        noteDestinations(of: task)
        bundled.meetsOthers = meetings.isMet(before: bundled, of: task)
        noteLookups(of: task)
        keeping.note(task, for: bundle.host) { iterations(task).map { scope(task, $0) } }
        if let site = task.inclusion {
            let number = inclusions.number(of: site)
            bundled.inclusionSite = number
            bundled.inclusions = included(task, site, number)
        }
        return bundled
    }

    func bundled(_ role: Role) -> Bundle.Role {
        var bundled = Bundle.Role(
            id: role.id, isPublic: role.isPublic, name: role.name, path: role.path, defaults: role.defaults,
            variables: role.variables, parameters: role.parameters)
        bundled.parents = role.parents
        return bundled
    }

    /// What an inclusion brings to this machine.
    func bundled(_ loaded: InclusionLoader.Loaded) -> Inclusion {
        var play = play
        play.roles += loaded.roles
        let inner = TaskBundler(
            play: play, playVariables: playVariables, bundle: bundle, playbookFolder: playbookFolder,
            hostVariables: hostVariables, names: names, files: files, inclusions: inclusions,
            lookups: lookups, grants: grants, keeping: keeping, problems: problems)
        inner.noteLookups(of: loaded.roles)
        return Inclusion(
            items: inner.bundled(loaded.items), roles: loaded.roles.map(bundled),
            handlers: loaded.handlers.map(inner.bundled))
    }

    /// What a task includes under the names that are known here. What is within itself comes when it is asked for.
    private func included(_ task: PlayTask, _ site: InclusionSite, _ number: Int) -> [String: Inclusion] {
        var found: [String: Inclusion] = [:]
        for name in names(of: "name", task) where found[name] == nil {
            // Where nothing is of that name, the task may never run.
            guard site.surroundings.depth < 8, inclusions.path(of: name, from: site) != nil else { continue }
            do throws(Diagnoses) {
                found[name] = bundled(try inclusions.load(name, at: number))
            } catch {
                problems.add(error)
            }
        }
        return found
    }

    /// The values of an argument as far as they are known here: with each of the loop's items, where the task is not known to be
    /// skipped.
    func names(of argument: String, _ task: PlayTask) -> [String] {
        guard let source = task.arguments[argument] else { return [] }
        let isCommandLine = ModuleSpec.named(task.module)?.takesCommandLine ?? false
        return iterations(task).compactMap { extra in
            let variables = scope(task, extra)
            do {
                guard runs(task, variables) != false else { return nil }
                let text = try variables.render(source).pythonText
                // A line that is no command's is the machine's to tell.
                return isCommandLine ? (try? ShellWords.split(text))?.first : text
            } catch let error as TemplateError {
                guard case .knownOnMachineOnly = error.problem else {
                    let place = task.argumentLocations[argument] ?? task.location
                    let told = error.diagnosis
                    problems.add(Diagnosis(told.what, why: told.why, fix: told.fix, at: place))
                    return nil
                }
                return nil
            } catch {
                problems.add(error)
                return nil
            }
        }
    }

    /// The loop's items where they are known here, else one round without an item.
    func iterations(_ task: PlayTask) -> [JSONObject] {
        guard let loop = task.loop else { return [JSONObject()] }
        // A loop that cannot be rendered here is over results, and walked on the machine; the source must not need its item then.
        let scope = scope(task, JSONObject())
        let items =
            if let lookup = task.loopLookup {
                try? scope.items(of: lookup, terms: loop)
            } else {
                (try? scope.render(loop))?.array
            }
        guard let items else { return [JSONObject()] }
        return items.map { [task.loopControl.variable: $0] }
    }

    /// Whether a task runs; nil where only the machine knows.
    func runs(_ task: PlayTask, _ variables: Variables) -> Bool? {
        var isKnown = true
        for condition in task.when {
            do {
                if try !variables.holds(condition) { return false }
            } catch {
                // Known on the machine only, or an error that the machine will tell.
                isKnown = false
            }
        }
        return isKnown ? true : nil
    }

    func scope(_ task: PlayTask, _ extra: JSONObject) -> Variables {
        let role = role(of: task)
        let shared = play.roles.filter(\.isPublic)
        var layers = shared.map(\.defaults)
        if let role { layers.append(role.defaults) }
        layers += [bundle.variables, playVariables] + shared.map(\.variables)
        if let role { layers += [role.variables, bundled(role).magicVariables] }
        layers.append(task.variables)
        if let role { layers.append(role.parameters) }
        layers.append(task.inclusionVariables)
        layers = layers.map { layer in
            guard names.known.contains(where: { layer[$0] != nil }) else { return layer }
            return JSONObject(layer.members.filter { !names.known.contains($0.key) }.map { ($0.key, $0.value) })
        }
        let all = layers.map { VariableLayer.written($0) } + [.observed(extra), .written(bundle.extraVariables)]
        let (onMachine, loopNames) = (names, [task.loopControl.variable, task.loopControl.indexVariable])
        return Variables(
            layers: all, objects: ["hostvars": StaticHostVariables(variables: hostVariables)],
            missing: { name in
                if onMachine.isOpen || onMachine.known.contains(name) || name.hasPrefix("ansible_")
                    || (task.loop != nil && loopNames.contains(name))
                {
                    throw TemplateError(.knownOnMachineOnly(name))
                }
                return nil
            },
            lookups: { plugin, terms, options in
                try found(LookupRequest(plugin: plugin, terms: terms, options: options), task)
            })
    }

    /// What a lookup finds that does nothing; what fails here is told when the machine asks for it.
    private func found(_ request: LookupRequest, _ task: PlayTask) throws -> [JSON] {
        guard !["pipe", "lines", "password"].contains(request.plugin),
            let found = try? lookups.answer(to: request, at: place(task))
        else { throw TemplateError(.knownOnMachineOnly(request.plugin)) }
        return found
    }

    private func place(_ task: PlayTask) -> ControllerLookups.Place {
        ControllerLookups.Place(
            purpose: .init(of: task.module), role: role(of: task)?.path,
            taskFolder: ControllerLookups.Place.folder(of: task.location.file))
    }

    func role(of task: PlayTask) -> Role? { task.role.flatMap { id in play.roles.first { $0.id == id } } }

}

/// Names that get a value, or another one, while tasks run.
struct NamesOnMachine {
    var known: Set<String> = []
    /// Whether names may come that nothing tells of before: from files of variables, inclusions and groups that come to be.
    var isOpen = false
    /// Whether tasks may make files on the controller, which others use.
    var changesController = false

    init(_ playbook: Playbook, growsInventory: Bool) {
        isOpen = growsInventory
        known.formUnion(playbook.plays.flatMap(\.prompts).map(\.name))
        for task in playbook.plays.flatMap({ PlayItem.tasks(of: $0.items) + $0.handlers }) {
            if let name = task.register { known.insert(name) }
            if task.module == "fetch" || task.delegateTo != nil { changesController = true }
            if task.module == "set_fact" { known.formUnion(task.arguments.keys) }
            if task.inclusion != nil || task.module == "include_vars" { isOpen = true }
        }
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
