/// Shell patterns: `*`, `?`, `[a-c]`, `[!x]`.
package enum Glob {
    /// Whether the whole text is one of those that the pattern stands for.
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
            // A "]" right after "[" or "[!" is a member; without an end, "[" stands for itself.
            let negated = pattern.dropFirst().first == "!"
            let start = pattern.startIndex + (negated ? 2 : 1)
            guard let close = pattern.dropFirst(negated ? 3 : 2).firstIndex(of: "]") else {
                return text.first == first && matches(pattern.dropFirst(), text.dropFirst())
            }
            guard let character = text.first else { return false }
            return holds(Array(pattern[start..<close]), character) != negated
                && matches(pattern[(close + 1)...], text.dropFirst())
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
