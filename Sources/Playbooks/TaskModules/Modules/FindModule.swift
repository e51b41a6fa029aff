internal import Glibc
internal import JSON
internal import Templates

/// `find`: the files below folders that have certain names, ages, sizes or contents.
enum FindModule {
    static func propose(_ context: ModuleContext) throws -> Proposal {
        var search = try Search(context)
        for path in context.texts("paths") ?? [] {
            let path = try HomeFolder.expanding(path, context.environment["HOME"])
            do {
                guard try SystemCalls.status(path)?.kind == S_IFDIR else {
                    throw TaskFailure.said("'\(path)' is not a directory")
                }
                try search.walk(path, depth: 1)
            } catch let failure as TaskFailure {
                search.skipped[path] = .string(failure.diagnosis.what)
            }
        }
        var result: JSONObject = [
            "files": .array(search.found), "matched": JSON(search.found.count), "examined": JSON(search.examined),
            "skipped_paths": .object(search.skipped), "msg": "All paths examined",
        ]
        if !search.skipped.isEmpty {
            result["msg"] = "Not all paths examined, check warnings for details"
            result["warnings"] = JSON(
                search.skipped.members.map {
                    "Skipped '\($0.key)' path due to this access issue: \($0.value.string ?? "")"
                })
        }
        return Proposal(result)
    }

    /// `2d`, `-10m`: a number of units; a negative one turns the comparison round.
    static func amount(_ text: String, _ units: [Character: Int]) -> Int? {
        let text = text.lowercased()
        if let number = Int(text) { return number }
        guard let last = text.last, let unit = units[last], let number = Int(text.dropLast()) else { return nil }
        return number * unit
    }

    private struct Search {
        private let matches: (String) -> Bool
        private let type: String
        private let age: Int?
        private let ageStamp: String
        private let size: Int?
        private let contains: PythonRegex?
        private let context: ModuleContext
        private let now = time(nil)
        var found: [JSON] = []
        var examined = 0
        var skipped = JSONObject()

        init(_ context: ModuleContext) throws {
            self.context = context
            type = context.text("file_type") ?? "file"
            ageStamp = context.text("age_stamp") ?? "mtime"
            age = try Self.amount("age", context, ["s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604_800])
            size = try Self.amount("size", context, ["b": 1, "k": 1 << 10, "m": 1 << 20, "g": 1 << 30, "t": 1 << 40])
            contains = try context.text("contains").map { try PythonRegex($0) }
            let (patterns, excludes) = (context.texts("patterns") ?? [], context.texts("excludes") ?? [])
            func anyOf(_ patterns: [String]) throws -> (String) -> Bool {
                if context.flag("use_regex") {
                    let all = try patterns.map { try PythonRegex($0) }
                    return { name in all.contains { $0.matchesStart(of: name) } }
                }
                return { name in patterns.contains { fnmatch($0, name, 0) == 0 } }
            }
            let (wanted, refused) = (try anyOf(patterns), try anyOf(excludes))
            matches = { (patterns.isEmpty || wanted($0)) && !refused($0) }
        }

        private static func amount(
            _ name: String, _ context: ModuleContext, _ units: [Character: Int]
        ) throws -> Int? {
            guard let text = context.text(name) else { return nil }
            guard let amount = FindModule.amount(text, units) else {
                throw TaskFailure.badArguments(module: "find", reason: "'\(name)' is no amount: \(text)")
            }
            return amount
        }

        mutating func walk(_ folder: String, depth: Int) throws {
            if let limit = context.integer("depth"), limit > 0, depth > limit { return }
            var folders: [String] = []
            var others: [(path: String, name: String, status: stat)] = []
            var directories = others
            for name in try SystemCalls.entries(folder) {
                examined += 1
                let path = (folder == "/" ? "" : folder) + "/" + name
                guard let status = try SystemCalls.linkStatus(path) else { continue }
                let leadsTo = status.kind == S_IFLNK ? try? SystemCalls.status(path) : status
                if leadsTo?.kind == S_IFDIR {
                    directories.append((path, name, status))
                    if status.kind == S_IFDIR || context.flag("follow") { folders.append(path) }
                } else {
                    others.append((path, name, status))
                }
            }
            for (path, name, status) in others + directories where context.flag("hidden") || !name.hasPrefix(".") {
                if try isWanted(path, name, status) { found.append(.object(try described(path, status))) }
            }
            guard context.flag("recurse") else { return }
            for folder in folders { try walk(folder, depth: depth + 1) }
        }

        private func isWanted(_ path: String, _ name: String, _ status: stat) throws -> Bool {
            let isFile = status.kind == S_IFREG
            switch type {
            case "directory": guard status.kind == S_IFDIR else { return false }
            case "link": guard status.kind == S_IFLNK else { return false }
            case "file": guard isFile else { return false }
            default: break
            }
            guard matches(name), isOfAge(status) else { return false }
            if let size, isFile, size >= 0 ? Int(status.st_size) < size : Int(status.st_size) > -size { return false }
            return try type != "file" || hasContent(path)
        }

        private func isOfAge(_ status: stat) -> Bool {
            guard let age else { return true }
            let stamp =
                switch ageStamp {
                case "atime": status.st_atim.tv_sec
                case "ctime": status.st_ctim.tv_sec
                default: status.st_mtim.tv_sec
                }
            return age >= 0 ? now - stamp >= age : now - stamp <= -age
        }

        private func hasContent(_ path: String) throws -> Bool {
            guard let contains else { return true }
            // What cannot be read holds nothing that is looked for.
            guard let file = try? TextFile(reading: path) else { return false }
            if context.flag("read_whole_file") { return contains.isFound(in: file.text) }
            return file.text.linesWithEnds.contains { contains.matchesStart(of: $0) }
        }

        private func described(_ path: String, _ status: stat) throws -> JSONObject {
            var members = StatModule.common(path, status)
            if context.flag("get_checksum"), status.kind == S_IFREG {
                members["checksum"] = .string(try FileDigests.checksum(path, "sha1"))
            }
            return members
        }
    }
}
