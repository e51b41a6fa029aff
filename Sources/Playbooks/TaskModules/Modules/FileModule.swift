internal import Bundles
internal import Glibc
internal import JSON

/// `file`: directories, links, attributes, absence.
enum FileModule {
    static func propose(_ context: ModuleContext) throws -> Proposal {
        var path = try context.requiredPath("path")
        let given = path
        let attributes = try FileAttributes(context.arguments)
        let state =
            try context.text("state")
            ?? (context.flag("recurse") ? "directory" : context.path("src") != nil ? "link" : "file")
        // A link to nothing is made a file of its own name.
        if !["absent", "link", "hard"].contains(state), context.flag("follow", default: true) {
            path = try SystemCalls.resolvingLinks(path)
        }
        let current = try SystemCalls.linkStatus(path)
        let times = try FileTimes(context, isTouch: state == "touch")
        switch state {
        case "absent": return absent(path, current)
        case "directory":
            return times.added(to: try directory(path, attributes, recurses: context.flag("recurse")), path, current)
        case "link": return try link(path, current, attributes, context)
        case "hard": return try hardLink(path, current, attributes, context)
        case "touch": return touch(path, given, current, attributes, times)
        default:
            guard let current else {
                throw TaskFailure.result([
                    "path": .string(given), "state": "absent",
                    "msg": .string("file (\(given)) is absent, cannot continue"),
                ])
            }
            if context.text("state") == "file", current.kind == S_IFDIR || current.kind == S_IFLNK {
                throw TaskFailure.pathIsOther(path: path, is: current.kindText, wanted: "a file")
            }
            let result = result(given, current.kind == S_IFDIR ? "directory" : "file")
            return times.added(to: change(of: path, current, attributes, result: result), path, current)
        }
    }

    private static func result(_ path: String, _ state: String) -> JSONObject {
        ["path": .string(path), "dest": .string(path), "state": .string(state)]
    }

    /// A change of attributes alone.
    static func change(of path: String, _ current: stat, _ attributes: FileAttributes, result: JSONObject? = nil)
        -> Proposal
    {
        let result = result ?? self.result(path, current.kind == S_IFDIR ? "directory" : "file")
        guard var difference = attributes.difference(from: current) else { return Proposal(result) }
        difference.path = path
        return Proposal(result, differences: [difference]) {
            try attributes.apply(to: path)
            return [:]
        }
    }

    private static func absent(_ path: String, _ current: stat?) -> Proposal {
        guard let current else { return Proposal(result(path, "absent")) }
        let difference = TaskEvent.Difference(path: path, before: "\(current.kindText)\n", after: "absent\n")
        return Proposal(result(path, "absent"), differences: [difference]) {
            try SystemCalls.removeTree(path)
            return [:]
        }
    }

    private static func directory(_ path: String, _ attributes: FileAttributes, recurses: Bool) throws -> Proposal {
        guard let current = try SystemCalls.status(path) else {
            if let link = try SystemCalls.linkStatus(path) {
                throw TaskFailure.pathIsOther(path: path, is: link.kindText + " to nothing", wanted: "a directory")
            }
            return Proposal(
                result(path, "directory"), differences: [.init(path: path, before: "absent\n", after: "a directory\n")]
            ) {
                try make(path, attributes)
                return [:]
            }
        }
        guard current.kind == S_IFDIR else {
            throw TaskFailure.pathIsOther(path: path, is: current.kindText, wanted: "a directory")
        }
        guard recurses else { return change(of: path, current, attributes) }
        var below: [(String, TaskEvent.Difference)] = []
        try walk(path) { path, status in
            if var difference = attributes.difference(from: status) {
                difference.path = path
                below.append((path, difference))
            }
        }
        if below.isEmpty { return Proposal(result(path, "directory")) }
        return Proposal(result(path, "directory"), differences: below.prefix(10).map(\.1)) { [below] in
            for (path, _) in below { try attributes.apply(to: path) }
            return [:]
        }
    }

    private static func walk(_ path: String, _ visit: (String, stat) -> Void) throws {
        guard let status = try SystemCalls.linkStatus(path) else { return }
        visit(path, status)
        guard status.kind == S_IFDIR else { return }
        for name in try SystemCalls.entries(path) { try walk(path + "/" + name, visit) }
    }

