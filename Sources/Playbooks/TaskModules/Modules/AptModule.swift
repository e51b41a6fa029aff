internal import Bundles
internal import Glibc
internal import JSON

/// `apt`: packages of Debian and what descends from it.
enum AptModule {
    static func propose(_ context: ModuleContext) throws -> Proposal {
        let apt = try AptProgram(context)
        let names = (context.texts("name") ?? []).map(\.trimmed)
        let upgrade = context.text("upgrade").flatMap { $0 == "no" ? nil : $0 }
        let hasMore = !names.isEmpty || upgrade != nil || context.text("deb") != nil
        if context.flag("clean") {
            if !hasMore { return changing(["msg": ""]) { try apt.clean() } }
            if !context.isCheckMode { _ = try apt.clean() }
        }
        let cache = try AptCache.refresh(context)
        if cache.wasAskedFor, !hasMore {
            return cache.isUpdated ? changing(cache.result) { [:] } : Proposal(cache.result)
        }
        if let upgrade {
            return try apt.look(["dist", "full"].contains(upgrade) ? .distUpgrade : .upgrade, [], cache.result)
        }
        if let deb = try context.path("deb") { return try AptArchives.propose(deb, apt, context) }
        let latest = context.text("state") == "latest"
        let wanted = names.filter { $0 != "*" }
        if latest, names.contains("*") {
            guard wanted.isEmpty else {
                throw TaskFailure.said("unable to install additional packages when upgrading all installed packages")
            }
            return try apt.look(.upgrade, [], cache.result)
        }
        if wanted.isEmpty {
            if context.flag("autoclean") { return try apt.look(.autoclean, [], [:]) }
            if context.flag("autoremove") { return try apt.look(.autoremove, [], [:]) }
            return Proposal(cache.result)
        }
        switch context.text("state") ?? "present" {
        case "absent": return try removal(wanted, apt, context)
        case "build-dep": return try apt.look(.buildDependencies, wanted, cache.result)
        default: return try installation(wanted, latest, apt, cache.result, context)
        }
    }

    private static func changing(_ result: JSONObject, _ apply: @escaping () throws -> JSONObject) -> Proposal {
        Proposal(result, differences: [.init(path: "apt", before: "", after: "changed\n")], apply: apply)
    }

    private static func installation(
        _ wanted: [String], _ latest: Bool, _ apt: AptProgram, _ result: JSONObject, _ context: ModuleContext
    ) throws -> Proposal {
        let plan = try AptPlan(wanted, latest: latest, context)
        guard !plan.installs.isEmpty else {
            // Who asks for a package by name keeps it; that is no change to the peer either.
            let automatic = try plan.automaticallyInstalled()
            guard !automatic.isEmpty, !context.isCheckMode else { return Proposal(result) }
            return Proposal(result) {
                try context.spawn(["apt-mark", "manual"] + automatic)
                return ["changed": false]
            }
        }
        return Proposal(result, differences: plan.differences) {
            let members = try apt.perform(.install, plan.installs)
            let automatic = try plan.automaticallyInstalled()
            if !automatic.isEmpty { try context.spawn(["apt-mark", "manual"] + automatic) }
            return members
        }
    }

    private static func removal(_ wanted: [String], _ apt: AptProgram, _ context: ModuleContext) throws -> Proposal {
        let specs = try AptPlan.expanded(wanted, context).map { try PackageSpec($0) }
        let known = try InstalledPackages(specs.map(\.name), context)
        let gone = specs.filter { spec in
            guard let package = known[spec.name] else { return false }
            if package.isInstalled { return spec.accepts(package.version, context) }
            return context.flag("purge") && package.hasConfiguration
        }.map(\.name)
        guard !gone.isEmpty else { return Proposal() }
        let differences = gone.map { name in
            TaskEvent.Difference(path: name, before: "\(known[name]?.version ?? "")\n", after: "")
        }
        return Proposal(differences: differences) { try apt.perform(.remove, gone) }
    }
}

