package import JSON

extension Bundle {
    /// The layout's number: a runner refuses another.
    package static let format = 2
    /// The value of `omit`: an argument that has it counts as not given.
    package static let omitted = "__omit_place_holder__"

    /// The bundle as JSON; what is at its default is left out.
    package var json: JSON {
        var json: JSON = [
            "format": JSON(Self.format), "playbook": .string(playbook), "host": .string(host),
            "user": user.map { .string($0) } ?? .null, "variables": .object(variables),
            "hostVariables": .object(hostVariables), "extraVariables": .object(extraVariables),
            "onceAs": onceAs.map { .string($0) } ?? .null, "plays": .array(plays.map(\.json)),
        ]
        if goesOn { json["goesOn"] = true }
        return json
    }

    package init(json: JSON) throws(BundleError) {
        let reader = try BundleReader(json, "the bundle")
        guard try reader.integer("format") == Self.format else { throw .malformed("the bundle is of another format") }
        self.init(
            playbook: try reader.text("playbook"), host: try reader.text("host"), user: try reader.optionalText("user"),
            variables: try reader.object("variables"), hostVariables: try reader.object("hostVariables"),
            extraVariables: try reader.object("extraVariables"), onceAs: try reader.optionalText("onceAs"),
            plays: try reader.list("plays") { json throws(BundleError) in try Play(json: json) })
        goesOn = json["goesOn"]?.bool ?? false
    }
}

extension Bundle.Play {
    fileprivate var json: JSON {
        [
            "number": JSON(number), "name": .string(name), "variables": .object(variables),
            "roles": .array(roles.map(\.json)),
            "items": .array(items.map(\.json)),
            "handlers": .array(handlers.map(\.json)), "forcesHandlers": .bool(forcesHandlers),
            "sharesVariables": .bool(sharesVariables), "meetsAfterEach": .bool(meetsAfterEach),
        ]
    }

    fileprivate init(json: JSON) throws(BundleError) {
        let reader = try BundleReader(json, "a play")
        self.init(
            number: try reader.integer("number"), name: try reader.text("name"),
            variables: try reader.object("variables"),
            roles: try reader.list("roles") { json throws(BundleError) in try Bundle.Role(json: json) },
            items: try reader.list("items") { json throws(BundleError) in try BundledItem(json: json) },
            handlers: try reader.list("handlers") { json throws(BundleError) in try BundledTask(json: json) },
            forcesHandlers: try reader.flag("forcesHandlers"))
        sharesVariables = try reader.flag("sharesVariables")
        meetsAfterEach = try reader.flag("meetsAfterEach")
    }
}

extension Bundle.Role {
    var json: JSON {
        [
            "id": .string(id), "isPublic": .bool(isPublic), "name": .string(name), "path": .string(path),
            "defaults": .object(defaults),
            "variables": .object(variables),
            "parameters": .object(parameters),
            "parents": .array(parents.map { [.string($0.name), .string($0.path)] }),
        ]
    }

    init(json: JSON) throws(BundleError) {
        let reader = try BundleReader(json, "a role")
        self.init(
            id: try reader.text("id"), isPublic: try reader.flag("isPublic"), name: try reader.text("name"),
            path: try reader.text("path"), defaults: try reader.object("defaults"),
            variables: try reader.object("variables"), parameters: try reader.object("parameters"))
        parents = (json["parents"]?.array ?? []).compactMap { parent in
            guard let name = parent.array?.first?.string, let path = parent.array?.last?.string else { return nil }
            return Parent(name: name, path: path)
        }
    }
}

extension BundledTask {
    package var json: JSON {
        var json: JSON = [
            "name": .string(name), "module": .string(module), "arguments": .object(arguments),
            "location": .string(location),
        ]
        keywords.write(to: &json)
        if !notify.isEmpty { json["notify"] = JSON(notify) }
        if !files.isEmpty {
            json["files"] = .object(JSONObject(files.sorted { $0.key < $1.key }.map { ($0.key, $0.value.json) }))
        }
        if meetsOthers { json["meetsOthers"] = true }
        if let inclusionSite { json["inclusionSite"] = JSON(inclusionSite) }
        if !inclusions.isEmpty {
            json["inclusions"] = .object(
                JSONObject(inclusions.sorted { $0.key < $1.key }.map { ($0.key, $0.value.json) }))
        }
        return json
    }

    init(json: JSON) throws(BundleError) {
        let reader = try BundleReader(json, "a task")
        self.init(
            name: try reader.text("name"), module: try reader.text("module"), arguments: try reader.object("arguments"),
            location: try reader.text("location"))
        keywords = try TaskKeywords(json: json, reader)
        notify = json["notify"]?.array?.compactMap(\.string) ?? []
        for (path, file) in json["files"]?.object ?? JSONObject() { files[path] = try FileReference(json: file) }
        inclusionSite = json["inclusionSite"]?.integer
        meetsOthers = json["meetsOthers"]?.bool ?? false
        for (name, inclusion) in json["inclusions"]?.object ?? JSONObject() {
            inclusions[name] = try Inclusion(json: inclusion)
        }
    }
}

extension FileReference {
    package var json: JSON {
        var json: JSON = ["digest": .string(digest), "size": JSON(size), "mode": JSON(mode)]
        if let text { json["text"] = .string(text) }
        if let members { json["members"] = .array(members.map(\.json)) }
        return json
    }

    package init(json: JSON) throws(BundleError) {
        let reader = try BundleReader(json, "a file")
        self.init(
            digest: try reader.text("digest"), size: try reader.integer("size"), mode: try reader.integer("mode"),
            text: try reader.optionalText("text"))
        if json["members"] != nil {
            members = try reader.list("members") { json throws(BundleError) in try FolderMember(json: json) }
        }
    }
}

extension FolderMember {
    fileprivate var json: JSON {
        var json: JSON = ["path": .string(path)]
        switch kind {
        case .file(let file): json["file"] = file.json
        case .link(let target): json["link"] = .string(target)
        case .folder: break
        }
        return json
    }

    fileprivate init(json: JSON) throws(BundleError) {
        let reader = try BundleReader(json, "what is in a folder")
        path = try reader.text("path")
        if let file = json["file"] {
            kind = .file(try FileReference(json: file))
        } else {
            kind = try reader.optionalText("link").map { .link(to: $0) } ?? .folder
        }
    }
}
