internal import Diagnostics
package import JSON

/// How a template is read: its delimiters, what white space it drops, and what its strings' backslashes mean.
package struct TemplateDialect: Hashable, Sendable {
    /// A string of a playbook: backslashes of its expressions' strings stay, as Ansible keeps them.
    package static let value = TemplateDialect(isValue: true)

    /// A template file, where strings have Python's escapes.
    package static func file(lstripBlocks: Bool = false, trimBlocks: Bool = true) -> TemplateDialect {
        TemplateDialect(isValue: false, lstripBlocks: lstripBlocks, trimBlocks: trimBlocks)
    }

    /// A file as the arguments of the module `template` want it read; those that are no texts and flags count as not given.
    package init(ofFile arguments: JSONObject) {
        self = .file()
        for (name, path) in Self.flags { if let flag = arguments[name]?.bool { self[keyPath: path] = flag } }
        for (name, path) in Self.strings {
            guard let text = arguments[name]?.string, !text.isEmpty else { continue }
            self[keyPath: path] = name == "newline_sequence" ? Self.newlines[text] ?? text : text
        }
    }

    /// What a sequence of newlines is called by its escapes.
    private static let newlines = ["\\n": "\n", "\\r": "\r", "\\r\\n": "\r\n"]

    /// The arguments that say how a file is read.
    package static let arguments = Set(flags.keys).union(strings.keys)

    private init(isValue: Bool, lstripBlocks: Bool = false, trimBlocks: Bool = true) {
        self.isValue = isValue
        (self.lstripBlocks, self.trimBlocks) = (lstripBlocks, trimBlocks)
    }

    let isValue: Bool
    /// Whether white space before a statement at the start of its line goes.
    package var lstripBlocks = false
    /// Whether the newline behind a statement goes.
    package var trimBlocks = true
    package var blockStart = "{%"
    package var blockEnd = "%}"
    package var variableStart = "{{"
    package var variableEnd = "}}"
    package var commentStart = "{#"
    package var commentEnd = "#}"
    /// What each newline of the output becomes.
    package var newline = "\n"

    /// What begins the first line of a template that sets its own dialect.
    static let header = "#jinja2:"

    /// Applies a header line's `name: value` pairs, as in `#jinja2: trim_blocks: False, lstrip_blocks: True`.
    mutating func apply(header line: Substring) throws(TemplateProblemThrown) {
        for pair in line.dropFirst(Self.header.count).split(separator: ",") {
            guard let colon = pair.firstIndex(of: ":") else {
                throw TemplateProblemThrown(.syntax("'\(Conversions.trimmed(String(pair)))' is not 'option: value'"))
            }
            let name = Conversions.trimmed(String(pair[..<colon]))
            try set(name, to: Literals.literal(Conversions.trimmed(String(pair[pair.index(after: colon)...]))))
        }
    }

    private mutating func set(_ name: String, to value: JSON?) throws(TemplateProblemThrown) {
        if let path = Self.flags[name], let flag = value?.bool {
            self[keyPath: path] = flag
        } else if let path = Self.strings[name], let text = value?.string, !text.isEmpty {
            self[keyPath: path] = text
        } else if Self.flags[name] != nil || Self.strings[name] != nil {
            throw TemplateProblemThrown(
                .syntax("'\(name)' needs \(Self.flags[name] != nil ? "True or False" : "a quoted text")"))
        } else {
            let near = nearestName(to: name, among: Array(Self.flags.keys) + Self.strings.keys)
            throw TemplateProblemThrown(
                .syntax("unknown option '\(name)'" + (near.map { ", did you mean '\($0)'?" } ?? "")))
        }
    }

    private static var flags: [String: WritableKeyPath<TemplateDialect, Bool>] {
        ["trim_blocks": \.trimBlocks, "lstrip_blocks": \.lstripBlocks]
    }

    private static var strings: [String: WritableKeyPath<TemplateDialect, String>] {
        [
            "block_start_string": \.blockStart, "block_end_string": \.blockEnd,
            "variable_start_string": \.variableStart, "variable_end_string": \.variableEnd,
            "comment_start_string": \.commentStart, "comment_end_string": \.commentEnd, "newline_sequence": \.newline,
        ]
    }
}