/// Which packages are to be installed, in which versions.
struct AptPlan {
    private(set) var installs: [String] = []
    private(set) var differences: [TaskEvent.Difference] = []
    private let specs: [PackageSpec]
    private let known: InstalledPackages

    init(_ wanted: [String], latest: Bool, _ context: ModuleContext) throws {
        specs = try Self.expanded(wanted, context).map { try PackageSpec($0) }
        known = try InstalledPackages(specs.map(\.name), context)
        // What is there in an acceptable version needs no look at the repositories.
        let open = specs.filter { spec in
            guard let package = known[spec.name], package.isInstalled else { return true }
            return latest || !spec.accepts(package.version, context) || spec.isPattern
        }
        guard !open.isEmpty else { return }
        let available = try AvailablePackages(open.map(\.name), context)
        for spec in open {
            let package = known[spec.name].flatMap { $0.isInstalled ? $0 : nil }
            if package == nil, context.flag("only_upgrade") { continue }
            guard let versions = available[spec.name] else {
                if package != nil { continue }
                let providers = try AvailablePackages.providers(of: spec.name, context)
                guard !providers.isEmpty else {
                    throw TaskFailure.said("No package matching '\(spec.name)' is available")
                }
                let installed = try InstalledPackages(providers, context)
                if providers.contains(where: { installed[$0]?.isInstalled == true }) { continue }
                add(spec.text, nil, nil)
                continue
            }
            let best = versions.best(for: spec, context)
            if let package, spec.accepts(package.version, context) {
                if let best, best != package.version, latest || spec.isPattern {
                    add("\(spec.name)=\(best)", package.version, best)
                }
                continue
            }
            guard let best else { throw TaskFailure.said("no available installation candidate for \(spec.text)") }
            add("\(spec.name)=\(best)", package?.version, best)
        }
    }

    private mutating func add(_ argument: String, _ before: String?, _ after: String?) {
        installs.append(argument)
        differences.append(
            .init(
                path: String(argument.prefix { $0 != "=" }), before: before.map { $0 + "\n" } ?? "",
                after: (after ?? "installed") + "\n"))
    }

    /// Those of the wanted packages that apt thinks nobody asked for.
    func automaticallyInstalled() throws -> [String] {
        let text = try SystemCalls.readText("/var/lib/apt/extended_states") ?? ""
        let names = Set(specs.map { String($0.name.prefix { $0 != ":" }) })
        return text.replacing("\r", with: "").split(separator: "\n\n").compactMap { entry in
            let lines = entry.split(separator: "\n")
            guard lines.contains("Auto-Installed: 1"),
                let name = lines.first(where: { $0.hasPrefix("Package: ") })?.dropFirst("Package: ".count)
            else { return nil }
            return names.contains(String(name)) ? String(name) : nil
        }
    }

    /// Names with their patterns (`libfoo*`) put in place of.
    static func expanded(_ wanted: [String], _ context: ModuleContext) throws -> [String] {
        let isPattern = { (name: String) in name.prefix { $0 != "=" }.contains { "*?[]!".contains($0) } }
        guard wanted.contains(where: isPattern) else { return wanted }
        let all = try context.spawn(["apt-cache", "pkgnames"]).outputText.lineTexts
        return try wanted.flatMap { name -> [String] in
            guard isPattern(name) else { return [name] }
            let matches = all.filter { fnmatch(name, $0, 0) == 0 }.sorted()
            guard !matches.isEmpty else { throw TaskFailure.said("No package(s) matching '\(name)' available") }
            return matches
        }
    }
}

/// A package as a task names it: `name`, `name=1.2*`, `name>=1.2`, `name:arch`.
struct PackageSpec {
    let text: String
    let name: String
    private let version: String?
    private let isMinimum: Bool

    init(_ text: String) throws {
        self.text = text
        let parts = text.split(separator: "=", omittingEmptySubsequences: false)
        guard parts.count <= 2, parts[0] != "" else { throw TaskFailure.said("invalid package spec: \(text)") }
        isMinimum = parts.count == 2 && parts[0].hasSuffix(">")
        name = String(isMinimum ? parts[0].dropLast() : parts[0])
        version = parts.count == 2 ? String(parts[1]) : nil
    }

