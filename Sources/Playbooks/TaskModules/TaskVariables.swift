internal import Bundles
internal import JSON
internal import Templates

// What a task's templates see.
extension PlayRunner {
    /// The layers of variables for a task, by Ansible's precedence.
    func layers(_ task: BundledTask?, _ extra: [JSONObject]) -> [VariableLayer] {
        let role = task.flatMap { self.role(of: $0) }
        let shared = roles.filter(\.isPublic)
        var layers = shared.map { VariableLayer.written($0.defaults) }
        if let role { layers.append(.written(role.defaults)) }
        layers += [.written(runner.bundle.variables), .observed(runner.facts), .written(play.variables)]
        layers += [.observed(start.variables), .observed(present)]
        layers += shared.map { .written($0.variables) }
        if let role {
            layers.append(.written(role.variables))
            layers.append(.observed(role.magicVariables))
        }
        layers += [.written(task?.variables ?? [:]), .written(runner.included), .observed(runner.registered)]
        if let role { layers.append(.written(role.parameters)) }
        if let more = task?.inclusionVariables, !more.isEmpty { layers.append(.written(more)) }
        return layers + (inclusionItems + extra).map { .observed($0) } + [.written(runner.bundle.extraVariables)]
    }

    /// Who takes part, as it is now.
    private var present: JSONObject {
        [
            "ansible_play_hosts": JSON(hosts + added), "ansible_play_hosts_all": JSON(start.hosts + added),
            "ansible_play_batch": JSON(start.batch.filter(hosts.contains)),
            "play_hosts": JSON(start.batch.filter(hosts.contains)), "ansible_check_mode": .bool(start.isChecking),
        ]
    }

    func variables(_ task: BundledTask, _ extra: [JSONObject]) -> Variables {
        Variables(
            layers: layers(task, extra),
            objects: [
                "hostvars": HostVariables(runner, own: { self.layers(task, []) })
            ],
            templates: runner.templates,
            lookups: { plugin, terms, options in try self.lookup(plugin, terms, options, task) })
    }

    /// The controller answers; for a task with templates or variables it looks where those are.
    private func lookup(
        _ plugin: String, _ terms: [JSON], _ options: JSONObject, _ task: BundledTask
    ) throws -> [JSON] {
        let purpose =
            plugin == "template" || task.module == "template" && task.loopLookup == plugin
            ? "templates" : task.module == "include_vars" && task.loopLookup == plugin ? "vars" : "files"
        let found = try runner.ask(
            .lookup(
                plugin: plugin, terms: terms, options: options, purpose: purpose, task: task.location,
                role: role(of: task)?.path))
        return found.array ?? []
    }
}

/// `hostvars`: the variables of every machine, rendered within their own machine's scope.
struct HostVariables: TemplateObject {
    private let runner: BundleRunner
    private let own: () -> [VariableLayer]

    init(_ runner: BundleRunner, own: @escaping () -> [VariableLayer]) {
        self.runner = runner
        self.own = own
    }

    private var bundle: Bundle { runner.bundle }
    var memberNames: [String] { bundle.hostVariables.keys }

    func member(_ name: String) -> TemplateValue? {
        let layers: [VariableLayer]
        if name == bundle.host {
            layers = own()
        } else if let variables = bundle.hostVariables[name]?.object ?? (runner.others[name] == nil ? nil : [:]) {
            layers = [
                .written(variables), .observed(runner.others[name] ?? [:]), .written(bundle.extraVariables),
            ]
        } else {
            return nil
        }
        return .object(VariablesObject(Variables(layers: layers, templates: runner.templates)))
    }
}
