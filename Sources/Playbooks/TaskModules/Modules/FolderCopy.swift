internal import Bundles
internal import Glibc
internal import JSON

/// `copy` of a folder with all that is below it, from the controller or on the machine itself.
///
/// A `/` behind the source's name means what is in the folder, no `/` the folder with its name.
enum FolderCopy {
    /// Nil where the source is no folder.
    static func propose(_ context: ModuleContext, to destination: String) throws -> Proposal? {
        guard let source = context.text("src") else { return nil }
        if context.flag("remote_src") {
            guard try SystemCalls.status(source)?.kind == S_IFDIR else { return nil }
            return try local(source, to: destination, context)
        }
        guard let members = context.files[source]?.members else { return nil }
        let base = below(destination, source.hasSuffix("/") ? "" : name(of: source))
        let parts = try members.map { member in
            let path = base + "/" + member.path
            switch member.kind {
            case .file(let file):
                return try CopyModule.place(.controller(file), at: path, context, makesFolders: true)
            case .folder: return try FileModule.propose(folder(path, context))
            case .link(let target):
                var link = context
                link.arguments = context.arguments.merging([
                    "path": .string(path), "src": .string(target), "state": "link", "force": true, "follow": false,
                    "mode": .null,
                ])
                return try FileModule.propose(link)
            }
        }
        let files = members.filter { if case .file = $0.kind { true } else { false } }
        // Of one file alone the peer tells as it does of a file.
        let last = files.count == 1 ? parts.last?.result ?? [:] : ["src": .string(source)]
        let place = files.count == 1 ? last["dest"] ?? .string(destination) : .string(below(destination, "") + "/")
        return combined(parts, last.merging(["dest": place]))
    }

    /// Makes folders that are missing, with the owner and the mode that the task has for folders.
    static func make(_ path: String, _ context: ModuleContext) throws {
        guard try SystemCalls.status(path) == nil else { return }
        try FileModule.make(path, try FileAttributes(folder(path, context).arguments))
    }

    private static func folder(_ path: String, _ context: ModuleContext) -> ModuleContext {
        var folder = context
        folder.arguments = [
            "path": .string(path), "state": "directory", "owner": context.arguments["owner"] ?? .null,
            "group": context.arguments["group"] ?? .null, "mode": context.arguments["directory_mode"] ?? .null,
        ]
        return folder
    }

    private static func combined(_ parts: [Proposal], _ result: JSONObject) -> Proposal {
        let applies = parts.compactMap(\.apply)
        let differences = Array(parts.flatMap(\.differences).prefix(20))
        guard !applies.isEmpty else { return Proposal(result, differences: differences) }
        return Proposal(result, differences: differences) {
            for apply in applies { _ = try apply() }
            return [:]
        }
    }

    private static func name(of path: String) -> String { path.split(separator: "/").last.map(String.init) ?? "" }

    private static func below(_ folder: String, _ name: String) -> String {
        var folder = folder[...]
        while folder.hasSuffix("/"), folder.count > 1 { folder.removeLast() }
        return name.isEmpty ? String(folder) : folder + "/" + name
    }

    // MARK: On the machine itself

    /// What is new has its source's mode, what is there already keeps its own; the task's mode is the destination's.
    private static func local(_ source: String, to destination: String, _ context: ModuleContext) throws -> Proposal {
        let base = below(destination, source.hasSuffix("/") ? "" : name(of: source))
        var parts: [Proposal] = []
        let status = try SystemCalls.status(destination)
        // The peer gives a folder within one that is not there yet no mode.
        let isPlain = status == nil && base != destination
        try walk(below(source, ""), to: base, isPlain: isPlain, context, &parts)
        if let status, base != destination || context.arguments["mode"] != nil {
            parts.append(FileModule.change(of: destination, status, try FileAttributes(context.arguments)))
        } else if let mode = context.arguments["mode"] {
            parts.append(
                Proposal([:]) {
                    try FileAttributes(["mode": mode]).apply(to: destination)
                    return [:]
                })
        }
        return combined(parts, ["src": .string(source), "dest": .string(destination)])
    }

    private static func walk(
        _ source: String, to path: String, isPlain: Bool = false, _ context: ModuleContext, _ parts: inout [Proposal]
    ) throws {
        guard let status = try SystemCalls.linkStatus(source) else { return }
        let own = try FileAttributes([
            "owner": context.arguments["owner"] ?? .null, "group": context.arguments["group"] ?? .null,
        ])
        var given = own
        given.mode = .octal(status.permissions)
        let current = try SystemCalls.linkStatus(path)
        var part = context
        switch status.kind {
        case S_IFLNK where !context.flag("local_follow"):
            part.arguments = context.arguments.merging([
                "path": .string(path), "src": .string(try SystemCalls.readLink(source)), "state": "link",
                "force": true, "follow": false, "mode": .null,
            ])
            parts.append(try FileModule.propose(part))
        case S_IFDIR:
            if let current, current.kind == S_IFDIR {
                parts.append(FileModule.change(of: path, current, own))
            } else {
                let difference = TaskEvent.Difference(path: path, before: "absent\n", after: "a directory\n")
                parts.append(
                    Proposal([:], differences: [difference]) { [given] in
                        try FileModule.make(path, own)
                        if !isPlain { try given.apply(to: path) }
                        return [:]
                    })
            }
            for name in try SystemCalls.entries(source) {
                try walk(source + "/" + name, to: path + "/" + name, context, &parts)
            }
        default:
            guard let content = try SystemCalls.status(source), content.kind == S_IFREG else { return }
            let isSame =
                try current.map {
                    try $0.kind == S_IFREG && $0.st_size == content.st_size
                        && context.digests.digest(path, $0) == context.digests.digest(source, content)
                } ?? false
            part.arguments["mode"] = isSame ? .null : "preserve"
            part.arguments["checksum"] = Optional.none
            parts.append(try CopyModule.place(.local(source, content), at: path, part, makesFolders: true))
        }
    }
}
