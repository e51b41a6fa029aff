/// A text of `[sections]` with `name = value` lines, as Python's `configparser` reads it, without interpolation.
package struct INIFile: Hashable, Sendable {
    /// One setting; its name is in lower case.
    package struct Entry: Hashable, Sendable {
        package var name: String
        package var value: String
        package var line: Int
    }

    package struct Section: Hashable, Sendable {
        package var name: String
        package var entries: [Entry] = []

        /// The last value of that name.
        package subscript(name: String) -> Entry? { entries.last { $0.name == name } }
    }

    /// A line that is neither a section's head nor a setting of one; lines count from 1.
    package struct SyntaxError: Error, Hashable {
        package var line: Int
        package var text: String
    }

    /// In the order of the file; the entries of `[DEFAULT]` stand before those of every other section.
    package private(set) var sections: [Section] = []

    /// Reads a text; `#` and `;` at a line's begin are comments, indented lines go on with a value.
    package init(_ text: String, inlineComments: String = "") throws(SyntaxError) {
        var isOpen = false
        for (number, line) in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).enumerated() {
            var content = Self.trimmed(line)
            if content.isEmpty || content.hasPrefix("#") || content.hasPrefix(";") { continue }
            content = Self.trimmed(Self.uncommented(content, inlineComments))
            if line.first?.isWhitespace == true, isOpen, let section = sections.indices.last,
                let entry = sections[section].entries.indices.last
            {
                sections[section].entries[entry].value += "\n" + content
            } else if content.hasPrefix("["), let end = content.firstIndex(of: "]") {
                open(String(content[content.index(after: content.startIndex)..<end]))
                isOpen = false
            } else {
                guard let sign = content.firstIndex(where: { $0 == "=" || $0 == ":" }), !sections.isEmpty else {
                    throw SyntaxError(line: number + 1, text: String(content))
                }
                let value = String(Self.trimmed(content[content.index(after: sign)...]))
                let name = Self.trimmed(content[..<sign]).lowercased()
                sections[sections.count - 1].entries.append(Entry(name: name, value: value, line: number + 1))
                isOpen = true
            }
        }
        let defaults = sections.first { $0.name == "DEFAULT" }?.entries ?? []
        sections.removeAll { $0.name == "DEFAULT" }
        for at in sections.indices { sections[at].entries.insert(contentsOf: defaults, at: 0) }
    }

    /// A section that stands twice goes on.
    private mutating func open(_ name: String) {
        let at = sections.firstIndex { $0.name == name }
        sections.append(at.map { sections.remove(at: $0) } ?? Section(name: name))
    }

    /// The section of that name.
    package subscript(name: String) -> Section? { sections.first { $0.name == name } }

    /// The text before the first of those characters that follows white space.
    private static func uncommented(_ text: Substring, _ signs: String) -> Substring {
        guard !signs.isEmpty else { return text }
        for at in text.indices.dropFirst() where signs.contains(text[at]) && text[text.index(before: at)].isWhitespace {
            return text[..<at]
        }
        return text
    }

    private static func trimmed(_ text: Substring) -> Substring {
        var text = text.drop { $0.isWhitespace }
        while text.last?.isWhitespace == true { text.removeLast() }
        return text
    }
}
