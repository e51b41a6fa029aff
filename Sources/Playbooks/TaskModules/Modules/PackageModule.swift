internal import Bundles
internal import Glibc
internal import JSON

/// `package`: a package of whatever manager the machine has.
enum PackageModule {
    static func propose(_ context: ModuleContext) throws -> Proposal {
        let use = context.text("use") ?? "auto"
        let manager = use == "auto" ? ["apt-get", "dnf", "yum"].first(where: Spawn.finds) : use
        var arguments = context.arguments
        arguments["use"] = Optional.none
        let state = try context.required("state")
        arguments["state"] = .string(["installed": "present", "removed": "absent"][state] ?? state)
        switch manager {
        case "apt-get", "apt": return try AptModule.propose(context.taking(arguments, for: "apt"))
        case "dnf", "yum", "dnf4": return try DnfModule.propose(context.taking(arguments, for: "dnf"))
        default:
            throw TaskFailure.said("Could not find a module for \(use): the machine has neither apt nor dnf")
        }
    }
}

extension ModuleContext {
    /// The same task for another module.
    func taking(_ arguments: JSONObject, for module: String) -> ModuleContext {
        var context = self
        (context.module, context.arguments) = (module, arguments)
        return context
    }
}

/// `dnf` and `yum`: packages of Fedora and what is kin to it.
enum DnfModule {
    static func propose(_ context: ModuleContext) throws -> Proposal {
        guard let program = ["dnf", "yum"].first(where: Spawn.finds) else {
            throw TaskFailure.noProgram("dnf", package: "dnf")
        }
        let state = context.text("state") ?? "present"
        let names = context.texts("name") ?? []
        let options = try options(context)
        if context.flag("update_cache"), !context.isCheckMode {
            try context.spawn([program, "-y"] + options + ["makecache", "--refresh"])
        }
        if names.isEmpty {
            guard context.flag("autoremove") else { return Proposal(["msg": "Nothing to do", "results": []]) }
            return try look(program, options, ["autoremove"], [], context)
        }
        let action: [String]
        switch state {
        case "absent", "removed": action = ["remove"] + names
        case "latest":
            if names == ["*"] {
                action = ["upgrade"]
            } else {
                let missing = context.flag("update_only") ? [] : try names.filter { try !isInstalled($0, context) }
                if !missing.isEmpty { return try look(program, options, ["install"] + names, names, context) }
                action = ["upgrade"] + names
            }
        default:
            let missing = try names.filter { try !isInstalled($0, context) }
            guard !missing.isEmpty else { return Proposal(["msg": "Nothing to do", "results": []]) }
            action = [context.flag("update_only") ? "upgrade" : "install"] + missing
        }
        if state == "absent" || state == "removed" {
            let there = try names.filter { try isInstalled($0, context) }
            guard !there.isEmpty else { return Proposal(["msg": "Nothing to do", "results": []]) }
        }
        return try look(program, options, action, names, context)
    }

    /// By name, by name and version, by file, or by what it provides; groups (`@name`) are dnf's to know.
    private static func isInstalled(_ name: String, _ context: ModuleContext) throws -> Bool {
        if name.hasPrefix("@") || name.contains("://") { return false }
        let subject =
            name.hasSuffix(".rpm")
            ? try context.spawn(["rpm", "-qp", "--qf", "%{NAME}-%{VERSION}-%{RELEASE}.%{ARCH}", name]).outputText : name
        let root = try context.path("installroot").map { ["--root", $0] } ?? []
        if try context.run(["rpm"] + root + ["-q", subject]).status == 0 { return true }
        return try context.run(["rpm"] + root + ["-q", "--whatprovides", subject]).status == 0
    }

    private static func options(_ context: ModuleContext) throws -> [String] {
        var options: [String] = []
        for (name, option) in [
            ("enablerepo", "--enablerepo="), ("disablerepo", "--disablerepo="), ("exclude", "--exclude="),
        ] {
            options += (context.texts(name) ?? []).map { option + $0 }
        }
        for (name, option) in [
            ("disable_gpg_check", "--nogpgcheck"), ("nobest", "--nobest"), ("skip_broken", "--skip-broken"),
            ("allowerasing", "--allowerasing"), ("cacheonly", "--cacheonly"), ("security", "--security"),
            ("bugfix", "--bugfix"), ("download_only", "--downloadonly"),
        ] where context.flag(name) { options.append(option) }
        if let file = try context.path("conf_file") { options += ["-c", file] }
        if let root = try context.path("installroot") { options.append("--installroot=" + root) }
        if let release = context.text("releasever") { options.append("--releasever=" + release) }
        if let weak = context.arguments["install_weak_deps"]?.bool {
            options.append("--setopt=install_weak_deps=\(weak ? "True" : "False")")
        }
        if context.arguments["sslverify"]?.bool == false { options.append("--setopt=sslverify=0") }
        return options
    }

    /// Has dnf say what it would do (`--assumeno`), and does it where there is anything.
    private static func look(
        _ program: String, _ options: [String], _ action: [String], _ names: [String], _ context: ModuleContext
    ) throws -> Proposal {
        let looked = try context.run([program, "--assumeno"] + options + action)
        let text = looked.outputText
        // It ends with 1 both where it would do something and where it cannot.
        guard looked.status == 0 || text.contains("Transaction Summary") else {
            throw TaskFailure.result([
                "msg": .string("Failed to \(action[0]) some of the specified packages: \(looked.errorText)"),
                "failures": JSON(looked.errorText.lineTexts), "results": [], "rc": JSON(Int(looked.status)),
            ])
        }
        guard text.contains("Transaction Summary") else {
            return Proposal(["msg": "Nothing to do", "results": [], "rc": 0])
        }
        return Proposal(["msg": "", "rc": 0], differences: [.init(path: program, before: "", after: text)]) {
            let said = try context.spawn([program, "-y"] + options + action)
            return ["results": JSON(said.outputText.lineTexts)]
        }
    }
}
