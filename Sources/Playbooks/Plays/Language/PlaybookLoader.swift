internal import Diagnostics
internal import Inventories
internal import JSON
internal import Templates
internal import YAML

/// Reads a playbook with its roles and variable files; every mistake at once.
struct PlaybookLoader {
    private let problems = Problems()
    private let files: ControllerFiles
    private let reader: NodeReader

    init(_ files: ControllerFiles) {
        self.files = files
        reader = NodeReader(problems: problems)
    }

    func load(_ path: String) throws(Diagnoses) -> Playbook {
        try load(try files.document(path), path)
    }

    func load(text: String, path: String) throws(Diagnoses) -> Playbook {
        try load(try files.vault.document(text, file: path), path)
    }

    private func load(_ node: YAMLNode, _ path: String) throws(Diagnoses) -> Playbook {
        let folder = path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "."
        var playbook = Playbook(path: path, folder: folder, plays: [], variableFiles: VariableFiles())
        do throws(Diagnoses) {
            playbook.variableFiles = try VariableFiles(beside: folder, vault: files.vault)
        } catch {
            problems.add(error)
        }
        playbook.plays = plays(node, path, [])
        try problems.throwIfAny()
        return playbook
    }

    /// The plays of a file, with those that it imports in their places.
    private func plays(_ node: YAMLNode, _ path: String, _ imports: [PlaybookImport]) -> [Play] {
        let folder = path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "."
        return reader.list(node, "a playbook").flatMap { element -> [Play] in
            let steps = PlayReader(problems, files, playbookFolder: folder)
            guard let imported = PlaybookImport(element, steps) else {
                return play(element, folder, steps, imports).map { [$0] } ?? []
            }
            guard let name = imported.name else { return [] }
            let (found, looked) = files.find(name, in: [folder])
            guard let found, files.isFile(found) else {
                problems.add(.fileNotFound(name, looked: looked, at: imported.location))
                return []
            }
            guard found != path, !imports.contains(where: { $0.path == found }) else {
                problems.add(.playbookCircle(name, at: imported.location))
                return []
            }
            do throws(Diagnoses) {
                return plays(try files.document(found), found, imports + [imported.at(found)])
            } catch {
                problems.add(error)
                return []
            }
        }
    }

    private func play(
        _ node: YAMLNode, _ folder: String, _ steps: PlayReader, _ imports: [PlaybookImport]
    ) -> Play? {
        guard let entries = node.mapping else {
            problems.add(.wrongShape(what: "a play", wanted: "a mapping", found: node.kind, at: node.location))
            return nil
        }
        var play = Play(name: "", hosts: HostPattern(""), location: node.location, folder: folder)
        var surroundings = Surroundings(folder: folder)
        var gathersFacts = files.configuration.gathering != .explicit
        configure(&play, &surroundings)
        for imported in imports { imported.apply(to: &surroundings, &play) }
        for entry in entries {
            let name = entry.key.text ?? ""
            switch name {
            case "name": play.name = reader.text(entry.value, "'name'") ?? ""
            case "hosts":
                play.hosts = HostPattern(reader.texts(entry.value, "'hosts'").map(\.text))
            case "gather_facts": gathersFacts = reader.flag(entry.value, "'gather_facts'") ?? true
            case "force_handlers": play.forcesHandlers = reader.flag(entry.value, "'force_handlers'") ?? false
            case "vars": for (name, value) in reader.variables(entry.value, "'vars'") { play.variables[name] = value }
            case "serial": play.serial = batchSizes(entry.value)
            case "max_fail_percentage": play.limit.percentage = reader.number(entry.value, "'max_fail_percentage'")
            case "strategy": play.isFree = ["free", "host_pinned"].contains(strategy(entry.value))
            case "any_errors_fatal": play.limit.anyIsFatal = reader.flag(entry.value, "'any_errors_fatal'") ?? false
            case "order": play.order = order(entry.value)
            case "vars_prompt":
                play.prompts = reader.list(entry.value, "'vars_prompt'").compactMap { VariablePrompt($0, reader) }
            case "connection": play.connection.isLocal = reader.text(entry.value, "'connection'") == "local"
            case "remote_user": play.connection.user = reader.text(entry.value, "'remote_user'")
            case "port": play.connection.port = reader.number(entry.value, "'port'").map { Int($0) }
            case "ignore_unreachable":
                play.ignoresUnreachable = reader.flag(entry.value, "'ignore_unreachable'") ?? false
            case "gather_subset", "gather_timeout", "fact_path", "vars_files", "roles", "tasks", "pre_tasks",
                "post_tasks", "handlers":
                break
            default:
                if !steps.inherit(entry, into: &surroundings) {
                    problems.add(steps.unknownKeyword(entry, of: "a play", among: Keywords.play))
                }
            }
        }
        if node["hosts"] == nil { problems.add(.missingKeyword("hosts", of: "a play", at: node.location)) }
        if play.name.isEmpty { play.name = play.hosts.text }
        if let list = node["vars_files"] { readVariableFiles(list, folder, into: &play) }
        if gathersFacts { play.items.append(.task(facts(of: node, surroundings))) }
        if let list = node["pre_tasks"] { play.items += steps.items(list, surroundings) + [flush(list.location)] }
        if let list = node["roles"] {
            for element in reader.list(list, "'roles'") { play.items += steps.use(element, surroundings) }
        }
        if let list = node["tasks"] { play.items += steps.items(list, surroundings) }
        if let list = node["post_tasks"] { play.items += [flush(list.location)] + steps.items(list, surroundings) }
        if let list = node["handlers"] { steps.readHandlers(list, surroundings) }
        (play.roles, play.handlers, play.tags) = (steps.roles, steps.handlers, surroundings.tags)
        checkNotifications(play)
        return play
    }

