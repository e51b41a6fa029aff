internal import Bundles
internal import Glibc
internal import JSON

/// `user`: an account and its groups.
enum UserModule {
    static func propose(_ context: ModuleContext) throws -> Proposal {
        let name = try context.required("name")
        let result: JSONObject = ["name": .string(name), "state": .string(context.text("state") ?? "present")]
        guard let user = Accounts.user(name) else {
            if context.text("state") == "absent" { return Proposal(result) }
            let command = try creation(name, context)
            return Proposal(result, differences: [.init(path: name, before: "no such user\n", after: "user \(name)\n")])
            {
                _ = try context.spawn(command)
                return described(name)
            }
        }
        if context.text("state") == "absent" {
            let options = (context.flag("force") ? ["-f"] : []) + (context.flag("remove") ? ["-r"] : [])
            return Proposal(result, differences: [.init(path: name, before: "user \(name)\n", after: "no such user\n")])
            {
                _ = try context.spawn(["userdel"] + options + [name])
                return [:]
            }
        }
        let (options, difference) = try changes(user, context)
        let all = result.merging(described(name))
        if options.isEmpty { return Proposal(all) }
        return Proposal(all, differences: [difference]) {
            _ = try context.spawn(["usermod"] + options + [name])
            return described(name)
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

    /// The password field of a user, from the shadow file.
    private static func shadowEntry(_ name: String) throws -> String? {
        for line in try (SystemCalls.readText("/etc/shadow") ?? "").split(separator: "\n") {
            let fields = line.split(separator: ":", omittingEmptySubsequences: false)
            if fields.count > 1, fields[0] == name { return String(fields[1]) }
        }
        return nil
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
            let missing = Set(wanted).subtracting(has)
            if !missing.isEmpty || (!appends && !has.subtracting(wanted).isEmpty) {
                differ(
                    "groups", has.sorted().joined(separator: ","), wanted.joined(separator: ","),
                    (appends ? ["-a"] : []) + ["-G", wanted.joined(separator: ",")])
            }
        }
        if context.text("password") != nil || context.flag("password_lock") {
            let entry = try shadowEntry(user.name)
            if let password = context.text("password"), entry != password {
                differ("password", "(old)", "(new)", ["-p", password])
            }
            if context.flag("password_lock"), entry?.hasPrefix("!") != true {
                differ("password", "unlocked", "locked", ["-L"])
            }
        }
        return (options, TaskEvent.Difference(path: user.name, before: before, after: after))
    }
}

extension JSONObject {
    /// These members, and over them others.
    func merging(_ other: JSONObject) -> JSONObject {
        JSONObject(members.map { ($0.key, $0.value) } + other.members.map { ($0.key, $0.value) })
    }
}

/// `group`: a group.
enum GroupModule {
    static func propose(_ context: ModuleContext) throws -> Proposal {
        let name = try context.required("name")
        let result: JSONObject = ["name": .string(name), "state": .string(context.text("state") ?? "present")]
        let group = Accounts.group(name)
        let isWanted = context.text("state") != "absent"
        let number = context.integer("gid")
        let command: [String]
        switch (group, isWanted) {
        case (nil, true):
            command =
                ["groupadd"] + (number.map { ["-g", String($0)] } ?? []) + (context.flag("system") ? ["-r"] : []) + [
                    name
                ]
        case (.some, false): command = ["groupdel", name]
        case (let group?, true):
            guard let number, number != Int(group.groupID) else {
                return Proposal(result.merging(["gid": JSON(Int(group.groupID))]))
            }
            command = ["groupmod", "-g", String(number), name]
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
