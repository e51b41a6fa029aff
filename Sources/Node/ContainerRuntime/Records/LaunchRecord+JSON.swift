import JSON
import Linux

extension LaunchRecord: Recordable {
    init(json: JSON) throws(RecordMistake) {
        id = try json.text("id")
        image = try json.text("image")
        imageDigest = try json.text("imageDigest")
        process = try json.record("process")
        resources = try json.record("resources")
        logPath = try json.text("logPath")
        logLimit = LogLimit(
            maximumBytes: try json.number("maximumLogBytes"), maximumFiles: try json.number("maximumLogFiles"))
        stopSignal = Int32(truncatingIfNeeded: try json.number("stopSignal"))
    }

    var json: JSON {
        [
            "id": JSON(id), "image": JSON(image), "imageDigest": JSON(imageDigest), "process": process.json,
            "resources": resources.json, "logPath": JSON(logPath), "maximumLogBytes": JSON(logLimit.maximumBytes),
            "maximumLogFiles": JSON(logLimit.maximumFiles), "stopSignal": JSON(Int(stopSignal)),
        ]
    }
}

extension ProcessSpec: Recordable {
    init(json: JSON) throws(RecordMistake) {
        self.init(arguments: try json.texts("arguments"), environment: try json.texts("environment"))
        workingDirectory = json["workingDirectory"]?.string
        namespaces = NamespaceKinds(rawValue: UInt8(truncatingIfNeeded: try json.number("namespaces")))
        joinedNamespaces = try json.texts("joinedNamespaces")
        controlGroup = json["controlGroup"]?.string
        isDetached = try json.flag("isDetached")
        diesWithParent = try json.flag("diesWithParent")
        oomScoreAdjustment = json["oomScoreAdjustment"]?.integer
        hostname = json["hostname"]?.string
        if let root = json["root"], !root.isNull { self.root = try RootSpec(json: root) }
        for mount in try json.member("mounts").array ?? [] { mounts.append(try MountSpec(json: mount)) }
        forbidsNewPrivileges = try json.flag("forbidsNewPrivileges")
        capabilities = json["capabilities"]?.integer.map { Capabilities(mask: UInt64(bitPattern: Int64($0))) }
        hasDefaultSeccompFilter = try json.flag("hasDefaultSeccompFilter")
        if let user = json["user"], !user.isNull { self.user = try UserSpec(json: user) }
    }

    var json: JSON {
        [
            "arguments": JSON(arguments), "environment": JSON(environment), "workingDirectory": JSON(workingDirectory),
            "namespaces": JSON(Int(namespaces.rawValue)), "joinedNamespaces": JSON(joinedNamespaces),
            "controlGroup": JSON(controlGroup), "isDetached": JSON(isDetached), "diesWithParent": JSON(diesWithParent),
            "oomScoreAdjustment": JSON(oomScoreAdjustment), "hostname": JSON(hostname), "root": root?.json ?? .null,
            "mounts": .array(mounts.map(\.json)), "forbidsNewPrivileges": JSON(forbidsNewPrivileges),
            "capabilities": JSON(capabilities.map { Int(bitPattern: UInt($0.mask)) }),
            "hasDefaultSeccompFilter": JSON(hasDefaultSeccompFilter), "user": user?.json ?? .null,
        ]
    }
}

extension ProcessSpec.RootSpec: Recordable {
    init(json: JSON) throws(RecordMistake) {
        let isReadOnly = try json.flag("isReadOnly")
        if let folder = json["folder"]?.string {
            self = .folder(folder, isReadOnly: isReadOnly)
        } else {
            self = .overlay(
                at: try json.text("at"), layersFolder: try json.text("layersFolder"), layers: try json.texts("layers"),
                upper: try json.text("upper"), work: try json.text("work"), isReadOnly: isReadOnly)
        }
    }

    var json: JSON {
        switch self {
        case .folder(let path, let isReadOnly):
            ["folder": JSON(path), "isReadOnly": JSON(isReadOnly)]
        case .overlay(let path, let folder, let layers, let upper, let work, let isReadOnly):
            [
                "at": JSON(path), "layersFolder": JSON(folder), "layers": JSON(layers), "upper": JSON(upper),
                "work": JSON(work), "isReadOnly": JSON(isReadOnly),
            ]
        }
    }
}

extension ProcessSpec.UserSpec: Recordable {
    init(json: JSON) throws(RecordMistake) {
        var groups: [UInt32] = []
        for group in try json.member("groups").array ?? [] {
            groups.append(UInt32(truncatingIfNeeded: group.integer ?? 0))
        }
        self.init(
            uid: UInt32(truncatingIfNeeded: try json.number("uid")),
            gid: UInt32(truncatingIfNeeded: try json.number("gid")), groups: groups)
    }

    var json: JSON {
        ["uid": JSON(Int(uid)), "gid": JSON(Int(gid)), "groups": .array(groups.map { JSON(Int($0)) })]
    }
}

extension MountSpec: Recordable {
    init(json: JSON) throws(RecordMistake) {
        let target = try json.text("target")
        func options() throws(RecordMistake) -> MountOptions {
            MountOptions(rawValue: UInt(bitPattern: try json.number("options")))
        }
        func number(_ key: String) throws(RecordMistake) -> UInt32 { UInt32(truncatingIfNeeded: try json.number(key)) }
        switch try json.text("kind") {
        case "bind":
            self = .bind(
                source: try json.text("source"), subPath: json["subPath"]?.string, target: target,
                options: try options())
        case "fileSystem":
            self = .fileSystem(
                type: try json.text("type"), target: target, options: try options(), data: json["data"]?.string)
        case "link": self = .link(to: try json.text("to"), target: target)
        case "device":
            self = .device(
                target: target, mode: try number("mode"), major: try number("major"), minor: try number("minor"))
        case "mask": self = .mask(target: target)
        case "readOnly": self = .readOnly(target: target)
        case "folder": self = .folder(target: target)
        default: throw RecordMistake(key: "kind")
        }
    }

    var json: JSON {
        let target = JSON(self.target)
        switch self {
        case .bind(let source, let subPath, _, let options):
            return [
                "kind": "bind", "source": JSON(source), "subPath": JSON(subPath), "target": target,
                "options": JSON(Int(bitPattern: options.rawValue)),
            ]
        case .fileSystem(let type, _, let options, let data):
            return [
                "kind": "fileSystem", "type": JSON(type), "target": target,
                "options": JSON(Int(bitPattern: options.rawValue)), "data": JSON(data),
            ]
        case .link(let destination, _): return ["kind": "link", "to": JSON(destination), "target": target]
        case .device(_, let mode, let major, let minor):
            return [
                "kind": "device", "target": target, "mode": JSON(Int(mode)), "major": JSON(Int(major)),
                "minor": JSON(Int(minor)),
            ]
        case .mask: return ["kind": "mask", "target": target]
        case .readOnly: return ["kind": "readOnly", "target": target]
        case .folder: return ["kind": "folder", "target": target]
        }
    }
}
