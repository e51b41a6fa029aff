package import Bundles
package import Diagnostics
package import Inventories
package import JSON
internal import Templates
package import Vault

/// A playbook compiled for an inventory: one bundle a machine, and the files they may ask for.
package struct CompiledPlaybook: Sendable {
    /// A play and the machines that take part, in the inventory's order.
    package struct Stage: Sendable {
        package var number: Int
        package var name: String
        package var hosts: [String]
        var serial: [BatchSize] = []
        var limit = FailureLimit()
        /// Whether no machine waits for another.
        var isFree = false
        var connection = ConnectionKeywords()
        var prompts: [VariablePrompt] = []
        var ignoresUnreachable = false

        /// The machines in the batches that the play wants, all at once where it wants none.
        func batches(of hosts: [String]) -> [[String]] {
            var (rest, batches, number) = (hosts[...], [[String]](), 0)
            while !rest.isEmpty {
                // The last size goes for the rest.
                let size = serial.isEmpty ? rest.count : serial[min(number, serial.count - 1)].count(of: hosts.count)
                batches.append(Array(rest.prefix(size)))
                rest = rest.dropFirst(size)
                number += 1
            }
            return batches
        }
    }

    package let path: String
    package private(set) var stages: [Stage]
    /// What is no mistake, but perhaps not what was meant.
    package let warnings: [Diagnosis]
    /// How much the run had added to the inventory that it is compiled for.
    private(set) var growth = 0
    private let bundles: [String: Bundle]
    private let source: Source
    /// The machines of an inventory that it is limited to; nil for all.
    private var limit: (@Sendable (Inventory) -> Set<String>)?
    var inventory: Inventory { source.inventory }
    /// What machines may have kept for the run.
    var keeping: KeepGrants { source.keeping }
    var files: ControllerFiles { source.files }
    var folder: String { source.playbook.folder }
    /// Its own folder, and those of the playbooks that it imports.
    var folders: [String] {
        ([folder] + source.playbook.plays.map(\.folder)).withoutRepetitions
    }
    /// Where the roles are that it uses.
    var roleFolders: [String] { source.playbook.plays.flatMap(\.roles).map(\.path) + source.inclusions.roleFolders }

    /// What a machine looks up; beyond what the playbook's text says, in the playbook's folders only.
    func found(_ request: LookupRequest, at place: ControllerLookups.Place, for host: String) throws -> [JSON] {
        var lookups = source.lookups
        if !source.grants.allows(request, of: host) {
            guard !LookupRequest.revealing.contains(request.plugin) else {
                throw PlayError.lookupElsewhere(request.plugin)
            }
            lookups.bounds = folders + roleFolders
        }
        return try lookups.answer(to: request, at: place)
    }

    /// Allows a machine the lookups in variables that were read for it now.
    func noteLookups(in variables: JSONObject, for host: String) {
        source.grants.note(.object(variables), for: host) { [Variables(layers: [.written(variables)])] }
    }

    /// What a playbook is compiled from.
    private struct Source: Sendable {
        var playbook: Playbook
        var inventory: Inventory
        var inventoryFiles = VariableFiles()
        var extraVariables = JSONObject()
        var options = RunOptions()
        var onceAs: String?
        var files: ControllerFiles
        var inclusions: InclusionLoader
        let grants = LookupGrants()
        let keeping = KeepGrants()
        var begun: [Int: [String]]?

        var lookups: ControllerLookups {
            ControllerLookups(files: files, inventory: inventory, playbookFolder: playbook.folder)
        }

        var compiler: BundleCompiler {
            BundleCompiler(
                playbook: playbook, inventory: inventory, inventoryFiles: inventoryFiles,
                extraVariables: extraVariables,
                onceAs: onceAs, files: files, inclusions: inclusions, options: options, lookups: lookups,
                grants: grants, keeping: keeping, begun: begun)
        }
    }

    /// Reads a playbook and compiles it; every mistake in it is told before anything runs.
    ///
    /// With `onceAs`, a machine notes under that name that it has carried out the playbook, and does not do so again.
    package init(
        _ path: String, inventory: Inventory, inventoryFiles: VariableFiles = VariableFiles(),
        extraVariables: JSONObject = JSONObject(), options: RunOptions = RunOptions(), onceAs: String? = nil,
        tags: TagChoice = .all, startAtTask: String? = nil, vault: Vault = Vault(),
        configuration: AnsibleConfiguration = AnsibleConfiguration()
    ) throws(Diagnoses) {
        let files = ControllerFiles(vault: vault, configuration: configuration)
        try self.init(
            try PlaybookLoader(files).load(path).beginning(at: startAtTask), files, tags, inventory: inventory,
            inventoryFiles: inventoryFiles,
            extraVariables: extraVariables, options: options, onceAs: onceAs)
    }

    /// Compiles nothing but the tasks with a tag that show all they do, without what they notify.
    package init(_ path: String, onlyTagged tag: String, inventory: Inventory) throws(Diagnoses) {
        let files = ControllerFiles()
        var playbook = try PlaybookLoader(files).load(path)
        for number in playbook.plays.indices {
            playbook.plays[number].handlers = []
            playbook.plays[number].items = PlayItem.filtered(playbook.plays[number].items) {
                $0.tags.contains(tag) && $0.noLog == false
            }.map(\.withoutNotifications)
        }
        try self.init(playbook, files, .all, inventory: inventory)
    }

    /// The same of a playbook's text, whose file is named in messages and whose folder is where it looks for others.
    package init(
        text: String, path: String, inventory: Inventory, extraVariables: JSONObject = JSONObject(),
        onceAs: String? = nil
    ) throws(Diagnoses) {
        let files = ControllerFiles()
        try self.init(
            try PlaybookLoader(files).load(text: text, path: path), files, .all, inventory: inventory,
            extraVariables: extraVariables, onceAs: onceAs)
    }

    private init(
        _ playbook: Playbook, _ files: ControllerFiles, _ tags: TagChoice, inventory: Inventory,
        inventoryFiles: VariableFiles = VariableFiles(), extraVariables: JSONObject = JSONObject(),
        options: RunOptions = RunOptions(), onceAs: String? = nil
    ) throws(Diagnoses) {
        var playbook = playbook
        for number in playbook.plays.indices {
            playbook.plays[number].items = PlayItem.filtered(playbook.plays[number].items, tags.keeps)
        }
        try self.init(
            Source(
                playbook: playbook, inventory: inventory, inventoryFiles: inventoryFiles,
                extraVariables: extraVariables, options: options, onceAs: onceAs, files: files,
                inclusions: InclusionLoader(files, playbookFolder: playbook.folder, tags: tags)))
    }

    private init(_ source: Source) throws(Diagnoses) {
        self.source = source
        let compiler = source.compiler
        (stages, bundles) = try compiler.compile()
        warnings = compiler.warnings.all
        path = source.playbook.path
    }

    /// The same for an inventory to which the run has added so much; who takes part in plays that have begun, by number, still does.
    func grown(to inventory: Inventory, by growth: Int, begun: [Int: [String]]) throws(Diagnoses) -> CompiledPlaybook {
        var source = source
        (source.inventory, source.begun) = (inventory, begun)
        var grown = try CompiledPlaybook(source)
        grown.growth = growth
        return limit.map { grown.limited($0) } ?? grown
    }

    /// What a play names that the inventory does not have, where that could not be told before the run.
    func unknownHosts(of stage: Stage) -> [Diagnosis] {
        guard keeping.growsInventory, files.configuration.hostPatternMismatch != .ignore else { return [] }
        return source.compiler.unknownHosts(of: source.playbook.plays[stage.number]).map(\.diagnosis)
    }

    /// What a task of a machine includes under a name that only the machine knew.
    func inclusion(_ name: String, at site: Int, for host: String, play: Int) throws(Diagnoses) -> Inclusion {
        try source.compiler.inclusion(name, at: site, for: host, play: play)
    }

    /// Where that is, or nil where nothing is of that name.
    func inclusionPath(_ name: String, at site: Int) -> String? {
        source.inclusions.site(site).flatMap { source.inclusions.path(of: name, from: $0) }
    }

    /// Every machine that takes part in any play, in the inventory's order.
    package var hosts: [String] { stages.flatMap(\.hosts).withoutRepetitions }

    /// The same playbook for some of its machines only, which still know of the others (`ansible-playbook --limit`).
    package func limited(to hosts: Set<String>) -> CompiledPlaybook { limited { _ in hosts } }

    /// The same for those that a pattern means, in the inventory as it is then.
    package func limited(to pattern: HostPattern) -> CompiledPlaybook { limited { Set(pattern.hosts(in: $0)) } }

    private func limited(_ limit: @escaping @Sendable (Inventory) -> Set<String>) -> CompiledPlaybook {
        var limited = self
        limited.limit = limit
        let hosts = limit(inventory)
        limited.stages = stages.map { stage in
            var part = stage
            part.hosts = stage.hosts.filter(hosts.contains)
            return part
        }
        return limited
    }

    /// What a play is of, for listings.
    package struct Outline: Sendable {
        package var number: Int
        package var name: String
        package var pattern: String
        package var tags: [String]
        package var hosts: [String]
        package var tasks: [(name: String, tags: [String])]
    }

    package var outlines: [Outline] {
        stages.map { stage in
            let play = source.playbook.plays[stage.number]
            let roles = Dictionary(play.roles.map { ($0.id, $0.name) }) { first, _ in first }
            let tasks = PlayItem.tasks(of: play.items).filter { $0.module != "meta" && $0.module != "gather_facts" }
            return Outline(
                number: stage.number, name: play.name, pattern: play.hosts.text, tags: play.tags.sorted(),
                hosts: stage.hosts,
                tasks: tasks.map { task in
                    ((task.role.flatMap { roles[$0] }.map { "\($0) : " } ?? "") + task.name, task.tags.sorted())
                })
        }
    }

    /// Whether a task of the machine wants another user's rights.
    package func needsRoot(_ host: String) -> Bool {
        guard let bundle = bundles[host] else { return false }
        let wants = bundle.extraVariables["ansible_become"] ?? bundle.variables["ansible_become"]
        return (wants.map { $0 != false } ?? false)
            || bundle.plays.flatMap { $0.tasks + $0.handlers }.flatMap(\.withIncluded).contains { $0.become != false }
    }

    /// An event without the secrets that were decrypted.
    func masked(_ event: TaskEvent) -> TaskEvent {
        let secrets = files.vault.secrets.all
        if secrets.isEmpty { return event }
        let masking = Masking(secrets)
        var event = event
        event.task = masking.text(event.task)
        event.item = event.item.map(masking.text)
        event.message = event.message.map(masking.text)
        event.differences = event.differences.map {
            .init(path: masking.text($0.path), before: masking.text($0.before), after: masking.text($0.after))
        }
        return event
    }

    /// How long a machine may take until it can be connected to for a play: where the play begins with waiting for that.
    func patience(of host: String, in stage: Stage) -> Duration {
        let play = bundle(for: host)?.plays.first { $0.number == stage.number }
        guard case .task(let task)? = play?.items.first, task.module == "wait_for_connection" else { return .zero }
        return .seconds(task.arguments["timeout"]?.integer ?? 600)
    }

    /// A machine's bundle; nil where no play is for it.
    package func bundle(for host: String) -> Bundle? { bundles[host] }
}
