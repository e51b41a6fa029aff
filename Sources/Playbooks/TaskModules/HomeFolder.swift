internal import Glibc

/// `~` and `~user` at a path's start.
enum HomeFolder {
    /// The path with the home folder in its place; of the user that the task runs as where none is named.
    static func expanding(_ path: String, _ own: String?) throws -> String {
        guard path.hasPrefix("~") else { return path }
        let name = path.dropFirst().prefix { $0 != "/" }
        let rest = path.dropFirst(1 + name.count)
        if name.isEmpty {
            guard let home = own ?? Accounts.user(geteuid())?.home else { return path }
            return home + rest
        }
        guard let user = Accounts.user(String(name)) else { throw TaskFailure.noSuchUser(String(name)) }
        return user.home + rest
    }
}