    /// Whether several versions may be meant.
    var isPattern: Bool { !isMinimum && version?.contains { "*?[".contains($0) } == true }

    func accepts(_ candidate: String, _ context: ModuleContext) -> Bool {
        guard let version else { return true }
        guard isMinimum else { return fnmatch(version, candidate, 0) == 0 }
        let compared = try? context.run(["dpkg", "--compare-versions", candidate, "ge", version])
        return compared?.status == 0
    }

    /// Whether the policy's own candidate is what is asked for.
    var followsPolicy: Bool { version == nil || isMinimum }
}

/// What dpkg knows of packages.
struct InstalledPackages {
    struct Package: Hashable {
        var version: String
        var isInstalled: Bool
        var hasConfiguration: Bool
    }

    private var packages: [String: Package] = [:]

    init(_ names: [String], _ context: ModuleContext) throws {
        guard Spawn.finds("dpkg-query") else { throw TaskFailure.noProgram("dpkg-query", package: "dpkg") }
        let format = "${Package}\\t${Architecture}\\t${db:Status-Status}\\t${Version}\\t${binary:Package}\\n"
        // Names that dpkg never heard of make it fail; the others are told all the same.
        let said = try context.run(["dpkg-query", "-W", "-f", format] + names)
        for line in said.outputText.lineTexts {
            let fields = line.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
            guard fields.count == 5 else { continue }
            let package = Package(
                version: fields[3], isInstalled: fields[2] == "installed",
                hasConfiguration: fields[2] == "config-files" || fields[2] == "half-installed")
            for name in Set([fields[0], "\(fields[0]):\(fields[1])", fields[4]])
            where packages[name]?.isInstalled != true {
                packages[name] = package
            }
        }
    }

    subscript(name: String) -> Package? { packages[name] }
}

/// What the repositories offer.
struct AvailablePackages {
    struct Versions: Hashable {
        var candidate: String?
        /// From the newest to the oldest.
        var all: [String] = []

        func best(for spec: PackageSpec, _ context: ModuleContext) -> String? {
            if spec.followsPolicy { return candidate.flatMap { spec.accepts($0, context) ? $0 : nil } }
            return all.first { spec.accepts($0, context) }
        }
    }

    private var packages: [String: Versions] = [:]

    /// Reads `apt-cache policy`: a line with the name, the candidate, then a table with a line a version.
    init(_ names: [String], _ context: ModuleContext) throws {
        let release = context.text("default_release").map { ["-o", "APT::Default-Release=" + $0] } ?? []
        let said = try context.spawn(["apt-cache", "policy"] + release + names)
        var name: String?
        for line in said.outputText.lineTexts {
            if line.hasSuffix(":"), !line.hasPrefix(" ") {
                name = String(line.dropLast())
                packages[name ?? ""] = Versions()
            } else if let name, line.hasPrefix("  Candidate: ") {
                let version = String(line.dropFirst("  Candidate: ".count))
                packages[name]?.candidate = version == "(none)" ? nil : version
            } else if let name, line.hasPrefix("     ") || line.hasPrefix(" *** "), !line.hasPrefix("        ") {
                if let version = line.dropFirst(5).split(separator: " ").first {
                    packages[name]?.all.append(String(version))
                }
            }
        }
        packages = packages.filter { !$0.value.all.isEmpty }
    }

    subscript(name: String) -> Versions? { packages[name] }

    /// Packages that provide a virtual one.
    static func providers(of name: String, _ context: ModuleContext) throws -> [String] {
        let lines = try context.run(["apt-cache", "showpkg", name]).outputText.lineTexts
        guard let start = lines.lastIndex(where: { $0.hasPrefix("Reverse Provides:") }) else { return [] }
        return Set(lines[(start + 1)...].compactMap { $0.split(separator: " ").first.map(String.init) }).sorted()
    }
}
