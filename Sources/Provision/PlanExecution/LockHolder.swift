import FoundationEssentials
import Glibc
import JSON

/// Who holds a lock: what the lock's file says of its holder, one line of JSON.
struct LockHolder: Hashable, Sendable {
    /// What it does: "clusterfile up".
    var purpose: String
    var user: String
    var process: Int
    var since: Date

    init(purpose: String, user: String, process: Int, since: Date) {
        self.purpose = purpose
        self.user = user
        self.process = process
        self.since = since
    }

    /// This process, from now on.
    static func current(_ purpose: String) -> LockHolder {
        // A user without an entry is told by number.
        let name = getpwuid(geteuid()).map { String(cString: $0.pointee.pw_name) } ?? "\(geteuid())"
        return LockHolder(purpose: purpose, user: name, process: Int(getpid()), since: .now)
    }

    /// What the text of a lock's file says, or nil where it is not of this program.
    init?(_ text: String) {
        guard let json = try? JSON(parsing: text),  // another program's, or half written: the lock counts, not the text
            let purpose = json["purpose"]?.string, let user = json["user"]?.string,
            let process = json["process"]?.integer, let since = json["since"]?.double
        else { return nil }
        self.init(purpose: purpose, user: user, process: process, since: Date(timeIntervalSince1970: since))
    }

    var line: String {
        let json: JSON = [
            "purpose": .string(purpose), "user": .string(user), "process": JSON(process),
            "since": .number(since.timeIntervalSince1970.rounded()),
        ]
        return json.text + "\n"
    }

    /// `clusterfile up of root (process 123), for 2 min`
    func text(at now: Date) -> String {
        "\(purpose) of \(user) (process \(process)), for \(Self.age(max(0, Int(now.timeIntervalSince(since)))))"
    }

    private static func age(_ seconds: Int) -> String {
        switch seconds {
        case ..<120: "\(seconds) s"
        case ..<7200: "\(seconds / 60) min"
        default: "\(seconds / 3600) h"
        }
    }
}
