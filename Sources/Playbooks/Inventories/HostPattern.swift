/// A choice of hosts: `all`, names of groups and hosts, globs, ranges, joined by `:` or `,`, with `!` and `&`.
package struct HostPattern: Hashable, Sendable {
    private struct Part: Hashable, Sendable {
        enum Role: Hashable, Sendable {
            case add, intersect, exclude
        }

        var role: Role
        var name: String
        var subscripted: Subscript?
    }

    /// `[0]`, `[-1]`, `[0:2]` behind a group's name; the end counts too.
    private struct Subscript: Hashable, Sendable {
        var from: Int
        var to: Int?
        var isRange: Bool
    }

    private let parts: [Part]
    package let text: String

    package init(_ text: String) {
        self.text = text
        var depth = 0
        let pieces = text.split(omittingEmptySubsequences: true) { character in
            if character == "[" { depth += 1 }
            if character == "]" { depth -= 1 }
            return depth == 0 && (character == ":" || character == ",")
        }
        let parts = pieces.map { piece -> Part in
            var name = piece.drop { $0 == " " }
            while name.last == " " { name.removeLast() }
            var role = Part.Role.add
            if name.hasPrefix("!") { role = .exclude }
            if name.hasPrefix("&") { role = .intersect }
            if role != .add { name.removeFirst() }
            let (bare, subscripted) = Self.subscripted(name)
            return Part(role: role, name: bare, subscripted: subscripted)
        }
        // Ansible adds first, then intersects, then excludes, in whatever order they stand.
        let ordered =
            parts.filter { $0.role == .add } + parts.filter { $0.role == .intersect }
            + parts.filter { $0.role == .exclude }
        self.parts =
            ordered.first.map { $0.role == .add } ?? true
            ? ordered : [Part(role: .add, name: "all", subscripted: nil)] + ordered
    }

    private static func subscripted(_ name: Substring) -> (String, Subscript?) {
        guard name.hasSuffix("]"), let open = name.lastIndex(of: "[") else { return (String(name), nil) }
        let inner = name[name.index(after: open)...].dropLast()
        let bounds = inner.split(separator: ":", omittingEmptySubsequences: false)
        guard bounds.count <= 2, let from = Int(bounds[0]) ?? (bounds[0].isEmpty ? 0 : nil) else {
            return (String(name), nil)
        }
        let to = bounds.count == 2 ? Int(bounds[1]) : nil
        return (String(name[..<open]), Subscript(from: from, to: to, isRange: bounds.count == 2))
    }

    /// The hosts it means, in the inventory's order.
    package func hosts(in inventory: Inventory) -> [String] {
        var chosen: [String] = []
        for part in parts {
            let matched = hosts(of: part, in: inventory)
            switch part.role {
            case .add: chosen += matched.filter { !chosen.contains($0) }
            case .intersect: chosen.removeAll { !matched.contains($0) }
            case .exclude: chosen.removeAll { matched.contains($0) }
            }
        }
        return chosen
    }

    /// The names in it that mean nothing in the inventory.
    package func unknownNames(in inventory: Inventory) -> [String] {
        parts.filter { $0.name != "all" && $0.name != "localhost" && matches(of: $0.name, in: inventory) == nil }.map(
            \.name)
    }

    private func hosts(of part: Part, in inventory: Inventory) -> [String] {
        let matched = matches(of: part.name, in: inventory) ?? []
        guard let range = part.subscripted else { return matched }
        func position(_ index: Int) -> Int { index < 0 ? matched.count + index : index }
        let from = position(range.from)
        let to = range.isRange ? range.to.map(position) ?? matched.count - 1 : from
        return matched.indices.filter { $0 >= from && $0 <= to }.map { matched[$0] }
    }

    private func matches(of name: String, in inventory: Inventory) -> [String]? {
        if name == "*" { return inventory.members(of: "all") }
        if let members = inventory.members(of: name) { return members }
        if inventory.host(name) != nil { return [name] }
        guard name.contains(where: { "*?[".contains($0) }) else { return nil }
        let groups = inventory.groups.filter { Glob.matches(name, $0.name) }.flatMap {
            inventory.members(of: $0.name) ?? []
        }
        let found = Set(groups + inventory.hosts.map(\.name).filter { Glob.matches(name, $0) })
        return found.isEmpty ? nil : inventory.hosts.map(\.name).filter(found.contains)
    }
}

/// Shell patterns: `*`, `?`, `[a-c]`, `[!x]`.
package enum Glob {
    package static func matches(_ pattern: String, _ text: String) -> Bool {
        matches(Array(pattern)[...], Array(text)[...])
    }

    private static func matches(_ pattern: ArraySlice<Character>, _ text: ArraySlice<Character>) -> Bool {
        guard let first = pattern.first else { return text.isEmpty }
        switch first {
        case "*":
            let rest = pattern.drop { $0 == "*" }
            return rest.isEmpty || text.indices.contains { matches(rest, text[$0...]) }
        case "?": return !text.isEmpty && matches(pattern.dropFirst(), text.dropFirst())
        case "[":
            guard let close = pattern.dropFirst(2).firstIndex(of: "]"), let character = text.first else { return false }
            var members = pattern[pattern.index(after: pattern.startIndex)..<close]
            let negated = members.first == "!"
            if negated { members = members.dropFirst() }
            return holds(Array(members), character) != negated && matches(pattern[(close + 1)...], text.dropFirst())
        default: return text.first == first && matches(pattern.dropFirst(), text.dropFirst())
        }
    }

    private static func holds(_ members: [Character], _ character: Character) -> Bool {
        var at = 0
        while at < members.count {
            if at + 2 < members.count, members[at + 1] == "-" {
                if members[at] <= character, character <= members[at + 2] { return true }
                at += 3
            } else {
                if members[at] == character { return true }
                at += 1
            }
        }
        return false
    }
}
