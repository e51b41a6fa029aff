package import JSON

extension Inventory {
    /// Every host, those named in `all` first, then the ungrouped ones, then group by group: Ansible's order.
    package var hostNames: [String] { members(of: "all") ?? [] }

    /// Every group's name, `all` and `ungrouped` first.
    package var groupNames: [String] { ["all", "ungrouped"] + groups.map(\.name) }

    /// The hosts of a group and of all groups within it, a group's own before those of its children; nil where there
    /// is no such group.
    package func members(of name: String) -> [String]? {
        guard group(name) != nil else { return nil }
        var (seenGroups, seenHosts): (Set<String>, Set<String>) = ([name], [])
        var (level, members): ([String], [String]) = ([name], [])
        while !level.isEmpty {
            for group in level { members += ownHosts(of: group).filter { seenHosts.insert($0).inserted } }
            level = level.flatMap(children).filter { seenGroups.insert($0).inserted }
        }
        // This machine may be in a group without being in the inventory.
        return name == "all" ? members.filter { host($0) != nil } : members
    }

    private func ownHosts(of name: String) -> [String] {
        guard name == "ungrouped" else { return group(name)?.hosts ?? [] }
        let named = Set(ungrouped.hosts)
        return ungrouped.hosts.filter(isUngrouped) + hosts.map(\.name).filter { !named.contains($0) && isUngrouped($0) }
    }

    private func isUngrouped(_ host: String) -> Bool {
        groupsNaming[host, default: []].allSatisfy { $0 == "all" || $0 == "ungrouped" }
    }

    private func children(of name: String) -> [String] {
        guard name == "all" else { return group(name)?.children ?? [] }
        let tops = groups.map(\.name).filter { parents[$0, default: []].isEmpty }
        return ["ungrouped"] + all.children + tops
    }

    /// A group's name and those of all groups around it.
    func groupsAround(_ names: [String]) -> Set<String> {
        var (found, waiting): (Set<String>, [String]) = ([], names)
        while let next = waiting.popLast() {
            if found.insert(next).inserted { waiting += parents[next] ?? [] }
        }
        return found
    }

    /// Every group but `all` that holds a host, outer ones first, then those of lower priority, then by name: the
    /// later one's variables win.
    package func groups(of host: String) -> [Group] {
        var depths: [String: Int] = [:]
        var names = groupsAround(groupsNaming[host] ?? [])
        names.subtract(["all", "ungrouped"])
        if names.isEmpty, self.host(host) != nil { names = ["ungrouped"] }
        return names.compactMap { name in group(name).map { (depth: depth(of: name, &depths), group: $0) } }
            .sorted { ($0.depth, $0.group.priority, $0.group.name) < ($1.depth, $1.group.priority, $1.group.name) }
            .map(\.group)
    }

    /// How many groups lie around one, at most; `all` lies around every one.
    private func depth(of name: String, _ known: inout [String: Int]) -> Int {
        if let depth = known[name] { return depth }
        // Circles are found when they are read; one made by a program ends here.
        known[name] = 1
        var depth = 1
        for parent in parents[name, default: []] where parent != "all" {
            depth = max(depth, self.depth(of: parent, &known) + 1)
        }
        known[name] = depth
        return depth
    }

    /// Groups by name with all their hosts, as templates see `groups`.
    package var groupsVariable: JSONObject {
        JSONObject(groupNames.map { ($0, JSON(members(of: $0) ?? [])) })
    }
}
