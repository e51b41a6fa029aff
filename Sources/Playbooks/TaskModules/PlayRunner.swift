internal import Bundles
internal import JSON
internal import Templates

/// One play on one machine: its tasks in order, then the handlers that were notified.
final class PlayRunner {
    let runner: BundleRunner
    let play: Bundle.Play
    private let journalKey: String
    private var notified: Set<String>

    init(_ runner: BundleRunner, _ play: Bundle.Play) {
        self.runner = runner
        self.play = play
        journalKey = runner.bundle.playbook + "\n" + play.name
        // What a killed run still owed.
        notified = Set(runner.state.journal.names(play: journalKey))
    }

    func run() throws {
        if play.gathersFacts {
            let facts = try Facts.gather()
            for (name, value) in facts { runner.facts[name] = value }
            runner.facts["ansible_facts"] = .object(
                JSONObject(facts.members.map { (String($0.key.dropFirst("ansible_".count)), $0.value) }))
        }
        for task in play.tasks {
            if task.module == "meta" {
                if task.arguments["cmd"] == "flush_handlers", try !flushHandlers() { return }
            } else if try TaskRunner(self, task, isHandler: false).run() == .failed {
                return
            }
        }
        _ = try flushHandlers()
    }

    /// Runs what was notified, in the order of definition; false where one failed.
    private func flushHandlers() throws -> Bool {
        for handler in play.handlers {
            let names = [handler.name] + handler.listen
            guard !notified.isDisjoint(with: names) else { continue }
            // A topic stays notified until every handler that listens to it had its turn.
            guard try TaskRunner(self, handler, isHandler: true).run() != .failed else { return false }
        }
        notified = []
        try runner.state.journal.set([], play: journalKey)
        return true
    }

    /// Notes on disk what a change that begins now will notify; gives what was noted before.
    func intend(_ names: [String]) throws {
        guard !names.isEmpty else { return }
        try runner.state.journal.set(notified.union(names).sorted(), play: journalKey)
    }

    /// Takes an intention back, or makes it a notification.
    func settle(_ names: [String], changed: Bool) throws {
        guard !names.isEmpty else { return }
        if changed { notified.formUnion(names) }
        try runner.state.journal.set(notified.sorted(), play: journalKey)
    }

    /// The layers of variables for a task, by Ansible's precedence.
    func layers(_ task: BundledTask, _ extra: [JSONObject]) -> [VariableLayer] {
        let role = task.role.map { play.roles[$0] }
        var layers = play.roles.map { VariableLayer.written($0.defaults) }
        if let role { layers.append(.written(role.defaults)) }
        layers += [.written(runner.bundle.variables), .observed(runner.facts), .written(play.variables)]
        layers += play.roles.map { .written($0.variables) }
        if let role {
            layers.append(.written(role.variables))
            layers.append(.observed(["role_name": .string(role.name), "role_path": .string(role.path)]))
        }
        layers += [.written(task.variables), .observed(runner.registered)]
        if let role { layers.append(.written(role.parameters)) }
        return layers + extra.map { .observed($0) } + [.written(runner.bundle.extraVariables)]
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
