internal import Bundles
internal import Diagnostics
internal import JSON
internal import Templates
internal import YAML

/// Reads lists of tasks, blocks and imported files into flat tasks.
struct TaskReader {
    /// What tasks take over from the play, the role and the blocks around them.
    struct Surroundings {
        var becomes = false
        var becomeUser: String?
        var when: [JSON] = []
        var variables = JSONObject()
        var environment = JSONObject()
        var ignoreErrors: JSON = false
        var noLog: JSON = false
        var tags: Set<String> = []
        var role: Int?
        /// Where `import_tasks` looks.
        var folder: String
        var isHandler = false
        var depth = 0
    }

    let reader: NodeReader
    let files: ControllerFiles
    private var problems: Problems { reader.problems }

    init(_ problems: Problems, _ files: ControllerFiles) {
        reader = NodeReader(problems: problems)
        self.files = files
    }

    func tasks(_ node: YAMLNode, _ surroundings: Surroundings) -> [PlayTask] {
        reader.list(node, surroundings.isHandler ? "the handlers" : "the tasks").flatMap { tasks(of: $0, surroundings) }
    }

    private func tasks(of node: YAMLNode, _ surroundings: Surroundings) -> [PlayTask] {
        guard let entries = node.mapping else {
            problems.add(.wrongShape(what: "a task", wanted: "a mapping", found: node.kind, at: node.location))
            return []
        }
        guard surroundings.depth <= 20 else {
            problems.add(.notSupported("more than 20 tasks files or blocks within each other", at: node.location))
            return []
        }
        if let block = node["block"] { return tasks(block, within(node, surroundings, isBlock: true)) }
        if let imported = entries.first(where: { Self.importers.contains($0.key.text ?? "") }) {
            return self.imported(imported.value, within(node, surroundings, isBlock: false))
        }
        return task(node, entries, surroundings).map { [$0] } ?? []
    }

    private static let importers: Set<String> = ["import_tasks", "ansible.builtin.import_tasks"]

    /// The surroundings with what a block or an import adds.
    private func within(_ node: YAMLNode, _ outer: Surroundings, isBlock: Bool) -> Surroundings {
        var inner = outer
        inner.depth += 1
        for entry in node.mapping ?? [] {
            switch entry.key.text ?? "" {
            case "name", "block", "become_method": break
            case "tags": inner.tags.formUnion(reader.texts(entry.value, "'tags'").map(\.text))
            case let name where !isBlock && Self.importers.contains(name): break
            case "when": inner.when += reader.conditions(entry.value)
            case "become": inner.becomes = reader.flag(entry.value, "'become'") ?? inner.becomes
            case "become_user": inner.becomeUser = reader.text(entry.value, "'become_user'")
            case "vars": for (name, value) in reader.variables(entry.value, "'vars'") { inner.variables[name] = value }
            case "environment":
                for (name, value) in reader.variables(entry.value, "'environment'") { inner.environment[name] = value }
            case "ignore_errors": inner.ignoreErrors = entry.value.json
            case "no_log": inner.noLog = entry.value.json
            case let name: problems.add(.notSupported(name, at: entry.key.location))
            }
        }
        return inner
    }

    private func imported(_ node: YAMLNode, _ surroundings: Surroundings) -> [PlayTask] {
        guard let name = node.text ?? node["file"]?.text else {
            problems.add(
                .wrongShape(what: "'import_tasks'", wanted: "a file's name", found: node.kind, at: node.location))
            return []
        }
        if Template.isTemplate(name) {
            problems.add(.notSupported("a template as the name of a tasks file", at: node.location))
            return []
        }
        let (path, looked) = files.find(name, in: [surroundings.folder])
        guard let path else {
            problems.add(.fileNotFound(name, looked: looked, at: node.location))
            return []
        }
        do {
            return tasks(try YAML.document(files.text(path, at: node.location), file: path), surroundings)
        } catch {
            problems.add(error)
            return []
        }
    }