    /// Makes a directory and those above it that are missing; each new one gets the attributes, as Ansible does it.
    static func make(_ path: String, _ attributes: FileAttributes) throws {
        var partial = path.hasPrefix("/") ? "" : "."
        for part in path.split(separator: "/") {
            partial += "/" + part
            if try SystemCalls.status(partial) != nil { continue }
            if mkdir(partial, 0o755) != 0 {
                let failure = errno
                // Another one may have made it meanwhile.
                guard failure == EEXIST, let made = try SystemCalls.status(partial), made.kind == S_IFDIR else {
                    throw TaskFailure.system(call: "mkdir", subject: partial, errno: failure)
                }
            }
            try attributes.apply(to: partial)
        }
        try attributes.apply(to: path)
    }

    private static func link(_ path: String, _ current: stat?, _ attributes: FileAttributes, _ context: ModuleContext)
        throws -> Proposal
    {
        let target = try context.required("src")
        var before = "absent\n"
        if let current {
            if current.kind == S_IFLNK {
                let old = try SystemCalls.readLink(path)
                if old == target {
                    let result = result(path, "link").merging(["src": .string(target)])
                    return change(of: path, current, attributes, result: result)
                }
                before = "link to \(old)\n"
            } else {
                let isFolder = current.kind == S_IFDIR
                guard try context.flag("force") && (!isFolder || SystemCalls.entries(path).isEmpty) else {
                    throw TaskFailure.pathIsOther(
                        path: path, is: current.kindText + (isFolder ? " that is not empty" : ""), wanted: "a link")
                }
                before = current.kindText + "\n"
            }
        }
        if !context.flag("force") {
            let absolute =
                target.hasPrefix("/")
                ? target : path.prefix(through: path.lastIndex(of: "/") ?? path.startIndex) + target
            guard try SystemCalls.status(absolute) != nil else { throw TaskFailure.notFound(absolute) }
        }
        return Proposal(
            result(path, "link").merging(["src": .string(target)]),
            differences: [.init(path: path, before: before, after: "link to \(target)\n")]
        ) {
            let temporary = path + ".clusterfile-new"
            unlink(temporary)
            try SystemCalls.check("symlink", path) { symlink(target, temporary) }
            // An empty folder gives way.
            if current?.kind == S_IFDIR { try SystemCalls.check("rmdir", path) { rmdir(path) } }
            try SystemCalls.check("rename", path) { rename(temporary, path) }
            try attributes.apply(to: path)
            return [:]
        }
    }

    private static func hardLink(
        _ path: String, _ current: stat?, _ attributes: FileAttributes, _ context: ModuleContext
    ) throws -> Proposal {
        let source = try context.requiredPath("src")
        guard let target = try SystemCalls.status(source) else { throw TaskFailure.notFound(source) }
        let result = result(path, "hard").merging(["src": .string(source)])
        if let current {
            if current.st_ino == target.st_ino, current.st_dev == target.st_dev {
                return change(of: path, current, attributes, result: result)
            }
            guard context.flag("force") else {
                throw TaskFailure.pathIsOther(path: path, is: current.kindText, wanted: "a hard link to \(source)")
            }
        }
        let before = (current?.kindText ?? "absent") + "\n"
        return Proposal(result, differences: [.init(path: path, before: before, after: "hard link to \(source)\n")]) {
            let temporary = path + ".clusterfile-new"
            unlink(temporary)
            try SystemCalls.check("link", path) { Glibc.link(source, temporary) }
            try SystemCalls.check("rename", path) { rename(temporary, path) }
            try attributes.apply(to: path)
            return [:]
        }
    }

    private static func touch(
        _ path: String, _ given: String, _ current: stat?, _ attributes: FileAttributes, _ times: FileTimes
    ) -> Proposal {
        // The peer tells of a touched file by `dest` alone.
        let result: JSONObject = ["dest": .string(given)]
        if let current { return times.added(to: change(of: path, current, attributes, result: result), path, current) }
        return Proposal(result, differences: [.init(path: path, before: "absent\n", after: "a file\n")]) {
            let file = try SystemCalls.check("open", path) {
                open(path, O_WRONLY | O_CREAT | O_CLOEXEC | O_NONBLOCK, 0o666)
            }
            close(file)
            try attributes.apply(to: path)
            try times.apply(to: path)
            return [:]
        }
    }
}
