package import Bundles
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
@dynamicMemberLookup package struct PlayTask: Sendable {
    package var name: String
    package var module: String
    package var arguments: JSONObject
    package var argumentLocations: [String: SourceLocation]
    package var location: SourceLocation
    package var keywords = TaskKeywords()
    package var notify: [Notification] = []
    /// Its own, and those of its block, role and play.
    package var tags: Set<String> = []

    package subscript<Value>(dynamicMember keyword: WritableKeyPath<TaskKeywords, Value>) -> Value {
        get { keywords[keyPath: keyword] }
        set { keywords[keyPath: keyword] = newValue }
    }

    /// A handler's name and where it was written.
    package struct Notification: Sendable {
        package var name: String
        package var location: SourceLocation
    }
}
