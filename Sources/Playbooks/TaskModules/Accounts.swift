internal import Glibc

/// Users and groups of the machine, by the C library's own look-up.
enum Accounts {
    struct User: Hashable {
        var name: String
        var userID: uid_t
        var groupID: gid_t
        var comment: String
        var home: String
        var shell: String
    }

    struct Group: Hashable {
        var name: String
        var groupID: gid_t
        var members: [String]
    }

    static func user(_ name: String) -> User? { getpwnam(name).map { user($0.pointee) } }
    static func user(_ number: uid_t) -> User? { getpwuid(number).map { user($0.pointee) } }

    private static func user(_ entry: passwd) -> User {
        User(
            name: String(cString: entry.pw_name), userID: entry.pw_uid, groupID: entry.pw_gid,
            comment: String(cString: entry.pw_gecos), home: String(cString: entry.pw_dir),
            shell: String(cString: entry.pw_shell))
    }

    static func group(_ name: String) -> Group? { getgrnam(name).map { group($0.pointee) } }
    static func group(_ number: gid_t) -> Group? { getgrgid(number).map { group($0.pointee) } }

    private static func group(_ entry: Glibc.group) -> Group {
        var members: [String] = []
        var at = entry.gr_mem
        while let member = at?.pointee {
            members.append(String(cString: member))
            at = at?.advanced(by: 1)
        }
        return Group(name: String(cString: entry.gr_name), groupID: entry.gr_gid, members: members)
    }

    /// All groups, for a user's memberships.
    static func groups() -> [Group] {
        setgrent()
        defer { endgrent() }
        var groups: [Group] = []
        while let entry = getgrent() { groups.append(group(entry.pointee)) }
        return groups
    }

    /// A user's number by name or by number.
    static func userID(_ name: String) throws -> uid_t {
        if let number = uid_t(name) { return number }
        guard let user = user(name) else { throw TaskFailure.noSuchUser(name) }
        return user.userID
    }

    static func groupID(_ name: String) throws -> gid_t {
        if let number = gid_t(name) { return number }
        guard let group = group(name) else { throw TaskFailure.noSuchGroup(name) }
        return group.groupID
    }

    static func userName(_ number: uid_t) -> String { user(number)?.name ?? String(number) }
    static func groupName(_ number: gid_t) -> String { group(number)?.name ?? String(number) }
}
