package import Diagnostics
package import Inventories
package import JSON

/// A playbook as it was read: plays with their roles resolved, nothing rendered.
package struct Playbook: Sendable {
    package var path: String
    package var folder: String
    package var plays: [Play]
    package var variableFiles: VariableFiles
}

/// One play: which machines, and what they do.
package struct Play: Sendable {
    package var name: String
    package var hosts: HostPattern
    package var location: SourceLocation
    package var variables = JSONObject()
    package var gathersFacts = true
    package var roles: [Role] = []
    package var tasks: [PlayTask] = []
    package var handlers: [PlayTask] = []
}

/// A role as one play uses it.
package struct Role: Sendable {
    package var name: String
    package var path: String
    package var defaults = JSONObject()
    package var variables = JSONObject()
    package var parameters = JSONObject()
}

/// A task with everything that its block, role and play give it.
package struct PlayTask: Sendable {
    package var name: String
    package var module: String
    package var arguments: JSONObject
    package var argumentLocations: [String: SourceLocation]
    package var location: SourceLocation
    package var role: Int?
    package var when: [JSON] = []
    package var loop: JSON?
    package var loopVariable = "item"
    package var loopIndexVariable: String?
    package var register: String?
    package var notify: [Notification] = []
    package var listen: [String] = []
    package var changedWhen: [JSON]?
    package var failedWhen: [JSON]?
    package var ignoreErrors: JSON = false
    package var noLog: JSON = false
    package var becomes = false
    package var becomeUser: String?
    package var until: [JSON] = []
    package var retries: JSON?
    package var delay: JSON?
    package var environment = JSONObject()
    package var variables = JSONObject()

    /// A handler's name and where it was written.
    package struct Notification: Sendable {
        package var name: String
        package var location: SourceLocation
    }
}
