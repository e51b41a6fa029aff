package import JSON

/// Hosts, the groups that hold them, and the variables of both.
package struct Inventory: Hashable, Sendable {
    /// A group: its own hosts, the groups within it, its variables.
    package struct Group: Hashable, Sendable {
        package var name: String
        package var hosts: [String] = []
        package var children: [String] = []
        package var variables = JSONObject()

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

        package init(_ name: String, variables: JSONObject = JSONObject()) {
            self.name = name
            self.variables = variables
        }
    }

    /// In the order in which they were named.
    package private(set) var hosts: [Host] = []
    package private(set) var groups: [Group] = []
    /// The variables of `all`.
    package var variables = JSONObject()

    package init() {}

    package init(hosts: [Host], groups: [Group], variables: JSONObject = JSONObject()) {
        self.variables = variables
        for host in hosts { add(host) }
        for group in groups { add(group) }
    }

    /// Adds a host, or variables to the one of that name.
    package mutating func add(_ host: Host) {
        if let at = hosts.firstIndex(where: { $0.name == host.name }) {
            for (name, value) in host.variables { hosts[at].variables[name] = value }
        } else {
            hosts.append(host)
        }
    }

    /// Adds a group, or members and variables to the one of that name; hosts and groups it names come to be.
    package mutating func add(_ group: Group) {
        for host in group.hosts { add(Host(host)) }
        guard group.name != "all" else {
            for (name, value) in group.variables { variables[name] = value }
            return
        }
        if let at = groups.firstIndex(where: { $0.name == group.name }) {
            groups[at].hosts += group.hosts.filter { !groups[at].hosts.contains($0) }
            groups[at].children += group.children.filter { !groups[at].children.contains($0) }
            for (name, value) in group.variables { groups[at].variables[name] = value }
        } else {
            groups.append(group)
        }
        for child in group.children where self.group(child) == nil { groups.append(Group(child)) }
    }

    package func host(_ name: String) -> Host? { hosts.first { $0.name == name } }
    package func group(_ name: String) -> Group? { groups.first { $0.name == name } }

    /// The hosts of a group and of all groups within it, in the inventory's order; nil where there is no such group.
    package func members(of name: String) -> [String]? {
        if name == "all" { return hosts.map(\.name) }
        if name == "ungrouped" {
            let grouped = Set(groups.flatMap(\.hosts))
            return hosts.map(\.name).filter { !grouped.contains($0) }
        }
        guard group(name) != nil else { return nil }
        let within = Set(descendants(of: name).flatMap { group($0)?.hosts ?? [] })
        return hosts.map(\.name).filter(within.contains)
    }

    /// A group and all groups within it.
    private func descendants(of name: String) -> Set<String> {
        var (found, waiting): (Set<String>, [String]) = ([], [name])
        while let next = waiting.popLast() {
            guard found.insert(next).inserted else { continue }
            waiting += group(next)?.children ?? []
        }
        return found
    }

    /// Every group that holds a host, outer ones first; ties by name, as Ansible orders them.
    package func groups(of host: String) -> [Group] {
        groups.filter { members(of: $0.name)?.contains(host) ?? false }
            .map { (depth: depth(of: $0.name, []), group: $0) }
            .sorted { ($0.depth, $0.group.name) < ($1.depth, $1.group.name) }
            .map(\.group)
    }

    /// How many groups lie around one, at most.
    private func depth(of name: String, _ seen: Set<String>) -> Int {
        if seen.contains(name) { return 0 }
        let parents = groups.filter { $0.children.contains(name) }
        return parents.map { depth(of: $0.name, seen.union([name])) + 1 }.max() ?? 1
    }

    /// Groups by name with all their hosts, as templates see `groups`.
    package var groupsVariable: JSONObject {
        var all: JSONObject = ["all": JSON(hosts.map(\.name)), "ungrouped": JSON(members(of: "ungrouped") ?? [])]
        for group in groups { all[group.name] = JSON(members(of: group.name) ?? []) }
        return all
    }
}