    /// What a play does that does not say it.
    private func configure(_ play: inout Play, _ surroundings: inout Surroundings) {
        let configuration = files.configuration
        play.forcesHandlers = configuration.forcesHandlers
        play.isFree = configuration.strategy == .free
        play.limit.anyIsFatal = configuration.endsAtAnyError
        surroundings.keywords.become = .bool(configuration.becomes)
        if configuration.becomeUser != "root" { surroundings.keywords.becomeUser = .string(configuration.becomeUser) }
    }

    private func order(_ node: YAMLNode) -> HostOrder {
        if let order = HostOrder(rawValue: reader.text(node, "'order'") ?? "inventory") { return order }
        problems.add(
            .wrongShape(
                what: "'order'", wanted: "one of " + HostOrder.allCases.map(\.rawValue).joined(separator: ", "),
                found: "'\(node.text ?? "")'", at: node.location))
        return .inventory
    }

    private func strategy(_ node: YAMLNode) -> String {
        let name = Keywords.shortName(of: reader.text(node, "'strategy'") ?? "linear")
        let known = ["linear", "free", "host_pinned"]
        if !known.contains(name) {
            problems.add(
                .wrongShape(
                    what: "'strategy'", wanted: "one of " + known.joined(separator: ", "), found: "'\(name)'",
                    at: node.location))
        }
        return name
    }

    private func batchSizes(_ node: YAMLNode) -> [BatchSize] {
        (node.sequence ?? [node]).compactMap { element in
            let text = element.json.text.filter { $0 != "\"" }
            if text.hasSuffix("%"), let part = Double(text.dropLast()), part > 0 { return .percentage(part) }
            if let count = Int(text), count > 0 { return .machines(count) }
            problems.add(
                .wrongShape(
                    what: "'serial'", wanted: "a number of machines or a percentage", found: "'\(text)'",
                    at: element.location))
            return nil
        }
    }

    private func flush(_ place: SourceLocation) -> PlayItem {
        var task = PlayTask(
            name: "flush_handlers", module: "meta", arguments: ["cmd": "flush_handlers"], argumentLocations: [:],
            location: place)
        task.tags = ["always"]
        return .task(task)
    }

    /// What a play does first, under Ansible's name.
    private func facts(of play: YAMLNode, _ surroundings: Surroundings) -> PlayTask {
        var task = PlayTask(
            name: "Gathering Facts", module: "gather_facts", arguments: JSONObject(), argumentLocations: [:],
            location: play.location)
        let configuration = files.configuration
        let defaults = [
            ("gather_subset", configuration.gatherSubsets.map { JSON($0) }),
            ("gather_timeout", configuration.gatherTimeoutSeconds.map { JSON($0) }),
            ("fact_path", configuration.factFolder.map { JSON($0) }),
        ]
        for (name, value) in defaults {
            task.arguments[name] = play[name]?.json ?? value
            task.argumentLocations[name] = play[name]?.location
        }
        task.keywords.become = surroundings.keywords.become
        task.keywords.becomeUser = surroundings.keywords.becomeUser
        task.tags = ["always"]
        return task
    }

    private func readVariableFiles(_ list: YAMLNode, _ folder: String, into play: inout Play) {
        for (name, place) in reader.texts(list, "'vars_files'") {
            let (path, looked) = files.find(name, in: [folder, folder + "/vars"])
            guard let path else {
                problems.add(.fileNotFound(name, looked: looked, at: place))
                continue
            }
            do throws(Diagnoses) {
                for (name, value) in try VariableFiles.variables(path, vault: files.vault) {
                    play.variables[name] = value
                }
            } catch {
                problems.add(error)
            }
        }
    }

    /// A handler that nothing knows is a mistake, unless an inclusion may bring it.
    private func checkNotifications(_ play: Play) {
        let tasks = PlayItem.tasks(of: play.items)
        guard !tasks.contains(where: { $0.inclusion?.kind == .role }),
            !play.handlers.contains(where: { $0.inclusion != nil })
        else { return }
        let roles = Dictionary(play.roles.map { ($0.id, $0.name) }) { first, _ in first }
        let known = Set(
            play.handlers.flatMap { handler in
                [handler.name] + handler.listen
                    + (handler.role.flatMap { roles[$0] }.map { ["\($0) : \(handler.name)"] } ?? [])
            })
        for task in tasks + play.handlers {
            for notification in task.notify
            where !known.contains(notification.name) && !Template.isTemplate(notification.name) {
                problems.add(
                    .unknownHandler(
                        notification.name, nearest: nearestName(to: notification.name, among: known),
                        at: notification.location))
            }
        }
    }
}
