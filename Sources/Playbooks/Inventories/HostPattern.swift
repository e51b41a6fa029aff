package import Diagnostics
internal import FoundationEssentials

/// A choice of hosts: `all`, names of groups and hosts, globs, `~` regular expressions, positions, joined by `:` or `,`,
/// with `!` and `&`.
package struct HostPattern: Hashable, Sendable {
    private struct Part: Hashable, Sendable {
        enum Role: Hashable, Sendable {
            case add, intersect, exclude
        }

        var role: Role
        var name: String
        var subscripted: Subscript?
    }

    /// `[0]`, `[-1]`, `[0:2]` behind a name; the end counts too.
    private enum Subscript: Hashable, Sendable {
        case one(Int)
        case range(from: Int, to: Int?)
    }

    private let parts: [Part]
    package let text: String

    package init(_ text: String) { self.init([text]) }

    /// Several patterns as a list of them means it: all that any of them adds, less what any excludes.
    package init(_ texts: [String]) { self.init(pieces: texts.flatMap(Self.split), text: texts.joined(separator: ",")) }

    /// What `--limit` takes: patterns, and `@FILE` for those that a file has, one a line.
    package init(limit text: String) throws(Diagnoses) {
        var pieces: [String] = []
        for piece in Self.split(text) {
            guard piece.hasPrefix("@") else {
                pieces.append(piece)
                continue
            }
            let path = String(piece.dropFirst())
            do {
                let lines = String(decoding: try Data(contentsOf: URL(filePath: path)), as: UTF8.self)
                pieces += lines.split(separator: "\n").map(Self.trimmed).filter { !$0.isEmpty }
            } catch {
                let problem = Diagnosis(
                    "the limit '\(piece)' names no file that can be read", fix: "name a file with a host a line")
                throw Diagnoses([problem])
            }
        }
        self.init(pieces: pieces, text: text)
    }

    private init(pieces: [String], text: String) {
        self.text = text
        let parts = pieces.map { piece -> Part in
            var name = piece[...]
            var role = Part.Role.add
            if name.hasPrefix("!") { role = .exclude }
            if name.hasPrefix("&") { role = .intersect }
            if role != .add { name.removeFirst() }
            let (bare, subscripted) = Self.subscripted(name)
            return Part(role: role, name: bare, subscripted: subscripted)
        }
        // Ansible adds first, then intersects, then excludes, in whatever order they stand.
        let added = parts.filter { $0.role == .add }
        self.parts =
            (added.isEmpty ? [Part(role: .add, name: "all", subscripted: nil)] : added)
            + parts.filter { $0.role == .intersect } + parts.filter { $0.role == .exclude }
    }

    /// Commas part patterns; where there is none, colons do, unless the whole is an address or a host with a port.
    private static func split(_ text: String) -> [String] {
        if text.contains(",") { return text.split(separator: ",").map(trimmed).filter { !$0.isEmpty } }
        if HostAddress(text) != nil { return [text] }
        var depth = 0
        return text.split { character in
            if character == "[" { depth += 1 }
            if character == "]" { depth -= 1 }
            return depth <= 0 && (character == ":" || character.isWhitespace)
        }.map(String.init)
    }

    private static func trimmed(_ text: Substring) -> String {
        var text = text.drop { $0.isWhitespace }
        while text.last?.isWhitespace == true { text.removeLast() }
        return String(text)
    }

    private static func subscripted(_ name: Substring) -> (String, Subscript?) {
        guard !name.hasPrefix("~"), name.hasSuffix("]"), let open = name.lastIndex(of: "["), open > name.startIndex
        else { return (String(name), nil) }
        let inner = name[name.index(after: open)...].dropLast()
        let bare = String(name[..<open])
        if let index = Int(inner), inner.first != "+" { return (bare, .one(index)) }
        let bounds = inner.split(maxSplits: 1, omittingEmptySubsequences: false) { $0 == ":" || $0 == "-" }
        guard bounds.count == 2, let from = Int(bounds[0]), from >= 0, bounds[1].allSatisfy(\.isNumber) else {
            return (String(name), nil)
        }
        return (bare, .range(from: from, to: Int(bounds[1])))
    }

    /// The hosts it means, in the order of the groups that it names.
    package func hosts(in inventory: Inventory) -> [String] {
        var chosen: [String] = []
        for part in parts {
            let matched = hosts(of: part, in: inventory)
            switch part.role {
            case .add: chosen += matched
            case .intersect:
                let kept = Set(matched)
                chosen.removeAll { !kept.contains($0) }
            case .exclude:
                let gone = Set(matched)
                chosen.removeAll { gone.contains($0) }
            }
        }
        var seen: Set<String> = []
        return chosen.filter { seen.insert($0).inserted }
    }

    /// The names in it that mean nothing in the inventory, those with a position that is beyond their hosts included.
    package func unknownNames(in inventory: Inventory) -> [String] {
        parts.filter { part in
            if part.name == "all" { return false }
            guard let matches = matches(of: part.name, in: inventory) else { return true }
            return !matches.isEmpty && hosts(of: part, in: inventory).isEmpty
        }.map(\.name)
    }

    private func hosts(of part: Part, in inventory: Inventory) -> [String] {
        if part.role == .add, part.subscripted == nil, inventory.host(part.name) != nil { return [part.name] }
        let matched = matches(of: part.name, in: inventory) ?? []
        switch part.subscripted {
        case nil: return matched
        case .one(let index):
            let position = index < 0 ? matched.count + index : index
            return matched.indices.contains(position) ? [matched[position]] : []
        case .range(let from, let to):
            return Array(matched.prefix((to ?? matched.count - 1) + 1).dropFirst(from))
        }
    }

    /// The hosts of all groups of that name or like it, then hosts like it where the pattern can mean a host; nil where
    /// there is neither group nor host.
    private func matches(of name: String, in inventory: Inventory) -> [String]? {
        let isLike = Self.matcher(name)
        let isPattern = name.hasPrefix("~") || name.contains { ".?*[".contains($0) }
        let groups = isPattern ? inventory.groupNames.filter(isLike) : inventory.group(name).map { [$0.name] } ?? []
        var found = groups.flatMap { inventory.members(of: $0) ?? [] }
        if isPattern {
            found += inventory.hosts.map(\.name).filter(isLike)
        } else if groups.isEmpty, inventory.host(name) != nil {
            found.append(name)
        }
        if found.isEmpty, let local = inventory.hostOrLocal(name) { return [local.name] }
        return groups.isEmpty && found.isEmpty ? nil : found
    }

    private static func matcher(_ name: String) -> (String) -> Bool {
        guard name.hasPrefix("~") else { return { Glob.matches(name, $0) } }
        // What is no regular expression matches nothing, and so is among the unknown names.
        guard let regex = try? Regex(String(name.dropFirst())).matchingSemantics(.unicodeScalar) else {
            return { _ in false }
        }
        return { ((try? regex.prefixMatch(in: $0)) ?? nil) != nil }
    }
}
