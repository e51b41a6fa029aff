internal import Bundles
internal import Glibc
internal import JSON

/// `user`: an account and its groups.
enum UserModule {
    static func propose(_ context: ModuleContext) throws -> Proposal {
        let name = try context.required("name")
        let isPresent = context.text("state") != "absent"
        var result: JSONObject = ["name": .string(name), "state": .string(isPresent ? "present" : "absent")]
        if context.text("password") != nil { result["password"] = "NOT_LOGGING_PASSWORD" }
        guard let user = Accounts.user(name) else { return try missing(name, isPresent, result, context) }
        guard isPresent else {
            let options = (context.flag("force") ? ["-f"] : []) + (context.flag("remove") ? ["-r"] : [])
            result["force"] = .bool(context.flag("force"))
            result["remove"] = .bool(context.flag("remove"))
            return Proposal(result, differences: [.init(path: name, before: "user \(name)\n", after: "no such user\n")])
            {
                _ = try context.spawn(["userdel"] + options + [name])
                return [:]
            }
        }
        var (options, difference) = try changes(user, context)
        result = result.merging([
            "append": .bool(context.flag("append")), "move_home": .bool(context.flag("move_home")),
        ])
        let key = try UserKey(context, home: context.path("home") ?? user.home)
        if let key, try !key.exists() {
            difference.after += "ssh key: \(key.path)\n"
        } else if options.isEmpty {
            return Proposal(result.merging(described(name)).merging(try key?.described() ?? [:]))
        }
        let isModified = !options.isEmpty
        if context.flag("non_unique") { options.insert("-o", at: 0) }
        return Proposal(result.merging(described(name)), differences: [difference]) { [options] in
            if isModified { _ = try context.spawn(["usermod"] + options + [name]) }
            return described(name).merging(try key?.make(for: name) ?? [:])
        }
    }

    private static func missing(
        _ name: String, _ isPresent: Bool, _ result: JSONObject, _ context: ModuleContext
    ) throws -> Proposal {
        guard isPresent else { return Proposal(result) }
        let command = try creation(name, context)
        let all = result.merging([
            "create_home": .bool(context.flag("create_home", default: true)), "system": .bool(context.flag("system")),
        ])
        return Proposal(all, differences: [.init(path: name, before: "no such user\n", after: "user \(name)\n")]) {
            _ = try context.spawn(command)
            // What useradd does not take.
            if context.flag("password_lock") { _ = try context.spawn(["usermod", "-L", name]) }
            if let days = context.integer("password_expire_max") {
                _ = try context.spawn(["chage", "-M", "\(days)", name])
            }
            if let days = context.integer("password_expire_min") {
                _ = try context.spawn(["chage", "-m", "\(days)", name])
            }
            let members = described(name)
            guard let home = members["home"]?.string else { return members }
            return members.merging(try UserKey(context, home: home)?.make(for: name) ?? [:])
        }
    }

    private static func described(_ name: String) -> JSONObject {
        guard let user = Accounts.user(name) else { return [:] }
        return [
            "uid": JSON(Int(user.userID)), "group": JSON(Int(user.groupID)), "home": .string(user.home),
            "shell": .string(user.shell),
            "comment": .string(user.comment),
        ]
    }

    /// A user's fields in the shadow file (shadow(5)); empty where there is no such line.
    private static func shadowFields(_ name: String) throws -> [String] {
        for line in try (SystemCalls.readText("/etc/shadow") ?? "").split(separator: "\n") {
            let fields = line.split(separator: ":", omittingEmptySubsequences: false)
            if fields.count > 7, fields[0] == name { return fields.map(String.init) }
        }
        return []
    }

    /// `expires`, in seconds since 1970, as a day as usermod and shadow(5) count; nil takes the limit away.
    private static func expiryDay(_ context: ModuleContext) -> Int?? {
        guard let seconds = context.arguments["expires"]?.double else { return .none }
        return .some(seconds < 0 ? nil : Int(seconds / 86_400))
    }

    private static func creation(_ name: String, _ context: ModuleContext) throws -> [String] {
        var command = ["useradd"]
        if let number = context.integer("uid") { command += ["-u", String(number)] }
        if let group = context.text("group") {
            command += ["-g", group]
        } else if Accounts.group(name) != nil {
            command += ["-g", name]
        }
        if let groups = context.texts("groups"), !groups.isEmpty { command += ["-G", groups.joined(separator: ",")] }
        if let comment = context.text("comment") { command += ["-c", comment] }
        if let home = context.text("home") { command += ["-d", home] }
        if let shell = context.text("shell") { command += ["-s", shell] }
        if let password = context.text("password") { command += ["-p", password] }
        command += context.flag("create_home", default: true) ? ["-m"] : ["-M"]
        if context.flag("system") { command.append("-r") }
        if context.flag("non_unique") { command.append("-o") }
        if let skeleton = try context.path("skeleton") { command += ["-k", skeleton] }
        if let mask = context.text("umask") { command += ["-K", "UMASK=" + mask] }
        if let day = expiryDay(context) { command += ["-e", day.map { LocalTime.day($0) } ?? ""] }
        return command + [name]
    }

