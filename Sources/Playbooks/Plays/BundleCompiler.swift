internal import Bundles
internal import Diagnostics
internal import Inventories
internal import JSON
internal import Templates

/// Turns a playbook and an inventory into a bundle for each machine.
struct BundleCompiler {
    let playbook: Playbook
    let inventory: Inventory
    let inventoryFiles: VariableFiles
    let extraVariables: JSONObject
    let onceAs: String?
    let files: ControllerFiles
    private let problems = Problems()

    init(
        playbook: Playbook, inventory: Inventory, inventoryFiles: VariableFiles, extraVariables: JSONObject,
        onceAs: String?, files: ControllerFiles
    ) {
        self.playbook = playbook
        self.inventory = inventory
        self.inventoryFiles = inventoryFiles
        self.extraVariables = extraVariables
        self.onceAs = onceAs
        self.files = files
    }

    func compile() throws(Diagnoses) -> ([CompiledPlaybook.Stage], [String: Bundle]) {
        var stages: [CompiledPlaybook.Stage] = []
        for (number, play) in playbook.plays.enumerated() {
            for name in play.hosts.unknownNames(in: inventory) { problems.add(.unknownHosts(name, at: play.location)) }
            stages.append(.init(number: number, name: play.name, hosts: play.hosts.hosts(in: inventory)))
        }
        let variables = Dictionary(uniqueKeysWithValues: inventory.hosts.map { ($0.name, hostVariables($0.name)) })
        var bundles: [String: Bundle] = [:]
        for host in inventory.hosts.map(\.name) {
            let mine = stages.filter { $0.hosts.contains(host) }
            if mine.isEmpty { continue }
            bundles[host] = bundle(host, mine, variables)
        }
        try problems.throwIfAny()
        return (stages, bundles)
    }

    private func hostVariables(_ host: String) -> JSONObject {
        var variables = inventory.variables(
            of: host, inventoryFiles: inventoryFiles, playbookFiles: playbook.variableFiles)
        variables["groups"] = .object(inventory.groupsVariable)
        variables["playbook_dir"] = .string(playbook.folder)
        variables["omit"] = .string(Bundle.omitted)
        variables["ansible_check_mode"] = false
        return variables
    }

    private func bundle(_ host: String, _ stages: [CompiledPlaybook.Stage], _ variables: [String: JSONObject]) -> Bundle
    {
        let own = variables[host] ?? JSONObject()
        var bundle = Bundle(
            playbook: playbook.path, host: host, user: own["ansible_user"]?.string, variables: own,
            hostVariables: JSONObject(),
            extraVariables: extraVariables, onceAs: onceAs, plays: [])
        for stage in stages {
            let play = playbook.plays[stage.number]
            var more = play.variables
            more["ansible_play_hosts"] = JSON(stage.hosts)
            more["ansible_play_hosts_all"] = JSON(stage.hosts)
            more["ansible_play_batch"] = JSON(stage.hosts)
            more["play_hosts"] = JSON(stage.hosts)
            more["ansible_play_name"] = .string(play.name)
            let attacher = FileAttacher(
                play: play, playVariables: more, bundle: bundle, playbookFolder: playbook.folder,
                hostVariables: variables,
                dynamicNames: dynamicNames, files: files, problems: problems)
            bundle.plays.append(
                Bundle.Play(
                    number: stage.number, name: play.name, variables: more,
                    roles: play.roles.map {
                        Bundle.Role(
                            name: $0.name, path: $0.path, defaults: $0.defaults, variables: $0.variables,
                            parameters: $0.parameters)
                    },
                    gathersFacts: play.gathersFacts, tasks: play.tasks.map(attacher.bundled),
                    handlers: play.handlers.map(attacher.bundled)))
        }
        if bundle.json.text.contains("hostvars") {
            bundle.hostVariables = JSONObject(
                inventory.hosts.map { ($0.name, .object(variables[$0.name] ?? JSONObject())) })
        }
        return bundle
    }

    /// Names that get a value, or another one, while tasks run.
    private var dynamicNames: Set<String> {
        var names: Set<String> = []
        for task in playbook.plays.flatMap({ $0.tasks + $0.handlers }) {
            if let name = task.register { names.insert(name) }
            if task.module == "set_fact" { names.formUnion(task.arguments.keys) }
        }
        return names
    }
}
