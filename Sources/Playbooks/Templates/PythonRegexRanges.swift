internal import JSON

// Where a pattern is found, for those who edit what is found.
extension PythonRegex {
    /// Where the first match lies.
    package func firstRange(in text: String) -> Range<String.Index>? {
        ((try? regex.firstMatch(in: text)) ?? nil)?.range
    }

    /// Where a named group of the first match lies; nil where nothing matches.
    package func groupRange(_ name: String, in text: String) -> Range<String.Index>? {
        ((try? regex.firstMatch(in: text)) ?? nil)?.output.first { $0.name == name }?.range
    }

    /// Python's `re.subn`: the new text, and how many places were replaced.
    package func substituting(in text: String, with replacement: String) -> (text: String, count: Int) {
        var count = 0
        let new = text.replacing(regex) { match in
            count += 1
            return Self.expand(replacement, groups(match))
        }
        return (new, count)
    }
}
