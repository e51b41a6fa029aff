internal import Diagnostics
internal import Inventories
internal import JSON
internal import YAML

/// Reads roles and those they depend on into a play.
struct RoleLoader {
    let files: ControllerFiles
    let reader: NodeReader
    let tasks: TaskReader
    let playbookFolder: String
    private var underway: [String] = []
    private var used: Set<String> = []

    init(files: ControllerFiles, reader: NodeReader, tasks: TaskReader, playbookFolder: String) {
        self.files = files
        self.reader = reader
        self.tasks = tasks
        self.playbookFolder = playbookFolder
    }

    /// One entry of `roles`: a name, or a mapping with `role`, keywords and parameters.
    mutating func use(_ node: YAMLNode, _ surroundings: TaskReader.Surroundings, in play: inout Play) {
        guard let name = node.text ?? node["role"]?.text ?? node["name"]?.text else {
            reader.problems.add(
                .wrongShape(
                    what: "a role", wanted: "a name or a mapping with 'role'", found: node.kind, at: node.location))
            return
        }
        var surroundings = surroundings
        var parameters = JSONObject()
        for entry in node.mapping ?? [] {
            switch entry.key.text ?? "" {
            case "role", "name", "become_method": break
            case "tags": surroundings.tags.formUnion(reader.texts(entry.value, "'tags'").map(\.text))
            case "when": surroundings.when += reader.conditions(entry.value)
            case "become": surroundings.becomes = reader.flag(entry.value, "'become'") ?? surroundings.becomes
            case "become_user": surroundings.becomeUser = reader.text(entry.value, "'become_user'")
            case "vars": for (name, value) in reader.variables(entry.value, "'vars'") { parameters[name] = value }
            case let key where Keywords.unsupported.contains(key):
                reader.problems.add(.notSupported(key, at: entry.key.location))
            case let key:
                reader.checkTemplates(entry.value)
                parameters[key] = entry.value.json
            }
        }
        load(name, node.location, parameters, surroundings, in: &play)
    }

    private mutating func load(
        _ name: String, _ place: SourceLocation, _ parameters: JSONObject, _ surroundings: TaskReader.Surroundings,
        in play: inout Play
    ) {
        let roles = playbookFolder + "/roles"
        let (found, looked) = files.find(name, in: [roles, playbookFolder])
        guard let path = found, files.isFolder(path) else {
            reader.problems.add(
                .unknownRole(
                    name, looked: looked, nearest: nearestName(to: name, among: files.names(in: roles)), at: place))
            return
        }
        guard !underway.contains(path) else { return reader.problems.add(.roleCircle(name, at: place)) }
        // The same role with the same parameters runs once in a play, as in Ansible.
        guard used.insert(path + "\n" + JSON.object(parameters).text + JSON.array(surroundings.when).text).inserted
        else { return }
        underway.append(path)
        defer { underway.removeLast() }

        if let meta = document(path + "/meta"), let dependencies = meta["dependencies"] {
            for dependency in reader.list(dependencies, "'dependencies'") { use(dependency, surroundings, in: &play) }
        }
        let short = name.split(separator: "/").last.map(String.init) ?? name
        var role = Role(name: short, path: path)
        role.parameters = parameters
        if let node = document(path + "/defaults") { role.defaults = reader.variables(node, "a role's defaults") }
        if let node = document(path + "/vars") { role.variables = reader.variables(node, "a role's variables") }
        play.roles.append(role)
        var inner = surroundings
        inner.role = play.roles.count - 1
        inner.folder = path + "/tasks"
        if let node = document(path + "/tasks") { play.tasks += tasks.tasks(node, inner) }
        inner.isHandler = true
        inner.folder = path + "/handlers"
        if let node = document(path + "/handlers") { play.handlers += tasks.tasks(node, inner) }
    }

    /// `main.yml` of a role's folder, where it is there.
    private func document(_ folder: String) -> YAMLNode? {
        guard let path = files.find("main.yml", in: [folder]).path ?? files.find("main.yaml", in: [folder]).path else {
            return nil
        }
        do {
            let node = try YAML.document(files.text(path), file: path)
            return node.json.isNull ? nil : node
        } catch {
            reader.problems.add(error)
            return nil
        }
    }
}
