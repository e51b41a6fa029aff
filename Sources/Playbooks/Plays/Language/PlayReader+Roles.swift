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
        var parameters = JSONObject()
        var allowsRepeat = false
        for entry in node.mapping ?? [] {
            switch entry.key.text ?? "" {
            case "role", "name": break
            case "vars":
                for (name, value) in reader.variables(entry.value, "'vars'") { parameters[name] = value }
            case "allow_duplicates": allowsRepeat = reader.flag(entry.value, "'allow_duplicates'") ?? false
            case _ where inherit(entry, into: &surroundings): break
            case let key where Keywords.unsupported.contains(key):
                problems.add(.notSupported(key, at: entry.key.location))
            case let key:
                reader.checkTemplates(entry.value)
                parameters[key] = entry.value.json
            }
        }
        return role(
            name, node.location, parameters, RoleFiles(isPublic: true), surroundings, allowsRepeat: allowsRepeat)
    }

    /// Steps of a role and of those it depends on.
    func role(
        _ name: String, _ place: SourceLocation, _ parameters: JSONObject, _ which: RoleFiles, _ outer: Surroundings,
        allowsRepeat: Bool
    ) -> [PlayItem] {
        guard let path = roleFolder(name, place) else { return [] }
        guard !outer.chain.contains(path) else {
            problems.add(.roleCircle(name, at: place))
            return []
        }
        var surroundings = outer
        surroundings.chain.append(path)
        surroundings.depth += 1
        let meta = document(path + "/meta", "main")
        let repeats =
            allowsRepeat || meta?["allow_duplicates"].flatMap { reader.flag($0, "'allow_duplicates'") } == true
        // The same role with the same parameters runs once in a play, as in Ansible.
        let use = path + "\n" + JSON.object(parameters).text + JSON.array(outer.keywords.when).text
        guard used.insert(use).inserted || repeats else { return [] }

        var items: [PlayItem] = []
        for dependency in meta?["dependencies"].map({ reader.list($0, "'dependencies'") }) ?? [] {
            items += self.use(dependency, surroundings)
        }
        let short = name.split(separator: "/").last.map(String.init) ?? name
        var role = Role(id: newRoleID(path), isPublic: which.isPublic, name: short, path: path)
        role.parameters = parameters
        role.defaults = variables(path + "/defaults", which.defaults, "a role's defaults")
        role.variables = variables(path + "/vars", which.variables, "a role's variables")
        roles.append(role)
        surroundings.keywords.role = role.id
        surroundings.rolePath = path
        surroundings.folder = path + "/tasks"
        if let node = document(path + "/tasks", which.tasks, isWanted: which.tasks != "main", place) {
            items += self.items(node, surroundings)
        }
        surroundings.folder = path + "/handlers"
        if let node = document(path + "/handlers", which.handlers, isWanted: which.handlers != "main", place) {
            readHandlers(node, surroundings)
        }
        return items
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
                for (name, value) in reader.variables(node, what) { all[name] = value }
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
