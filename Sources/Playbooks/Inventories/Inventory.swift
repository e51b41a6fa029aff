package import JSON

/// Hosts, the groups that hold them, and the variables of both.
package struct Inventory: Hashable, Sendable {
    /// A group: its own hosts, the groups within it, its variables.
    package struct Group: Hashable, Sendable {
        package var name: String
        package var hosts: [String] = []
        package var children: [String] = []
        package var variables = JSONObject()
        /// Of groups equally deep, the one with the higher priority wins (`ansible_group_priority`).
        package var priority = 1

        package init(
            _ name: String, hosts: [String] = [], children: [String] = [], variables: JSONObject = JSONObject()
        ) {
            self.name = name
            self.hosts = hosts
            self.children = children
            self.variables = variables
        }
    }

    /// One machine and its own variables.
    package struct Host: Hashable, Sendable {
        package var name: String
        package var variables: JSONObject
        /// The file (or list of hosts) that named it first.
        package var source: String?

        package init(_ name: String, variables: JSONObject = JSONObject(), source: String? = nil) {
            self.name = name
            self.variables = variables
            self.source = source
        }
    }

    /// In the order in which they were named.
    package private(set) var hosts: [Host] = []
    /// All but `all` and `ungrouped`, in the order in which they were named.
    package private(set) var groups: [Group] = []
    /// `all`, with the hosts and groups that were named in it.
    package private(set) var all = Group("all")
    /// `ungrouped`, with the hosts that were named in it.
    package private(set) var ungrouped = Group("ungrouped")

    private var hostPositions: [String: Int] = [:]
    private var groupPositions: [String: Int] = [:]
    /// The groups that name a host, and those that name a group within them.
    private(set) var groupsNaming: [String: [String]] = [:]
    private(set) var parents: [String: [String]] = [:]

    /// The variables of `all`.
    package var variables: JSONObject {
        get { all.variables }
        set { all.variables = newValue }
    }

    package init() {}

    package init(hosts: [Host], groups: [Group], variables: JSONObject = JSONObject()) {
        self.variables = variables
        for host in hosts {
            add(host)
            add(Group("all", hosts: [host.name]))
        }
        for group in groups { add(group) }
    }

    package func host(_ name: String) -> Host? { hostPositions[name].map { hosts[$0] } }

    package func group(_ name: String) -> Group? {
        switch name {
        case "all": all
        case "ungrouped": ungrouped
        default: groupPositions[name].map { groups[$0] }
        }
    }

    /// Adds a host, or variables to the one of that name.
    package mutating func add(_ host: Host) {
        if let at = hostPositions[host.name] {
            for (name, value) in host.variables { hosts[at].variables[name] = value }
        } else {
            hostPositions[host.name] = hosts.count
            hosts.append(host)
        }
    }

    /// Adds a group, or members and variables to the one of that name; hosts and groups it names come to be.
    package mutating func add(_ group: Group) {
        change(group.name) { $0.take(group.variables) }
        for host in group.hosts {
            add(Host(host))
            put(host, in: group.name)
        }
        for child in group.children {
            change(child) { _ in }
            guard !parents[child, default: []].contains(group.name) else { continue }
            parents[child, default: []].append(group.name)
            change(group.name) { $0.children.append(child) }
        }
    }

    /// Makes a host one of a group's own, also this machine where the inventory does not have it; false where it is that already.
    @discardableResult
    mutating func put(_ host: String, in group: String) -> Bool {
        guard !groupsNaming[host, default: []].contains(group) else { return false }
        groupsNaming[host, default: []].append(group)
        change(group) { $0.hosts.append(host) }
        return true
    }

    private mutating func change(_ name: String, _ body: (inout Group) -> Void) {
        switch name {
        case "all": body(&all)
        case "ungrouped": body(&ungrouped)
        default:
            let at = groupPositions[name] ?? groups.count
            if at == groups.count {
                groupPositions[name] = at
                groups.append(Group(name))
            }
            body(&groups[at])
        }
    }
}

extension Inventory.Group {
    /// A group's priority is no variable.
    fileprivate mutating func take(_ more: JSONObject) {
        for (name, value) in more {
            if name == "ansible_group_priority" {
                priority = value.integer ?? value.string.flatMap { Int($0) } ?? priority
            } else {
                variables[name] = value
            }
        }
    }
}
