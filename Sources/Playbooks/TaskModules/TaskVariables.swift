internal import Bundles
internal import JSON
internal import Templates

// What a task's templates see.
extension PlayRunner {
    /// The layers of variables for a task, by Ansible's precedence.
    func layers(_ task: BundledTask, _ extra: [JSONObject]) -> [VariableLayer] {
        let role = role(of: task)
        let shared = roles.filter(\.isPublic)
        var layers = shared.map { VariableLayer.written($0.defaults) }
        if let role { layers.append(.written(role.defaults)) }
        layers += [.written(runner.bundle.variables), .observed(runner.facts), .written(play.variables)]
        layers += shared.map { .written($0.variables) }
        if let role {
            layers.append(.written(role.variables))
            layers.append(.observed(["role_name": .string(role.name), "role_path": .string(role.path)]))
        }
        layers += [.written(task.variables), .written(runner.included), .observed(runner.registered)]
        if let role { layers.append(.written(role.parameters)) }
        return layers + (inclusionItems + extra).map { .observed($0) } + [.written(runner.bundle.extraVariables)]
    }

    func variables(_ task: BundledTask, _ extra: [JSONObject]) -> Variables {
        Variables(
            layers: layers(task, extra),
            objects: [
                "hostvars": HostVariables(runner.bundle, own: { self.layers(task, []) }, templates: runner.templates)
            ],
            templates: runner.templates)
    }
}

/// `hostvars`: the variables of every machine, rendered within their own machine's scope.
struct HostVariables: TemplateObject {
    private let bundle: Bundle
    private let own: () -> [VariableLayer]
    private let templates: TemplateCache

    init(_ bundle: Bundle, own: @escaping () -> [VariableLayer], templates: TemplateCache) {
        self.bundle = bundle
        self.own = own
        self.templates = templates
    }

    var memberNames: [String] { bundle.hostVariables.keys }

    func member(_ name: String) -> TemplateValue? {
        if name == bundle.host { return .object(VariablesObject(Variables(layers: own(), templates: templates))) }
        guard let variables = bundle.hostVariables[name]?.object else { return nil }
        return .object(
            VariablesObject(
                Variables(layers: [.written(variables), .written(bundle.extraVariables)], templates: templates)))
    }
}
