internal import Bundles
internal import Glibc
internal import JSON

/// `timezone`: the machine's zone, and what its hardware's clock shows.
enum TimezoneModule {
    static func propose(_ context: ModuleContext) throws -> Proposal {
        let (wanted, clock) = (context.text("name"), context.text("hwclock"))
        guard wanted != nil || clock != nil else {
            throw TaskFailure.badArguments(module: "timezone", reason: "it needs 'name' or 'hwclock'")
        }
        var (before, after) = (JSONObject(), JSONObject())
        var steps: [() throws -> Void] = []
        if let wanted {
            let file = "/usr/share/zoneinfo/" + wanted
            guard !wanted.contains(".."), try SystemCalls.status(file)?.kind == S_IFREG else {
                throw TaskFailure.said("given timezone \"\(wanted)\" is not available")
            }
            before["name"] = .string(try current() ?? "n/a")
            after["name"] = .string(wanted)
            if before["name"] != after["name"] { steps.append { try set(wanted, file) } }
        }
        if let clock {
            let adjustment = try SystemCalls.readText("/etc/adjtime") ?? "0.0 0 0.0\n0\nUTC\n"
            let old = adjustment.lineTexts.last == "LOCAL" ? "local" : "UTC"
            before["hwclock"] = .string(old)
            after["hwclock"] = .string(clock)
            if old != clock { steps.append { try context.spawn(["hwclock", clock == "UTC" ? "-u" : "-l", "-w"]) } }
        }
        let result: JSONObject = ["diff": ["before": .object(before), "after": .object(after)]]
        guard !steps.isEmpty else { return Proposal(result) }
        func text(_ state: JSONObject) -> String { state.map { "\($0.key): \($0.value.string ?? "")\n" }.joined() }
        return Proposal(result, differences: [.init(path: "timezone", before: text(before), after: text(after))]) {
            for step in steps { try step() }
            return [:]
        }
    }

    private static func current() throws -> String? {
        if try SystemCalls.linkStatus("/etc/localtime")?.kind == S_IFLNK {
            let target = try SystemCalls.readLink("/etc/localtime")
            if let zone = target.firstRange(of: "zoneinfo/") { return String(target[zone.upperBound...]) }
        }
        return try SystemCalls.readText("/etc/timezone")?.trimmed
    }

    private static func set(_ name: String, _ file: String) throws {
        let temporary = "/etc/.localtime.clusterfile-new"
        unlink(temporary)
        try SystemCalls.check("symlink", temporary) { symlink(file, temporary) }
        try SystemCalls.check("rename", "/etc/localtime") { rename(temporary, "/etc/localtime") }
        // Debian's programs read this one.
        if try SystemCalls.status("/etc/timezone") != nil || SystemCalls.status("/etc/debian_version") != nil {
            try FileReplacement.write(name + "\n", to: "/etc/timezone", attributes: try FileAttributes([:]))
        }
    }
}

/// `locale_gen`: a language and encoding that programs can speak.
enum LocaleGenModule {
    static func propose(_ context: ModuleContext) throws -> Proposal {
        let name = try context.required("name")
        let isPresent = context.text("state") != "absent"
        let result: JSONObject = ["name": .string(name)]
        let file = "/etc/locale.gen"
        guard let text = try SystemCalls.readText(file), Spawn.finds("locale-gen") else {
            throw TaskFailure.noProgram("locale-gen", package: "locales")
        }
        let installed = try context.run(["locale", "-a"]).outputText.lineTexts.map(normalized)
        let isThere = installed.contains(normalized(name))
        guard isThere != isPresent else { return Proposal(result) }
        let lines = text.linesWithEnds
        let charset = name.split(separator: "@").first?.split(separator: ".").dropFirst().first
        let entry = lines.firstIndex { line in
            let words = line.drop { "# ".contains($0) }.split(whereSeparator: \.isWhitespace)
            return words.count == 2 && words[0] == name || (charset == nil && words.first.map(String.init) == name)
        }
        guard let entry else {
            throw TaskFailure.said("The locale you've entered is not available on your system.")
        }
        var changed = lines
        let plain = String(lines[entry].drop { "# ".contains($0) })
        changed[entry] = isPresent ? plain : "# " + plain
        let after = changed.joined()
        let difference = TaskEvent.Difference(path: file, before: lines[entry], after: changed[entry])
        return Proposal(result, differences: [difference]) {
            try FileReplacement.write(after, to: file, attributes: try FileAttributes([:]))
            // What is generated anew holds exactly what the file names.
            try context.spawn(["locale-gen"])
            return [:]
        }
    }

    /// `de_DE.UTF-8` and `de_DE.utf8` are one.
    private static func normalized(_ name: String) -> String {
        let parts = name.split(separator: ".", maxSplits: 1).map(String.init)
        guard parts.count == 2 else { return name }
        let rest = parts[1].split(separator: "@", maxSplits: 1).map(String.init)
        let encoding = rest[0].lowercased().filter { $0 != "-" }
        return parts[0] + "." + ([encoding] + rest.dropFirst()).joined(separator: "@")
    }
}