    private static func changes(_ user: Accounts.User, _ context: ModuleContext) throws -> (
        [String], TaskEvent.Difference
    ) {
        var (options, before, after) = ([String](), "", "")
        func differ(_ what: String, _ old: String, _ new: String, _ more: [String]) {
            options += more
            before += "\(what): \(old)\n"
            after += "\(what): \(new)\n"
        }
        if let number = context.integer("uid"), number != Int(user.userID) {
            differ("uid", "\(user.userID)", "\(number)", ["-u", String(number)])
        }
        if let group = context.text("group"), try Accounts.groupID(group) != user.groupID {
            differ("group", Accounts.groupName(user.groupID), group, ["-g", group])
        }
        if let comment = context.text("comment"), comment != user.comment {
            differ("comment", user.comment, comment, ["-c", comment])
        }
        if let home = context.text("home"), home != user.home {
            differ("home", user.home, home, ["-d", home] + (context.flag("move_home") ? ["-m"] : []))
        }
        if let shell = context.text("shell"), shell != user.shell { differ("shell", user.shell, shell, ["-s", shell]) }
        if let wanted = context.texts("groups") {
            let has = Set(Accounts.groups().filter { $0.members.contains(user.name) }.map(\.name))
            let appends = context.flag("append")
            for group in wanted where Accounts.group(group) == nil { throw TaskFailure.noSuchGroup(group) }
            let missing = Set(wanted).subtracting(has)
            if !missing.isEmpty || (!appends && !has.subtracting(wanted).isEmpty) {
                differ(
                    "groups", has.sorted().joined(separator: ","), wanted.joined(separator: ","),
                    (appends ? ["-a"] : []) + ["-G", wanted.joined(separator: ",")])
            }
        }
        let shadow = try shadowFields(user.name)
        if shadow.isEmpty { return (options, TaskEvent.Difference(path: user.name, before: before, after: after)) }
        let isLocked = shadow[1].hasPrefix("!")
        if let password = context.text("password"), context.text("update_password") != "on_create",
            shadow[1].drop(while: { $0 == "!" }) != password.drop(while: { $0 == "!" })
        {
            differ("password", "(old)", "(new)", ["-p", password])
        }
        if let locks = context.arguments["password_lock"]?.bool, locks != isLocked {
            differ("password", isLocked ? "locked" : "unlocked", locks ? "locked" : "unlocked", [locks ? "-L" : "-U"])
        }
        if let day = expiryDay(context), day != Int(shadow[7]) {
            differ("expires", shadow[7], day.map(String.init) ?? "", ["-e", day.map { LocalTime.day($0) } ?? ""])
        }
        return (options, TaskEvent.Difference(path: user.name, before: before, after: after))
    }
}

/// The SSH key that a user gets where the task asks for one.
private struct UserKey {
    let path: String
    private let context: ModuleContext

    init?(_ context: ModuleContext, home: String) throws {
        guard context.flag("generate_ssh_key") else { return nil }
        self.context = context
        let name = context.text("ssh_key_file") ?? ".ssh/id_" + (context.text("ssh_key_type") ?? "rsa")
        path = name.hasPrefix("/") ? name : home + "/" + name
    }

    func exists() throws -> Bool { try SystemCalls.status(path) != nil && !context.flag("force") }

    func described() throws -> JSONObject {
        let print = try context.run(["ssh-keygen", "-l", "-f", path])
        return [
            "ssh_key_file": .string(path), "ssh_fingerprint": .string(print.outputText.trimmed),
            "ssh_public_key": .string(try SystemCalls.readText(path + ".pub")?.trimmed ?? ""),
        ]
    }

    /// Makes the key as its user, so that all of it is the user's.
    func make(for name: String) throws -> JSONObject {
        if try !exists() {
            guard let user = Accounts.user(name) else { throw TaskFailure.noSuchUser(name) }
            let folder = String(path.prefix(upTo: path.lastIndex(of: "/") ?? path.startIndex))
            var attributes = try FileAttributes(["mode": "0700"])
            (attributes.owner, attributes.group) = (user.userID, user.groupID)
            if try SystemCalls.status(folder) == nil { try FileModule.make(folder, attributes) }
            if context.flag("force") { unlink(path) }
            let comment = context.text("ssh_key_comment") ?? "ansible-generated on \(MachineName.current)"
            var command = ["ssh-keygen", "-q", "-t", context.text("ssh_key_type") ?? "rsa", "-C", comment, "-f", path]
            if let bits = context.integer("ssh_key_bits"), bits > 0 { command += ["-b", String(bits)] }
            try context.spawn(command + ["-N", context.text("ssh_key_passphrase") ?? ""])
            for file in [path, path + ".pub"] {
                try SystemCalls.check("chown", file) { chown(file, user.userID, user.groupID) }
            }
        }
        return try described()
    }
}

/// `group`: a group.
enum GroupModule {
    static func propose(_ context: ModuleContext) throws -> Proposal {
        let name = try context.required("name")
        let result: JSONObject = [
            "name": .string(name), "state": .string(context.text("state") ?? "present"),
            "system": .bool(context.flag("system")),
        ]
        let group = Accounts.group(name)
        let isWanted = context.text("state") != "absent"
        let number = context.integer("gid")
        if context.flag("non_unique"), number == nil {
            throw TaskFailure.badArguments(module: "group", reason: "'non_unique' needs 'gid'")
        }
        let command: [String]
        switch (group, isWanted) {
        case (nil, true):
            command =
                ["groupadd"] + (number.map { ["-g", String($0)] } ?? []) + (context.flag("system") ? ["-r"] : [])
                + (context.flag("non_unique") ? ["-o"] : []) + [name]
        case (.some, false): command = ["groupdel", name]
        case (let group?, true):
            guard let number, number != Int(group.groupID) else {
                return Proposal(result.merging(["gid": JSON(Int(group.groupID))]))
            }
            command = ["groupmod"] + (context.flag("non_unique") ? ["-o"] : []) + ["-g", String(number), name]
        case (nil, false): return Proposal(result)
        }
        return Proposal(
            result, differences: [.init(path: name, before: "", after: command.joined(separator: " ") + "\n")]
        ) {
            _ = try context.spawn(command)
            return Accounts.group(name).map { ["gid": JSON(Int($0.groupID))] } ?? [:]
        }
    }
}
