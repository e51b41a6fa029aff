internal import Bundles
internal import Diagnostics
internal import JSON
internal import Templates
internal import YAML

extension PlayReader {
    /// Steps of a task that brings others: those of an import at once, an inclusion as the task that it is when it runs.
    func brought(
        by entry: YAMLNode.Entry, _ node: YAMLNode, _ entries: [YAMLNode.Entry], _ outer: Surroundings
    ) -> [PlayItem] {
        var name = Keywords.shortName(of: entry.key.text ?? "")
        if name == "include" { name = Self.meantByInclude(entry, entries) }
        let arguments = arguments(of: entry.value, node["args"], isRole: name.hasSuffix("role"))
        var own = outer
        own.depth += 1
        var task = PlayTask(
            name: "", module: name, arguments: JSONObject(), argumentLocations: [:], location: node.location)
        let includes = name.hasPrefix("include")
        // What an inclusion says in `vars` wins over results and facts in what it brings, an import's does not.
        var given = JSONObject()
        for other in entries where other.key.text != entry.key.text {
            if includes, other.key.text == "vars" {
                given = reader.variables(other.value, "'vars'")
                own.keywords.variables.merge(given)
                continue
            }
            if inherit(other, into: &own) { continue }
            let isOfTask = includes || other.key.text == "name"
            if !isOfTask || !read(other, into: &task) {
                problems.add(unknownKeyword(other, of: "'\(name)'", among: Keywords.task))
            }
        }
        guard let wanted = arguments.name else {
            problems.add(.missingArgument(name.hasSuffix("role") ? "name" : "file", module: name, at: node.location))
            return []
        }
        switch name {
        case "import_tasks":
            guard isFixed(wanted) else { return [] }
            return tasksFile(wanted.text ?? "", wanted.location, own)
        case "import_role":
            guard isFixed(wanted) else { return [] }
            var files = arguments.files
            files.isPublic = true
            return role(wanted.text ?? "", wanted.location, RoleUse(files: files, isOfTask: true), own)
        default:
            return [.task(inclusion(task, wanted, arguments, own, outer, giving: given))]
        }
    }

    /// What was one word once: an import where the file is known and there is no loop.
    private static func meantByInclude(_ entry: YAMLNode.Entry, _ entries: [YAMLNode.Entry]) -> String {
        let loops = entries.contains { ($0.key.text ?? "") == "loop" || ($0.key.text ?? "").hasPrefix("with_") }
        return loops || Template.isTemplate(entry.value.text ?? "") ? "include_tasks" : "import_tasks"
    }

    /// A task that includes others when it runs. They take over what stands around it and what it applies, but not its own
    /// keywords, except for its variables.
    private func inclusion(
        _ read: PlayTask, _ wanted: YAMLNode, _ arguments: InclusionArguments, _ own: Surroundings,
        _ outer: Surroundings, giving given: JSONObject
    ) -> PlayTask {
        var task = read
        take(own, into: &task)
        reader.checkTemplates(wanted)
        task.arguments = ["name": wanted.json]
        task.argumentLocations = ["name": wanted.location]
        if task.name.isEmpty { task.name = task.module }
        var inner = outer
        inner.depth += 1
        for entry in arguments.applied {
            if !inherit(entry, into: &inner) {
                problems.add(unknownKeyword(entry, of: "'apply'", among: Keywords.block))
            }
        }
        inner.keywords.inclusionVariables.merge(given)
        task.inclusion = InclusionSite(
            kind: task.module == "include_role" ? .role : .tasks, surroundings: inner, files: arguments.files,
            location: wanted.location)
        return task
    }

    /// What `include_tasks` and `include_role` are told.
    private struct InclusionArguments {
        var name: YAMLNode?
        var files = RoleFiles()
        var applied: [YAMLNode.Entry] = []
        var allowsRepeat = true
    }

    private func arguments(of node: YAMLNode, _ more: YAMLNode?, isRole: Bool) -> InclusionArguments {
        var arguments = InclusionArguments()
        if node.text != nil { arguments.name = node }
        for entry in (node.mapping ?? []) + (more?.mapping ?? []) {
            let value = entry.value
            switch (entry.key.text ?? "", isRole) {
            case ("file", false), ("_raw_params", false), ("name", true), ("role", true): arguments.name = value
            case ("apply", _): arguments.applied = reader.entries(value, "'apply'")
            case ("tasks_from", true): arguments.files.tasks = reader.text(value, "'tasks_from'") ?? "main"
            case ("handlers_from", true): arguments.files.handlers = reader.text(value, "'handlers_from'") ?? "main"
            case ("defaults_from", true): arguments.files.defaults = reader.text(value, "'defaults_from'") ?? "main"
            case ("vars_from", true): arguments.files.variables = reader.text(value, "'vars_from'") ?? "main"
            case ("public", true): arguments.files.isPublic = reader.flag(value, "'public'") ?? false
            case ("allow_duplicates", true):
                arguments.allowsRepeat = reader.flag(value, "'allow_duplicates'") ?? true
            case ("rolespec_validate", true): break
            case (let name, _):
                let known =
                    isRole
                    ? ["name", "tasks_from", "handlers_from", "defaults_from", "vars_from", "public", "apply"]
                    : ["file", "apply"]
                problems.add(
                    .unknownArgument(
                        name, module: isRole ? "include_role" : "include_tasks",
                        nearest: nearestName(to: name, among: known), at: entry.key.location))
            }
        }
        return arguments
    }

    func isFixed(_ node: YAMLNode) -> Bool {
        guard let text = node.text else {
            problems.add(.wrongShape(what: "the name", wanted: "a string", found: node.kind, at: node.location))
            return false
        }
        guard Template.isTemplate(text) else { return true }
        problems.add(.importOfTemplate(at: node.location))
        return false
    }

    /// Steps of a file of tasks, beside the file that names it, in the role, or in the playbook's folder.
    func tasksFile(_ name: String, _ place: SourceLocation, _ outer: Surroundings) -> [PlayItem] {
        let (path, looked) = files.find(name, in: tasksFolders(outer))
        guard let path else {
            problems.add(.fileNotFound(name, looked: looked, at: place))
            return []
        }
        var inner = outer
        inner.chain.append(path)
        inner.folder = path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "."
        do {
            let node = try files.document(path)
            if inner.isHandler {
                readHandlers(node, inner)
                return []
            }
            return items(node, inner)
        } catch {
            problems.add(error)
            return []
        }
    }

    func tasksFolders(_ surroundings: Surroundings) -> [String] {
        let role = surroundings.rolePath.map {
            ["\($0)/\(surroundings.isHandler ? "handlers" : "tasks")", "\($0)/tasks"]
        }
        return ([surroundings.folder] + (role ?? []) + [playbookFolder]).withoutRepetitions
    }
}
