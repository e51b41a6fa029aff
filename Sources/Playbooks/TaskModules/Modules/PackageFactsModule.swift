internal import JSON

/// `package_facts`: every package that is installed, as facts.
enum PackageFactsModule {
    static func propose(_ context: ModuleContext) throws -> Proposal {
        let wanted = (context.texts("manager") ?? ["auto"]).map { $0.lowercased() }
        for name in wanted where !["auto", "apt", "rpm"].contains(name) {
            throw TaskFailure.badArguments(
                module: "package_facts", reason: "it reads apt's and rpm's packages, not '\(name)'")
        }
        var packages = JSONObject()
        let isAny = wanted.contains("auto")
        if isAny || wanted.contains("apt"), Spawn.finds("dpkg-query") {
            try add("apt", fromDpkg(context), to: &packages)
        }
        if (isAny && packages.isEmpty) || wanted.contains("rpm"), Spawn.finds("rpm") {
            try add("rpm", fromRPM(context), to: &packages)
        }
        guard !packages.isEmpty else {
            throw TaskFailure.said("Could not detect a supported package manager from the following list: \(wanted)")
        }
        return Proposal(["ansible_facts": ["packages": .object(packages)]])
    }

    private static func add(_ source: String, _ found: [JSONObject], to packages: inout JSONObject) {
        for package in found {
            guard let name = package["name"]?.string else { continue }
            let entry = JSON.object(package.merging(["source": .string(source)]))
            packages[name] = .array((packages[name]?.array ?? []) + [entry])
        }
    }

    private static func fromDpkg(_ context: ModuleContext) throws -> [JSONObject] {
        let format = "${db:Status-Status}\\t${Package}\\t${Version}\\t${Architecture}\\t${Section}\\t${Origin}\\n"
        return try context.spawn(["dpkg-query", "-W", "-f", format]).outputText.lineTexts.compactMap { line in
            let fields = line.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
            guard fields.count == 6, fields[0] == "installed" else { return nil }
            return [
                "name": .string(fields[1]), "version": .string(fields[2]), "arch": .string(fields[3]),
                "category": .string(fields[4]), "origin": .string(fields[5]),
            ]
        }
    }

    private static func fromRPM(_ context: ModuleContext) throws -> [JSONObject] {
        let format = "%{NAME}\\t%{VERSION}\\t%{RELEASE}\\t%{EPOCH}\\t%{ARCH}\\n"
        return try context.spawn(["rpm", "-qa", "--qf", format]).outputText.lineTexts.compactMap { line in
            let fields = line.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
            guard fields.count == 5 else { return nil }
            return [
                "name": .string(fields[0]), "version": .string(fields[1]), "release": .string(fields[2]),
                "epoch": Int(fields[3]).map { JSON($0) } ?? .null, "arch": .string(fields[4]),
            ]
        }
    }
}
