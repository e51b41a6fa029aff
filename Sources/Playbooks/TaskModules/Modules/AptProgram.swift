internal import Bundles
internal import Glibc
internal import JSON

/// `apt-get`, with the options that a task asks for.
struct AptProgram {
    enum Action: String {
        case install, remove, upgrade, autoremove, autoclean
        case distUpgrade = "dist-upgrade"
        case buildDependencies = "build-dep"
    }

    static let environment = ["DEBIAN_FRONTEND": "noninteractive", "DEBIAN_PRIORITY": "critical"]
    private let context: ModuleContext

    init(_ context: ModuleContext) throws {
        self.context = context
        guard Spawn.finds("apt-get") else { throw TaskFailure.noProgram("apt-get", package: "apt") }
    }

    func clean() throws -> JSONObject {
        let said = try context.spawn(["apt-get", "clean"], environment: Self.environment)
        return ["stdout": .string(said.outputText), "stderr": .string(said.errorText)]
    }

    private func command(_ action: Action, _ names: [String], simulates: Bool = false) -> [String] {
        var command = ["apt-get", "-y"]
        let dpkgOptions = context.text("dpkg_options") ?? "force-confdef,force-confold"
        for option in dpkgOptions.split(separator: ",") { command += ["-o", "Dpkg::Options::=--\(option)"] }
        command += ["-o", "DPkg::Lock::Timeout=\(context.integer("lock_timeout") ?? 60)"]
        if context.flag("force") {
            // What --force-yes once meant.
            command += [
                "--allow-unauthenticated", "--allow-downgrades", "--allow-remove-essential",
                "--allow-change-held-packages",
            ]
        }
        let options = [
            ("only_upgrade", "--only-upgrade", [Action.install]),
            ("autoremove", "--auto-remove", [.install, .remove, .upgrade, .distUpgrade]),
            ("fail_on_autoremove", "--no-remove", [.install, .upgrade, .distUpgrade, .buildDependencies]),
            (
                "allow_unauthenticated", "--allow-unauthenticated",
                [.install, .upgrade, .distUpgrade, .buildDependencies]
            ),
            ("allow_downgrade", "--allow-downgrades", [.install, .upgrade, .distUpgrade]),
            ("allow_change_held_packages", "--allow-change-held-packages", [.install]),
            ("purge", "--purge", [.remove, .autoremove, .autoclean]),
        ]
        command += options.filter { context.flag($0.0) && $0.2.contains(action) }.map(\.1)
        if context.text("state") == "fixed" { command.append("--fix-broken") }
        if let release = context.text("default_release") { command += ["-t", release] }
        if let recommends = context.arguments["install_recommends"]?.bool {
            command += ["-o", "APT::Install-Recommends=\(recommends ? "yes" : "no")"]
        }
        if action == .upgrade { command.append("--with-new-pkgs") }
        return command + (simulates ? ["--simulate"] : []) + [action.rawValue] + names
    }

    /// Runs it; gives what it said.
    func perform(_ action: Action, _ names: [String]) throws -> JSONObject {
        let command = command(action, names)
        let policy = try context.integer("policy_rc_d").map { try ServicePolicy(status: $0) }
        defer { policy?.restore() }
        let said = try context.run(command, environment: Self.environment)
        var members: JSONObject = ["stdout": .string(said.outputText), "stderr": .string(said.errorText)]
        guard said.status == 0 else {
            members["rc"] = JSON(Int(said.status))
            members["msg"] = .string("'\(command.joined(separator: " "))' failed: \(said.errorText)")
            throw TaskFailure.result(members)
        }
        return members
    }

    /// Has apt-get say what it would do, for what only it can decide.
    func look(_ action: Action, _ names: [String], _ result: JSONObject) throws -> Proposal {
        let command = command(action, names, simulates: true)
        let said = try context.run(command, environment: Self.environment)
        guard said.status == 0 else {
            throw TaskFailure.result([
                "msg": .string("'\(command.joined(separator: " "))' failed: \(said.errorText)"),
                "stdout": .string(said.outputText), "stderr": .string(said.errorText), "rc": JSON(Int(said.status)),
            ])
        }
        let text = said.outputText
        let isIdle =
            switch action {
            case .autoclean: !text.contains("Del ")
            case .autoremove: !text.contains("The following packages will be REMOVED")
            default: text.contains("0 upgraded, 0 newly installed, 0 to remove")
            }
        let all = result.merging(["stdout": .string(text), "stderr": .string(said.errorText), "msg": .string(text)])
        if isIdle { return Proposal(all) }
        let steps = text.lineTexts.filter { line in ["Inst ", "Remv ", "Purg ", "Del "].contains { line.hasPrefix($0) }
        }
        return Proposal(
            all, differences: [.init(path: "apt", before: "", after: steps.joined(separator: "\n") + "\n")]
        ) {
            let members = try perform(action, names)
            return members.merging(["msg": members["stdout"] ?? ""])
        }
    }
}

/// While this lives, packages' services are started or not as a status says (policy-rc.d).
struct ServicePolicy {
    private static let path = "/usr/sbin/policy-rc.d"
    private static let saved = path + ".clusterfile-saved"

    init(status: Int) throws {
        // What a killed run left aside is the machine's own.
        if try SystemCalls.linkStatus(Self.saved) == nil, try SystemCalls.linkStatus(Self.path) != nil {
            try SystemCalls.check("rename", Self.path) { rename(Self.path, Self.saved) }
        }
        try FileReplacement.write(
            "#!/bin/sh\nexit \(status)\n", to: Self.path, attributes: try FileAttributes(["mode": "0755"]))
    }

