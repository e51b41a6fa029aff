internal import Glibc

/// Whose rights a task runs with; only root can take another's.
enum Identity {
    private typealias SetThree = @convention(c) (UInt32, UInt32, UInt32) -> Int32

    // Linux's own.
    private static let setUsers = HiddenFunction.named("setresuid", as: SetThree.self)
    private static let setGroups = HiddenFunction.named("setresgid", as: SetThree.self)

    /// Runs the body as the user of that name (nil is root), and comes back whatever happens.
    static func running<T>(as name: String?, _ body: (_ environment: [String: String]) throws -> T) throws -> T {
        guard let name, name != "root" else {
            return try body(getuid() == 0 ? environment(Accounts.user(uid_t(0))) : [:])
        }
        guard let user = Accounts.user(name) else { throw TaskFailure.noSuchUser(name) }
        if user.userID == geteuid() { return try body(environment(user)) }
        guard geteuid() == 0 else {
            throw TaskFailure.said("cannot become '\(name)': the runner is not root")
        }
        // The saved user stays root: that is the way back. A program that is started gets the user alone.
        try SystemCalls.check("initgroups", name) { initgroups(user.name, user.groupID) }
        try SystemCalls.check("setresgid", name) { setGroups(user.groupID, user.groupID, 0) }
        try SystemCalls.check("setresuid", name) { setUsers(user.userID, user.userID, 0) }
        defer {
            let back = setUsers(0, 0, 0) == 0 && setGroups(0, 0, 0) == 0 && initgroups("root", 0) == 0
            precondition(back, "root's rights could not be taken back")
        }
        return try body(environment(user))
    }

    private static func environment(_ user: Accounts.User?) -> [String: String] {
        guard let user else { return [:] }
        return ["HOME": user.home, "USER": user.name, "LOGNAME": user.name, "SHELL": user.shell]
    }
}