    private func task(_ node: YAMLNode, _ entries: [YAMLNode.Entry], _ surroundings: Surroundings) -> PlayTask? {
        var task = PlayTask(
            name: "", module: "", arguments: JSONObject(), argumentLocations: [:], location: node.location)
        (task.becomes, task.becomeUser, task.role) = (surroundings.becomes, surroundings.becomeUser, surroundings.role)
        (task.when, task.variables, task.environment) = (
            surroundings.when, surroundings.variables, surroundings.environment
        )
        (task.ignoreErrors, task.noLog, task.tags) = (
            surroundings.ignoreErrors, surroundings.noLog, surroundings.tags
        )
        let keywords = surroundings.isHandler ? Keywords.handler : Keywords.task
        var module: YAMLNode.Entry?
        for entry in entries {
            let name = entry.key.text ?? ""
            if keywords.contains(name) {
                read(name, entry.value, into: &task)
            } else if Keywords.unsupported.contains(name) {
                problems.add(.notSupported(name, at: entry.key.location))
                return nil
            } else if let first = module {
                problems.add(unknown(one: first, other: entry, keywords))
                if ModuleSpec.named(first.key.text ?? "") == nil { module = entry }
            } else {
                module = entry
            }
        }
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
        ArgumentReader(reader, spec).read(module.value, extra: node["args"], into: &task)
        if task.name.isEmpty { task.name = spec.name }
        return task
    }

    /// Two names that are no keywords: one is a mistyped keyword, or there are two modules.
    private func unknown(one: YAMLNode.Entry, other: YAMLNode.Entry, _ keywords: [String]) -> PlayError {
        let (first, second) = (one.key.text ?? "", other.key.text ?? "")
        if ModuleSpec.named(first) != nil, ModuleSpec.named(second) != nil {
            return .twoModules(first, second, at: other.key.location)
        }
        let wrong = ModuleSpec.named(first) == nil ? one : other
        let name = wrong.key.text ?? ""
        return .unknownKeyword(
            name, of: "a task", nearest: nearestName(to: name, among: keywords), at: wrong.key.location)
    }

    private func read(_ keyword: String, _ node: YAMLNode, into task: inout PlayTask) {
        switch keyword {
        case "name":
            task.name = reader.text(node, "'name'") ?? ""
            reader.checkTemplates(node)
        case "when": task.when += reader.conditions(node)
        case "loop", "with_items":
            reader.checkTemplates(node)
            task.loop = node.json
            if keyword == "with_items", case .array(let elements) = node.json {
                task.loop = .array(elements.flatMap { $0.array ?? [$0] })
            }
        case "loop_control": loopControl(node, into: &task)
        case "register": task.register = reader.text(node, "'register'")
        case "notify":
            task.notify = reader.texts(node, "'notify'").map {
                PlayTask.Notification(name: $0.text, location: $0.location)
            }
        case "listen": task.listen = reader.texts(node, "'listen'").map(\.text)
        case "become": task.becomes = reader.flag(node, "'become'") ?? task.becomes
        case "become_user": task.becomeUser = reader.text(node, "'become_user'")
        case "vars": for (name, value) in reader.variables(node, "'vars'") { task.variables[name] = value }
        case "environment":
            for (name, value) in reader.variables(node, "'environment'") { task.environment[name] = value }
        case "changed_when": task.changedWhen = reader.conditions(node)
        case "failed_when": task.failedWhen = reader.conditions(node)
        case "until": task.until = reader.conditions(node)
        case "ignore_errors": task.ignoreErrors = node.json
        case "no_log": task.noLog = node.json
        case "tags": task.tags.formUnion(reader.texts(node, "'tags'").map(\.text))
        case "retries": task.retries = node.json
        case "delay": task.delay = node.json
        default: break
        }
    }

    private func loopControl(_ node: YAMLNode, into task: inout PlayTask) {
        for entry in reader.entries(node, "'loop_control'") {
            switch entry.key.text ?? "" {
            case "loop_var": task.loopVariable = reader.text(entry.value, "'loop_var'") ?? "item"
            case "index_var": task.loopIndexVariable = reader.text(entry.value, "'index_var'")
            case "label", "pause", "extended": break
            case let name:
                let known = ["loop_var", "index_var", "label", "pause", "extended"]
                problems.add(
                    .unknownKeyword(
                        name, of: "'loop_control'", nearest: nearestName(to: name, among: known), at: entry.key.location
                    ))
            }
        }
    }
}
