package import JSON

/// What the tasks of a run add to its inventory.
package enum InventoryGrowth: Hashable, Sendable {
    /// A host comes into a group, which lies within others; those that are not there yet come to be.
    case member(host: String, group: String, parents: [String])
    /// A host with its own variables, in these groups.
    case host(String, groups: [String], variables: JSONObject)

    /// A host as it is written, with or without a port behind it.
    package init(hostAsWritten text: String, groups: [String], variables: JSONObject) {
        let (name, port) = HostAddress.partsOfOne(text)
        var variables = variables
        if let port { variables["ansible_ssh_port"] = JSON(port) }
        self = .host(name, groups: groups, variables: variables)
    }
}

extension Inventory {
    /// Adds it; whether that is news is told as Ansible counts it.
    package mutating func grow(_ growth: InventoryGrowth) throws(InventoryError) -> Bool {
        switch growth {
        case .member(let host, let group, let parents): try put(host, in: group, within: parents)
        case .host(let name, let groups, let variables): put(name, variables, in: groups)
        }
    }

    private mutating func put(
        _ host: String, in group: String, within parents: [String]
    ) throws(InventoryError) -> Bool {
        for parent in parents where groupsAround([parent]).contains(group) {
            throw .groupWithinItself(group, around: parent)
        }
        let isNew = self.group(group) == nil
        var isNews = false
        add(Group(group))
        for parent in parents {
            isNews = isNews || self.group(parent) == nil
            add(Group(parent))
        }
        for parent in parents where isNew || !isChild(group, of: parent) {
            isNews = true
            // Who is in nothing is in `all`, and stays there when it comes into something else.
            let isTop = self.parents[group, default: []].isEmpty
            if isTop, !isNew { add(Group("all", children: [group])) }
            if parent != "all" || parents.count > 1 || !isTop { add(Group(parent, children: [group])) }
        }
        guard members(of: group)?.contains(host) != true else { return isNews }
        put(host, in: group)
        return true
    }

    private func isChild(_ group: String, of parent: String) -> Bool {
        let around = parents[group, default: []]
        return around.contains(parent) || parent == "all" && around.isEmpty
    }

    private mutating func put(_ name: String, _ variables: JSONObject, in groups: [String]) -> Bool {
        var isNews = host(name) == nil
        if isNews {
            add(Host(name, variables: ["inventory_file": .null, "inventory_dir": .null]))
            put(name, in: "all")
        }
        for (variable, value) in variables where host(name)?.variables[variable] != value {
            add(Host(name, variables: [variable: value]))
            isNews = true
        }
        for group in groups {
            isNews = isNews || self.group(group) == nil
            add(Group(group))
            if put(name, in: group) { isNews = true }
        }
        return isNews
    }
}