    func restore() {
        if rename(Self.saved, Self.path) != 0 { unlink(Self.path) }
    }
}

/// apt's lists of what the repositories offer.
struct AptCache {
    let wasAskedFor: Bool
    let isUpdated: Bool
    private let seconds: Int

    var result: JSONObject { ["cache_updated": .bool(isUpdated), "cache_update_time": JSON(seconds)] }

    /// Fetches the lists anew where the task says so and they are older than it allows.
    static func refresh(_ context: ModuleContext) throws -> AptCache {
        let lifetime = context.integer("cache_valid_time") ?? 0
        let isWanted = context.flag("update_cache") || lifetime > 0
        let before = try age()
        guard isWanted, before + lifetime < time(nil) else {
            return AptCache(wasAskedFor: isWanted, isUpdated: false, seconds: before)
        }
        if context.isCheckMode { return AptCache(wasAskedFor: true, isUpdated: true, seconds: before) }
        try update(context)
        let after = try age()
        return AptCache(wasAskedFor: true, isUpdated: after != before, seconds: after)
    }

    /// `apt-get update`, again and again while the repositories do not answer.
    static func update(_ context: ModuleContext) throws {
        let attempts = max(1, context.integer("update_cache_retries") ?? 5)
        let longest = context.integer("update_cache_retry_max_delay") ?? 12
        for attempt in 0..<attempts {
            let lock = "DPkg::Lock::Timeout=\(context.integer("lock_timeout") ?? 60)"
            let said = try context.run(
                ["apt-get", "-q", "-o", lock, "-o", "APT::Update::Error-Mode=any", "update"],
                environment: AptProgram.environment)
            if said.status == 0 { return }
            guard attempt + 1 < attempts else {
                throw TaskFailure.said("Failed to update apt cache: \(said.errorText)")
            }
            try context.checkpoint()
            SystemCalls.sleep(milliseconds: min(1 << attempt, longest) * 1000)
        }
    }

    /// When the lists were fetched last, in seconds since 1970.
    private static func age() throws -> Int {
        for path in ["/var/lib/apt/periodic/update-success-stamp", "/var/lib/apt/lists"] {
            if let status = try SystemCalls.status(path) { return status.st_mtim.tv_sec }
        }
        return 0
    }
}

/// Packages in files (`deb`).
enum AptArchives {
    static func propose(_ text: String, _ apt: AptProgram, _ context: ModuleContext) throws -> Proposal {
        guard (context.text("state") ?? "present") == "present" else {
            throw TaskFailure.said("deb only supports state=present")
        }
        var (files, differences) = ([Downloaded](), [TaskEvent.Difference]())
        for name in text.split(separator: ",").map(String.init) {
            let file = try Downloaded(name, context)
            let fields = try context.spawn(["dpkg-deb", "--field", file.path, "Package", "Version", "Architecture"])
            let values = fields.outputText.lineTexts.reduce(into: [String: String]()) { values, line in
                let pair = line.split(separator: ":", maxSplits: 1).map { String($0).trimmed }
                if pair.count == 2 { values[pair[0]] = pair[1] }
            }
            let (package, version) = (values["Package"] ?? "", values["Version"] ?? "")
            let known = try InstalledPackages([package], context)[package].flatMap { $0.isInstalled ? $0 : nil }
            if known?.version == version { continue }
            let isOlder = try known.map {
                try context.run(["dpkg", "--compare-versions", version, "lt", $0.version]).status == 0
            }
            if isOlder == true, !context.flag("allow_downgrade"), !context.flag("force") {
                throw TaskFailure.said(
                    "\(package) \(known?.version ?? "") is installed, later than the file's \(version); "
                        + "'allow_downgrade: true' would replace it")
            }
            files.append(file)
            differences.append(
                .init(path: package, before: known.map { $0.version + "\n" } ?? "", after: version + "\n"))
        }
        guard !files.isEmpty else { return Proposal(["stdout": "", "stderr": ""]) }
        return Proposal(differences: differences) { [files] in
            defer { withExtendedLifetime(files) {} }
            return try apt.perform(.install, files.map(\.path))
        }
    }

    /// A file here, or one that came from a URL and goes again.
    private final class Downloaded {
        let path: String
        private let isTemporary: Bool

        init(_ name: String, _ context: ModuleContext) throws {
            isTemporary = name.contains("://")
            guard isTemporary else {
                path = name.hasPrefix("/") ? name : "./" + name
                guard try SystemCalls.status(name) != nil else { throw TaskFailure.notFound(name) }
                return
            }
            let folder = "/tmp/.clusterfile-" + String(UInt64.random(in: 0...UInt64.max), radix: 36)
            try SystemCalls.check("mkdir", folder) { mkdir(folder, 0o755) }
            path = folder + "/package.deb"
            let path = path
            let file = try SystemCalls.check("open", path) {
                open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o644)
            }
            defer { close(file) }
            try HTTPClient(context).download(name) { try SystemCalls.writeAll(file, $0, path) }
        }

        deinit {
            // What is left in /tmp goes at the next boot.
            if isTemporary { try? SystemCalls.removeTree(String(path.dropLast("/package.deb".count))) }
        }
    }
}
