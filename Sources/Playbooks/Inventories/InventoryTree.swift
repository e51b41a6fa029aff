package import JSON

extension Inventory {
    /// The tree that Ansible reads from a YAML or JSON file.
    package var tree: JSON {
        var placed: Set<String> = []
        let children = JSONObject(topGroups.map { ($0.name, node($0, &placed)) })
        var all: JSON = ["hosts": .object(JSONObject(hosts.map { ($0.name, .object($0.variables)) }))]
        if !variables.isEmpty { all["vars"] = .object(variables) }
        if !children.isEmpty { all["children"] = .object(children) }
        return ["all": all]
    }

    /// What an executable inventory answers to `--list`, with all hosts' variables at once.
    package var listing: JSON {
        var listing: JSON = [
            "_meta": ["hostvars": .object(JSONObject(hosts.map { ($0.name, .object($0.variables)) }))],
            "all": ["children": JSON(["ungrouped"] + topGroups.map(\.name)), "vars": .object(variables)],
            "ungrouped": ["hosts": JSON(members(of: "ungrouped") ?? [])],
        ]
        for group in groups {
            listing[group.name] = [
                "hosts": JSON(group.hosts), "children": JSON(group.children), "vars": .object(group.variables),
            ]
        }
        return listing
    }

    /// Groups that are within no other.
    private var topGroups: [Group] {
        let inner = Set(groups.flatMap(\.children))
        return groups.filter { !inner.contains($0.name) }
    }

    /// A group with what is in it; in a second place its name is enough.
    private func node(_ group: Group, _ placed: inout Set<String>) -> JSON {
        guard placed.insert(group.name).inserted else { return [:] }
        var node: JSON = [:]
        if !group.hosts.isEmpty { node["hosts"] = .object(JSONObject(group.hosts.map { ($0, [:]) })) }
        if !group.variables.isEmpty { node["vars"] = .object(group.variables) }
        let children = group.children.compactMap { name in self.group(name).map { ($0.name, self.node($0, &placed)) } }
        if !children.isEmpty { node["children"] = .object(JSONObject(children)) }
        return node
    }
}
