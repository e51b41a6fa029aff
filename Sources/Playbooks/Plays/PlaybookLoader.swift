internal import Diagnostics
internal import Inventories
internal import JSON
internal import YAML

/// Reads a playbook with its roles and variable files; every mistake at once.
struct PlaybookLoader {
    private let problems = Problems()
    private let files: ControllerFiles
    private let reader: NodeReader
    private let tasks: TaskReader

    init(_ files: ControllerFiles) {
        self.files = files
        reader = NodeReader(problems: problems)
        tasks = TaskReader(problems, files)
    }

    func load(_ path: String) throws(Diagnoses) -> Playbook {
        do {
            return try load(text: files.text(path), path: path)
        } catch {
            throw Diagnoses(of: error)
        }
    }

    func load(text: String, path: String) throws(Diagnoses) -> Playbook {
        let folder = path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "."
        let node = try YAML.document(text, file: path)
        var playbook = Playbook(path: path, folder: folder, plays: [], variableFiles: VariableFiles())
        do throws(Diagnoses) {
            playbook.variableFiles = try VariableFiles(beside: folder)
        } catch {
            problems.add(error)
        }
        for element in reader.list(node, "a playbook") {
            if let play = play(element, folder) { playbook.plays.append(play) }
        }
        try problems.throwIfAny()
        return playbook
    }

    private func play(_ node: YAMLNode, _ folder: String) -> Play? {
        guard let entries = node.mapping else {
            problems.add(.wrongShape(what: "a play", wanted: "a mapping", found: node.kind, at: node.location))
            return nil
        }
        var play = Play(name: "", hosts: HostPattern(""), location: node.location)
        var surroundings = TaskReader.Surroundings(folder: folder)
        for entry in entries {
            let name = entry.key.text ?? ""
            switch name {
            case "name": play.name = reader.text(entry.value, "'name'") ?? ""
            case "hosts":
                play.hosts = HostPattern(reader.texts(entry.value, "'hosts'").map(\.text).joined(separator: ","))
            case "become": surroundings.becomes = reader.flag(entry.value, "'become'") ?? false
            case "become_user": surroundings.becomeUser = reader.text(entry.value, "'become_user'")
            case "gather_facts": play.gathersFacts = reader.flag(entry.value, "'gather_facts'") ?? true
            case "vars": for (name, value) in reader.variables(entry.value, "'vars'") { play.variables[name] = value }
            case "tags": surroundings.tags = Set(reader.texts(entry.value, "'tags'").map(\.text))
            case "environment": surroundings.environment = reader.variables(entry.value, "'environment'")
            case "vars_files", "roles", "tasks", "pre_tasks", "post_tasks", "handlers", "become_method",
                "remote_user", "any_errors_fatal":
                break
            default:
                if Keywords.unsupported.contains(name) {
                    problems.add(.notSupported(name, at: entry.key.location))
                } else {
                    problems.add(
                        .unknownKeyword(
                            name, of: "a play", nearest: nearestName(to: name, among: Keywords.play),
                            at: entry.key.location))
                }
            }
        }
        if node["hosts"] == nil { problems.add(.missingKeyword("hosts", of: "a play", at: node.location)) }
        if play.name.isEmpty { play.name = play.hosts.text }
        if let list = node["vars_files"] { readVariableFiles(list, folder, into: &play) }
        if let list = node["pre_tasks"] { play.tasks += tasks.tasks(list, surroundings) + [flush(list.location)] }
        if let list = node["roles"] {
            var loader = RoleLoader(files: files, reader: reader, tasks: tasks, playbookFolder: folder)
            for element in reader.list(list, "'roles'") { loader.use(element, surroundings, in: &play) }
        }
        if let list = node["tasks"] { play.tasks += tasks.tasks(list, surroundings) }
        if let list = node["post_tasks"] { play.tasks += [flush(list.location)] + tasks.tasks(list, surroundings) }
        if let list = node["handlers"] {
            surroundings.isHandler = true
            play.handlers += tasks.tasks(list, surroundings)
        }
        checkNotifications(play)
        return play
    }

    private func flush(_ place: SourceLocation) -> PlayTask {
        PlayTask(
            name: "flush_handlers", module: "meta", arguments: ["cmd": "flush_handlers"], argumentLocations: [:],
            location: place)
    }

    private func readVariableFiles(_ list: YAMLNode, _ folder: String, into play: inout Play) {
        for (name, place) in reader.texts(list, "'vars_files'") {
            let (path, looked) = files.find(name, in: [folder, folder + "/vars"])
            guard let path else {
                problems.add(.fileNotFound(name, looked: looked, at: place))
                continue
            }
            do throws(Diagnoses) {
                for (name, value) in try VariableFiles.variables(path) { play.variables[name] = value }
            } catch {
                problems.add(error)
            }
        }
    }

    private func checkNotifications(_ play: Play) {
        let known = Set(play.handlers.flatMap { [$0.name] + $0.listen })
        for task in play.tasks + play.handlers {
            for notification in task.notify
            where !known.contains(notification.name) && !notification.name.contains("{{") {
                problems.add(
                    .unknownHandler(
                        notification.name, nearest: nearestName(to: notification.name, among: known),
                        at: notification.location))
            }
        }
    }
}
