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
    let inclusions: InclusionLoader
    let options: RunOptions
    let lookups: ControllerLookups
    let grants: LookupGrants
    let keeping: KeepGrants
    /// Who takes part in the plays that have begun, by number; nil before the run.
    let begun: [Int: [String]]?
    private let names: NamesOnMachine
    private let problems = Problems()
    /// What is no mistake, but perhaps not what was meant.
    let warnings = Problems()

    init(
        playbook: Playbook, inventory: Inventory, inventoryFiles: VariableFiles, extraVariables: JSONObject,
        onceAs: String?, files: ControllerFiles, inclusions: InclusionLoader, options: RunOptions,
        lookups: ControllerLookups, grants: LookupGrants, keeping: KeepGrants, begun: [Int: [String]]?
    ) {
        self.playbook = playbook
        self.inventory = inventory
        self.inventoryFiles = inventoryFiles
        self.extraVariables = extraVariables
        self.onceAs = onceAs
        self.files = files
        self.inclusions = inclusions
        self.options = options
        self.lookups = lookups
        self.grants = grants
        self.keeping = keeping
        self.begun = begun
        for play in playbook.plays {
            for task in PlayItem.tasks(of: play.items) + play.handlers { keeping.note(task.module) }
        }
        names = NamesOnMachine(playbook, growsInventory: keeping.growsInventory)
    }

    func compile() throws(Diagnoses) -> ([CompiledPlaybook.Stage], [String: Bundle]) {
        var stages: [CompiledPlaybook.Stage] = []
        let growsInventory = keeping.growsInventory
        for (number, play) in playbook.plays.enumerated() {
            // What may come to be is missed when the play begins.
            if !growsInventory { note(unknownHostsOf: play) }
            stages.append(
                .init(
                    number: number, name: play.name,
                    hosts: begun?[number] ?? play.order.applied(to: play.hosts.hosts(in: inventory)),
                    serial: play.serial,
                    limit: play.limit, isFree: play.isFree, connection: play.connection,
                    prompts: play.prompts.filter { extraVariables[$0.name] == nil },
                    ignoresUnreachable: play.ignoresUnreachable
                        || PlayItem.tasks(of: play.items).contains(where: \.ignoresUnreachable)))
        }
        let hosts = hosts(in: stages)
        let variables = variables(of: hosts)
        var bundles: [String: Bundle] = [:]
        for host in hosts {
            let mine = stages.filter { $0.hosts.contains(host) }
            if mine.isEmpty { continue }
            bundles[host] = bundle(host, mine, variables)
        }
        let unseen = stages.filter(\.hosts.isEmpty)
        if bundles.values.contains(where: \.sharesVariables)
            || growsInventory && mentionHostVariables(unseen, variables)
        {
            for host in bundles.keys { bundles[host]?.shareVariables() }
        }
        if !growsInventory, keeping.growsInventory {
            // What is included adds to the inventory: tasks before it are bundled with that known, too.
            problems.forget()
            warnings.forget()
            return try compile()
        }
        // During the run machines ask for what is not found here, and tell it where it fails.
        if begun == nil { try problems.throwIfAny() }
        return (stages, bundles)
    }

    /// Whether plays that nobody takes part in yet name `hostvars`.
    private func mentionHostVariables(
        _ stages: [CompiledPlaybook.Stage], _ variables: [String: JSONObject]
    ) -> Bool {
        if stages.isEmpty { return false }
        // What is amiss for someone else than those who will come is none of theirs.
        let known = problems.all
        defer { problems.forget(allBut: known) }
        return bundle(inventory.hosts.first?.name ?? "localhost", stages, variables).sharesVariables
    }

    private func note(unknownHostsOf play: Play) {
        for error in unknownHosts(of: play) {
            switch files.configuration.hostPatternMismatch {
            case .error: problems.add(error)
            case .warning: warnings.add(error)
            case .ignore: break
            }
        }
    }

    /// What a play's pattern names that the inventory does not have.
    func unknownHosts(of play: Play) -> [PlayError] {
        play.hosts.unknownNames(in: inventory).map { name in
            .unknownHosts(
                name, nearest: nearestName(to: name, among: inventory.groupNames + inventory.hosts.map(\.name)),
                at: play.location)
        }
    }

    /// The inventory's, and this host where it takes part without standing there.
    private func hosts(in stages: [CompiledPlaybook.Stage]) -> [String] {
        (inventory.hosts.map(\.name) + stages.flatMap(\.hosts)).withoutRepetitions
    }

    private func variables(of hosts: [String]) -> [String: JSONObject] {
        Dictionary(uniqueKeysWithValues: hosts.map { ($0, hostVariables($0)) })
    }

    /// Who logs in to a host; nobody does to this one.
    private static func user(_ variables: JSONObject) -> String? {
        variables["ansible_connection"] == "local" ? nil : variables["ansible_user"]?.string
    }

    /// The version of Ansible whose language this is.
    private static let languageVersion: JSON = [
        "full": "2.14.18", "string": "2.14.18", "major": 2, "minor": 14, "revision": 18,
    ]

    private func hostVariables(_ host: String) -> JSONObject {
        var variables = inventory.variables(
            of: host, inventoryFiles: inventoryFiles, playbookFiles: playbook.variableFiles)
        variables["groups"] = .object(inventory.groupsVariable)
        variables["playbook_dir"] = .string(playbook.folder)
        variables["omit"] = .string(Bundle.omitted)
        variables["ansible_version"] = Self.languageVersion
        variables.merge(options.variables)
        return variables
    }

    private func bundle(_ host: String, _ stages: [CompiledPlaybook.Stage], _ variables: [String: JSONObject]) -> Bundle
    {
        let own = variables[host] ?? hostVariables(host)
        var bundle = Bundle(
            playbook: playbook.path, host: host, user: Self.user(own), variables: own,
            hostVariables: JSONObject(),
            extraVariables: extraVariables, onceAs: onceAs, plays: [])
        for stage in stages {
            let play = playbook.plays[stage.number]
            let bundler = bundler(bundle, stage, variables)
            bundler.noteLookups(of: play.roles)
            bundle.plays.append(
                Bundle.Play(
                    number: stage.number, name: play.name, variables: bundler.playVariables,
                    roles: play.roles.map(bundler.bundled), items: bundler.bundled(play.items),
                    handlers: play.handlers.map(bundler.bundled), forcesHandlers: play.forcesHandlers))
            bundle.plays[bundle.plays.count - 1].meetsAfterEach = play.limit != FailureLimit()
        }
        if bundle.json.text.contains("hostvars") || bundle.isOpen {
            bundle.shareVariables()
            let inOrder = (inventory.hosts.map(\.name) + variables.keys.sorted()).withoutRepetitions
            bundle.hostVariables = JSONObject(inOrder.map { ($0, .object(variables[$0] ?? JSONObject())) })
        }
        return bundle
    }

    private func bundler(
        _ bundle: Bundle, _ stage: CompiledPlaybook.Stage, _ variables: [String: JSONObject]
    ) -> TaskBundler {
        let play = playbook.plays[stage.number]
        var more = play.variables
        more["ansible_play_hosts"] = JSON(stage.hosts)
        more["ansible_play_hosts_all"] = JSON(stage.hosts)
        more["ansible_play_batch"] = JSON(stage.hosts)
        more["play_hosts"] = JSON(stage.hosts)
        more["ansible_play_name"] = .string(play.name)
        func roles(_ origin: Role.Origin) -> [String] {
            play.roles.filter { $0.isPublic && $0.origin == origin }.map(\.name)
        }
        let (needed, named) = (roles(.dependency), roles(.play) + roles(.task))
        more["ansible_role_names"] = JSON((named + needed).withoutRepetitions)
        for name in ["ansible_play_role_names", "role_names"] { more[name] = JSON(named) }
        more["ansible_dependent_role_names"] = JSON(needed.withoutRepetitions)
        return TaskBundler(
            play: play, playVariables: more, bundle: bundle, playbookFolder: play.folder,
            hostVariables: variables, names: names, files: files, inclusions: inclusions,
            lookups: lookups, grants: grants, keeping: keeping, problems: problems)
    }

    /// What a task of a machine includes under a name that only the machine knew.
    func inclusion(_ name: String, at site: Int, for host: String, play number: Int) throws(Diagnoses) -> Inclusion {
        let variables = variables(of: inventory.hosts.map(\.name))
        let own = variables[host] ?? hostVariables(host)
        let bundle = Bundle(
            playbook: playbook.path, host: host, user: Self.user(own), variables: own,
            hostVariables: JSONObject(), extraVariables: extraVariables, plays: [])
        let play = playbook.plays[number]
        let stage = CompiledPlaybook.Stage(number: number, name: play.name, hosts: play.hosts.hosts(in: inventory))
        let inclusion = bundler(bundle, stage, variables).bundled(try inclusions.load(name, at: site))
        try problems.throwIfAny()
        return inclusion
    }
}

extension Bundle {
    /// Whether tasks may use text that is not in it: what they include, render or read has its name on the machine only.
    fileprivate var isOpen: Bool {
        plays.flatMap { $0.tasks + $0.handlers }.flatMap(\.withIncluded).contains { task in
            switch task.module {
            case "include_tasks", "include_role": task.inclusions.isEmpty
            case "template": task.files.isEmpty
            case "include_vars": true
            default: false
            }
        }
    }

    /// Whether the machine tells of its variables what it has not told yet.
    fileprivate var sharesVariables: Bool { plays.contains(where: \.sharesVariables) }

    fileprivate mutating func shareVariables() {
        for number in plays.indices { plays[number].sharesVariables = true }
    }
}
