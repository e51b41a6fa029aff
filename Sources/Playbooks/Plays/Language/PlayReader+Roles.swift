internal import Diagnostics
internal import JSON
internal import YAML

extension PlayReader {
    /// Steps of one entry of `roles`: a name, or a mapping with `role`, keywords and parameters.
    func use(_ node: YAMLNode, _ outer: Surroundings) -> [PlayItem] {
        guard let name = node.text ?? node["role"]?.text ?? node["name"]?.text else {
            problems.add(
                .wrongShape(
                    what: "a role", wanted: "a name or a mapping with 'role'", found: node.kind, at: node.location))
            return []
        }
        var surroundings = outer
        var use = RoleUse(files: RoleFiles(isPublic: true), allowsRepeat: false)
        for entry in node.mapping ?? [] {
            switch entry.key.text ?? "" {
            case "role", "name": break
            case "vars": use.variables.merge(reader.variables(entry.value, "'vars'"))
            case "allow_duplicates": use.allowsRepeat = reader.flag(entry.value, "'allow_duplicates'") ?? false
            case _ where inherit(entry, into: &surroundings): break
            case let key:
                reader.checkTemplates(entry.value)
                use.parameters[key] = entry.value.json
            }
        }
        return role(name, node.location, use, surroundings)
    }

    /// Steps of a role and of those it depends on.
    func role(_ name: String, _ place: SourceLocation, _ use: RoleUse, _ outer: Surroundings) -> [PlayItem] {
        guard let path = roleFolder(name, place) else { return [] }
        guard !outer.chain.contains(path) else {
            problems.add(.roleCircle(name, at: place))
            return []
        }
        let meta = document(path + "/meta", "main")
        let repeats =
            use.allowsRepeat || meta?["allow_duplicates"].flatMap { reader.flag($0, "'allow_duplicates'") } == true
        // The same role with the same parameters runs once in a play, as in Ansible.
        let given = [use.parameters, use.variables].map { JSON.object($0).text }
        let key = ([path] + given + [JSON.array(outer.keywords.when).text]).joined(separator: "\n")
        guard used.insert(key).inserted || repeats else { return [] }

        let role = loaded(name, path, use, for: outer.role)
        var surroundings = outer
        surroundings.chain.append(path)
        surroundings.depth += 1
        surroundings.role = role
        var items: [PlayItem] = []
        for dependency in meta?["dependencies"].map({ reader.list($0, "'dependencies'") }) ?? [] {
            items += self.use(dependency, surroundings)
        }
        roles.append(role)
        surroundings.keywords.role = role.id
        surroundings.folder = path + "/tasks"
        let tasks = use.files.tasks
        if let node = document(path + "/tasks", tasks, isWanted: tasks != "main", place) {
            items += self.items(node, surroundings)
        }
        surroundings.folder = path + "/handlers"
        let handlers = use.files.handlers
        if let node = document(path + "/handlers", handlers, isWanted: handlers != "main", place) {
            readHandlers(node, surroundings)
        }
        return items
    }

    /// The role with its variables, over those of the role that depends on it or whose task brings it.
    private func loaded(_ name: String, _ path: String, _ use: RoleUse, for parent: Role?) -> Role {
        var role = parent ?? Role(id: "", name: "", path: "")
        role.id = newRoleID(path)
        role.isPublic = use.files.isPublic
        role.name = name.split(separator: "/").last.map(String.init) ?? name
        role.path = path
        role.parameters.merge(use.parameters)
        role.defaults.merge(variables(path + "/defaults", use.files.defaults, "a role's defaults"))
        role.variables.merge(use.variables)
        role.variables.merge(variables(path + "/vars", use.files.variables, "a role's variables"))
        role.origin = use.isOfTask ? .task : parent == nil ? .play : .dependency
        if use.isOfTask, let parent { role.parents.insert(.init(name: parent.name, path: parent.path), at: 0) }
        return role
    }

    private func roleFolder(_ name: String, _ place: SourceLocation) -> String? {
        let (found, looked) = files.find(name, in: roleFolders)
        if let found, files.isFolder(found) { return found }
        problems.add(
            .unknownRole(
                name, looked: looked,
                nearest: nearestName(to: name, among: roleFolders.flatMap { files.names(in: $0) }), at: place))
        return nil
    }

    private func variables(_ folder: String, _ name: String, _ what: String) -> JSONObject {
        // `main` may also be a folder of files.
        if name == "main", files.isFolder(folder + "/main") {
            return files.names(in: folder + "/main").reduce(into: JSONObject()) { all, file in
                guard let node = document(folder + "/main", file) else { return }
                all.merge(reader.variables(node, what))
            }
        }
        return document(folder, name).map { reader.variables($0, what) } ?? JSONObject()
    }

    /// A YAML file of a role's folder, with or without its suffix, where it is there.
    private func document(
        _ folder: String, _ name: String, isWanted: Bool = false, _ place: SourceLocation? = nil
    ) -> YAMLNode? {
        let names =
            name.hasSuffix(".yml") || name.hasSuffix(".yaml") || name.hasSuffix(".json")
            ? [name] : [name + ".yml", name + ".yaml", name + ".json", name]
        guard let path = names.lazy.map({ folder + "/" + $0 }).first(where: files.isFile) else {
            if isWanted, let place {
                problems.add(.fileNotFound(name, looked: names.map { folder + "/" + $0 }, at: place))
            }
            return nil
        }
        do {
            let node = try files.document(path)
            return node.json.isNull ? nil : node
        } catch {
            problems.add(error)
            return nil
        }
    }
}
