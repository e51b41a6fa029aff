/// Who makes a request: a user's name and the groups it belongs to.
package struct Identity: Hashable, Sendable {
    package var name: String
    package var groups: [String]

    package init(name: String, groups: [String]) {
        self.name = name
        self.groups = groups
    }

    /// A request that proved nothing about who makes it.
    package static let anonymous = Identity(name: "system:anonymous", groups: ["system:unauthenticated"])
    /// The control loops inside the master's own process.
    package static let controllerManager = Identity(
        name: "system:kube-controller-manager", groups: ["system:authenticated"])
    /// The scheduler inside the master's own process.
    package static let scheduler = Identity(name: "system:kube-scheduler", groups: ["system:authenticated"])
    /// The master itself, which may do everything.
    package static let master = Identity(name: "system:apiserver", groups: ["system:masters"])

    package var isAnonymous: Bool { name == Self.anonymous.name }

    /// The node's name of a node agent's certificate (`system:node:NAME` in group `system:nodes`), else nil.
    package var nodeName: String? {
        guard groups.contains("system:nodes"), name.hasPrefix("system:node:") else { return nil }
        return String(name.dropFirst("system:node:".count))
    }
}
