internal import Glibc
internal import JSON

/// Who gathers, and the environment.
enum UserFacts {
    static func collect(_ request: Facts.Request) -> JSONObject {
        let variables = Spawn.environment(over: request.environment)
        let named = ["LOGNAME", "USER", "LNAME", "USERNAME"].lazy.compactMap { name in
            variables.first { $0.hasPrefix(name + "=") && $0.count > name.count + 1 }
        }.first.map { String($0[$0.index(after: $0.firstIndex(of: "=") ?? $0.startIndex)...]) }
        let name = named ?? Accounts.userName(getuid())
        var facts: JSONObject = [
            "user_id": .string(name), "real_user_id": JSON(Int(getuid())), "effective_user_id": JSON(Int(geteuid())),
            "real_group_id": JSON(Int(getgid())), "effective_group_id": JSON(Int(getgid())),
        ]
        if let user = Accounts.user(name) ?? Accounts.user(getuid()) {
            facts["user_uid"] = JSON(Int(user.userID))
            facts["user_gid"] = JSON(Int(user.groupID))
            facts["user_gecos"] = .string(user.comment)
            facts["user_dir"] = .string(user.home)
            facts["user_shell"] = .string(user.shell)
        }
        return facts
    }

    static func environment(_ request: Facts.Request) -> JSONObject {
        let pairs = Spawn.environment(over: request.environment).map { variable -> (String, JSON) in
            let pair = variable.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            return (pair[0], .string(pair.count == 2 ? pair[1] : ""))
        }
        return ["env": .object(JSONObject(pairs))]
    }
}
