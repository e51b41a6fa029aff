internal import Bundles
internal import Diagnostics
internal import JSON

/// What tasks take over from the play, the role, the blocks and the inclusions around them.
struct Surroundings: Sendable {
    var keywords = TaskKeywords()
    var notify: [PlayTask.Notification] = []
    var tags: Set<String> = []
    /// Arguments that modules take where a task gives none, by the module's short name.
    var moduleDefaults: [String: JSONObject] = [:]
    /// The role whose tasks these are.
    var role: Role?
    var rolePath: String? { role?.path }
    /// Where files of tasks are looked for first.
    var folder: String
    var isHandler = false
    var ignoresUnreachable = false
    /// Files of tasks and roles within which this is, outermost first.
    var chain: [String] = []
    var depth = 0
}

/// The place of a task that includes others, and what those take over.
package struct InclusionSite: Sendable {
    enum Kind: Hashable, Sendable {
        case tasks, role
    }

    var kind: Kind
    var surroundings: Surroundings
    /// Of a role: which of its files, and whether its variables become the play's.
    var files = RoleFiles()
    var location: SourceLocation
}

/// How a role is used: what its entry gives it, and which of its files are read.
struct RoleUse: Sendable {
    var parameters = JSONObject()
    var variables = JSONObject()
    var files: RoleFiles
    var allowsRepeat = true
    /// Whether a task brings it.
    var isOfTask = false
}

/// Which files of a role are read.
struct RoleFiles: Hashable, Sendable {
    var tasks = "main"
    var handlers = "main"
    var defaults = "main"
    var variables = "main"
    var isPublic = false
}
