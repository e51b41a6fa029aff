package import JSON

/// A regular expression in Python's dialect, matched by scalars as Python does.
package struct PythonRegex {
    let regex: Regex<AnyRegexOutput>

    /// Compiles a pattern; throws a template error where it is malformed.
    package init(_ pattern: String, ignoresCase: Bool = false, multiline: Bool = false) throws {
        do {
            var regex = try Regex(Self.translated(pattern)).matchingSemantics(.unicodeScalar)
            if ignoresCase { regex = regex.ignoresCase() }
            if multiline { regex = regex.anchorsMatchLineEndings() }
            self.regex = regex
        } catch {
            throw TemplateProblemThrown.bad("the regular expression '\(pattern)'", "\(error)")
        }
    }

    init(_ pattern: String, _ arguments: CallArguments, ignorecase: Int, multiline: Int) throws {
        try self.init(
            pattern, ignoresCase: try arguments.flag(ignorecase, "ignorecase") ?? false,
            multiline: try arguments.flag(multiline, "multiline") ?? false)
    }

    /// `\Z` is Python's end of text, which Swift spells `\z`.
    private static func translated(_ pattern: String) -> String {
        var result = ""
        var escaped = false
        for character in pattern {
            result.append(escaped && character == "Z" ? "z" : character)
            escaped = !escaped && character == "\\"
        }
        return result
    }

    func groups(_ match: Regex<AnyRegexOutput>.Match) -> [JSON] {
        match.output.map { group in group.substring.map { .string(String($0)) } ?? .null }
    }

    /// The whole match and its groups, or nil.
    package func firstMatch(in text: String) -> [JSON]? { ((try? regex.firstMatch(in: text)) ?? nil).map(groups) }

    private func names(_ match: Regex<AnyRegexOutput>.Match) -> [String: JSON] {
        let pairs = zip(match.output, groups(match)).compactMap { element, group in element.name.map { ($0, group) } }
        return Dictionary(pairs) { first, _ in first }
    }

    /// The whole match with its groups, and the named ones by name, or nil.
    func firstNamedMatch(in text: String) -> (groups: [JSON], names: [String: JSON])? {
        // A match that cannot be had is none.
        guard let match = (try? regex.firstMatch(in: text)) ?? nil else { return nil }
        let groups = groups(match)
        return (groups, names(match))
    }

    /// Whether the pattern is found at the start of the text.
    package func matchesStart(of text: String) -> Bool { ((try? regex.prefixMatch(in: text)) ?? nil) != nil }

    /// Whether the whole text matches.
    func matchesWhole(_ text: String) -> Bool { ((try? regex.wholeMatch(in: text)) ?? nil) != nil }

    /// Whether the pattern is found anywhere.
    package func isFound(in text: String) -> Bool { firstMatch(in: text) != nil }

    package func allMatches(in text: String) -> [[JSON]] { text.matches(of: regex).map(groups) }

    /// Python's `re.sub`: `\1` and `\g<1>` in the replacement stand for groups; a maximum of 0 is none.
    package func replacing(in text: String, with replacement: String, maximum: Int = 0) -> String {
        text.replacing(regex, maxReplacements: maximum > 0 ? maximum : Int.max) { match in
            Self.expand(replacement, groups(match), names(match))
        }
    }

    /// A replacement with the groups of a match put in.
    package static func expand(_ replacement: String, _ groups: [JSON], _ names: [String: JSON] = [:]) -> String {
        guard replacement.contains("\\") else { return replacement }
        var result = ""
        var rest = Substring(replacement)
        while let backslash = rest.firstIndex(of: "\\") {
            result += rest[..<backslash]
            rest = rest[rest.index(after: backslash)...]
            var digits = rest.prefix { $0.isASCII && $0.isNumber }.prefix(2)
            if digits.isEmpty, rest.hasPrefix("g<"), let end = rest.firstIndex(of: ">") {
                digits = rest.dropFirst(2)[..<end]
                rest = rest[rest.index(after: end)...]
                if let group = names[String(digits)] {
                    result += group.string ?? ""
                    continue
                }
            } else {
                rest = rest.dropFirst(digits.count)
            }
            if let number = Int(digits) {
                if groups.indices.contains(number) { result += groups[number].string ?? "" }
            } else if rest.hasPrefix("n") {
                result += "\n"
                rest = rest.dropFirst()
            } else if rest.hasPrefix("t") {
                result += "\t"
                rest = rest.dropFirst()
            } else if rest.hasPrefix("\\") {
                result += "\\"
                rest = rest.dropFirst()
            } else {
                result += "\\"
            }
        }
        return result + rest
    }
}
