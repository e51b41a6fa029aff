internal import Bundles
internal import Diagnostics
internal import Inventories
internal import JSON
internal import Templates
internal import YAML

/// Reads the steps of one play, and gathers the roles and handlers that come with them.
final class PlayReader {
    let reader: NodeReader
    let files: ControllerFiles
    let playbookFolder: String
    /// Where roles are looked for.
    let roleFolders: [String]
    /// The roles so far, in the order of their use.
    var roles: [Role] = []
    var handlers: [PlayTask] = []
    /// Makes the ids of roles unlike those of other readers.
    private let scope: String
    /// Roles that need not be used again, with their parameters.
    var used: Set<String> = []
    var problems: Problems { reader.problems }

    init(_ problems: Problems, _ files: ControllerFiles, playbookFolder: String, scope: String = "") {
        reader = NodeReader(problems: problems)
        self.files = files
        self.playbookFolder = playbookFolder
        self.scope = scope
        roleFolders = [playbookFolder + "/roles"] + files.configuration.rolesPaths + [playbookFolder]
    }

    /// An id for a further use of a role.
    func newRoleID(_ path: String) -> String { "\(path)#\(scope)\(roles.count)" }

    /// Steps from a list of tasks and blocks.
    func items(_ node: YAMLNode, _ surroundings: Surroundings) -> [PlayItem] {
        reader.list(node, surroundings.isHandler ? "the handlers" : "the tasks").flatMap { item($0, surroundings) }
    }

    /// Handlers, which stand in no block.
    func readHandlers(_ node: YAMLNode, _ surroundings: Surroundings) {
        var surroundings = surroundings
        surroundings.isHandler = true
        handlers += PlayItem.tasks(of: items(node, surroundings))
    }

    private func item(_ node: YAMLNode, _ surroundings: Surroundings) -> [PlayItem] {
        guard let entries = node.mapping else {
            problems.add(.wrongShape(what: "a task", wanted: "a mapping", found: node.kind, at: node.location))
            return []
        }
        guard surroundings.depth <= 40 else {
            problems.add(.notSupported("more than 40 tasks files or blocks within each other", at: node.location))
            return []
        }
        if node["block"] != nil { return block(node, entries, surroundings) }
        if let entry = entries.first(where: { Keywords.bringsTasks($0.key.text ?? "") }) {
            return brought(by: entry, node, entries, surroundings)
        }
        return task(node, entries, surroundings).map { [.task($0)] } ?? []
    }

    private func block(_ node: YAMLNode, _ entries: [YAMLNode.Entry], _ outer: Surroundings) -> [PlayItem] {
        var inner = outer
        inner.depth += 1
        for entry in entries where !["block", "rescue", "always", "name"].contains(entry.key.text ?? "") {
            if !inherit(entry, into: &inner) {
                problems.add(unknownKeyword(entry, of: "a block", among: Keywords.block))
            }
        }
        func section(_ name: String) -> [PlayItem] { node[name].map { items($0, inner) } ?? [] }
        let (main, rescue, always) = (section("block"), section("rescue"), section("always"))
        if rescue.isEmpty, always.isEmpty { return main }
        return [.block(main: main, rescue: rescue, always: always)]
    }

    func unknownKeyword(_ entry: YAMLNode.Entry, of owner: String, among known: [String]) -> PlayError {
        let name = entry.key.text ?? ""
        return .unknownKeyword(
            name, of: owner, nearest: nearestName(to: name, among: known), at: entry.key.location)
    }

    private func task(_ node: YAMLNode, _ entries: [YAMLNode.Entry], _ surroundings: Surroundings) -> PlayTask? {
        let keywords = surroundings.isHandler ? Keywords.handler : Keywords.task
        var task = PlayTask(
            name: "", module: "", arguments: JSONObject(), argumentLocations: [:], location: node.location)
        var own = surroundings
        var module: YAMLNode.Entry?
        for entry in entries {
            let name = entry.key.text ?? ""
            if inherit(entry, into: &own) || read(entry, into: &task) { continue }
            if ["action", "local_action"].contains(name), module == nil {
                if name == "local_action" { own.keywords.delegateTo = "localhost" }
                module = Self.unfolded(entry)
                continue
            }
            if let first = module {
                problems.add(unknown(one: first, other: entry, keywords))
                if ModuleSpec.named(first.key.text ?? "") == nil { module = entry }
            } else {
                module = entry
            }
        }
        take(own, into: &task)
        guard let module else {
            problems.add(.noModule(at: node.location))
            return nil
        }
        guard let spec = ModuleSpec.named(module.key.text ?? "") else {
            let name = module.key.text ?? ""
            problems.add(
                .unknownModule(
                    name, nearest: nearestName(to: name, among: ModuleSpec.names + keywords), at: module.key.location))
            return nil
        }
        task.module = spec.name
        if let place = task.asyncLocation, !spec.runsInBackground, (task.asyncSeconds?.integer ?? 0) > 0 {
            problems.add(.notInBackground(module: spec.name, at: place))
        }
        ArgumentReader(reader, spec).read(
            module.value, extra: node["args"], defaults: own.moduleDefaults[spec.name], into: &task)
        if task.name.isEmpty { task.name = spec.name }
        return task
    }

    /// The module and its arguments in `action: module name=value …`, or in `action: {module: …, name: value}`.
    private static func unfolded(_ entry: YAMLNode.Entry) -> YAMLNode.Entry {
        let node = entry.value
        if let text = node.text {
            let name = text.prefix { !$0.isWhitespace }
            let rest = text.dropFirst(name.count).drop { $0.isWhitespace }
            func scalar(_ text: Substring) -> YAMLNode {
                YAMLNode(.scalar(.init(text: String(text), isPlain: true)), at: node.location)
            }
            return YAMLNode.Entry(key: scalar(name), value: scalar(rest))
        }
        var rest = node
        rest.content = .mapping((node.mapping ?? []).filter { $0.key.text != "module" })
        return YAMLNode.Entry(key: node["module"] ?? node, value: rest)
    }

    /// Gives a task what stands around it and what it says itself of the same.
    func take(_ surroundings: Surroundings, into task: inout PlayTask) {
        let own = task.keywords
        task.keywords = surroundings.keywords
        (task.loop, task.loopLookup, task.loopControl) = (own.loop, own.loopLookup, own.loopControl)
        (task.register, task.listen, task.changedWhen) = (own.register, own.listen, own.changedWhen)
        (task.failedWhen, task.until, task.retries, task.delay) = (own.failedWhen, own.until, own.retries, own.delay)
        (task.asyncSeconds, task.pollSeconds) = (own.asyncSeconds, own.pollSeconds)
        task.notify = surroundings.notify
        task.ignoresUnreachable = surroundings.ignoresUnreachable
        task.tags = surroundings.tags
    }

    /// Two names that are no keywords: one is a mistyped keyword, or there are two modules.
    private func unknown(one: YAMLNode.Entry, other: YAMLNode.Entry, _ keywords: [String]) -> PlayError {
        let (first, second) = (one.key.text ?? "", other.key.text ?? "")
        if ModuleSpec.named(first) != nil, ModuleSpec.named(second) != nil {
            return .twoModules(first, second, at: other.key.location)
        }
        return unknownKeyword(ModuleSpec.named(first) == nil ? one : other, of: "a task", among: keywords)
    }
}
