internal import Diagnostics
internal import INI
internal import JSON
internal import Linux
internal import Templates

/// A term of `csvfile` and `ini`: a key, and options in the same text, which win over those beside it.
private struct KeyedTerm {
    var key: String
    private var options: [String: String] = [:]

    init(_ term: JSON, _ beside: JSONObject) throws {
        for (name, value) in beside { options[name] = value.pythonText }
        var words: [String] = []
        for word in try ShellWords.split(term.pythonText) {
            if let equals = word.firstIndex(of: "=") {
                options[String(word[..<equals])] = String(word[word.index(after: equals)...])
            } else {
                words.append(word)
            }
        }
        guard !words.isEmpty else { throw Diagnosis("the lookup needs a key to look for: \(term.pythonText)") }
        key = words.joined(separator: " ")
    }

    subscript(name: String) -> String? { options[name] }
    func isOn(_ name: String) -> Bool { ["true", "yes", "1", "on"].contains(options[name]?.lowercased() ?? "") }
}

/// `csvfile`: of the row that begins with a key, one column.
struct CSVLookup {
    private let term: KeyedTerm

    init(_ term: JSON, _ options: JSONObject) throws { self.term = try KeyedTerm(term, options) }

    func find(_ content: (String) throws -> String) throws -> [JSON] {
        let text = try content(term["file"] ?? "ansible.csv")
        let delimiter = term["delimiter"] ?? "TAB"
        guard let column = Int(term["col"] ?? "1"), column >= 0 else {
            throw Diagnosis("'col' of csvfile must be a column's number, from 0 on")
        }
        let rows = Self.rows(text, delimiter == "TAB" ? "\t" : delimiter.first ?? "\t")
        if let row = rows.first(where: { $0.first == term.key }) {
            guard row.indices.contains(column) else {
                throw Diagnosis("the row of '\(term.key)' has no column \(column)")
            }
            return [.string(row[column])]
        }
        return term["default"].map { [.string($0)] } ?? []
    }

    /// Rows of fields as RFC 4180 quotes them.
    static func rows(_ text: String, _ delimiter: Character) -> [[String]] {
        var (rows, row, field, isQuoted) = ([[String]](), [String](), "", false)
        var rest = Substring(text)
        while let character = rest.popFirst() {
            if isQuoted {
                if character != "\"" {
                    field.append(character)
                } else if rest.first == "\"" {
                    field.append(rest.removeFirst())
                } else {
                    isQuoted = false
                }
            } else if character == "\"", field.isEmpty {
                isQuoted = true
            } else if character == delimiter {
                row.append(field)
                field = ""
            } else if character.isNewline {
                rows.append(row + [field])
                (row, field) = ([], "")
            } else {
                field.append(character)
            }
        }
        if !row.isEmpty || !field.isEmpty { rows.append(row + [field]) }
        return rows
    }
}

/// `ini`: a key's value in a section, or in a file of Java's properties.
struct INILookup {
    private let term: KeyedTerm

    init(_ term: JSON, _ options: JSONObject) throws { self.term = try KeyedTerm(term, options) }

    func find(_ content: (String) throws -> String) throws -> [JSON] {
        let name = term["file"] ?? "ansible.ini"
        var text = try content(name)
        var section = term["section"] ?? "global"
        if term["type"] == "properties" {
            section = "java_properties"
            text = "[\(section)]\n" + text
        }
        let file: INIFile
        do {
            file = try INIFile(text)
        } catch {
            throw Diagnosis("line \(error.line) of \(name) is neither a section nor a setting: \(error.text)")
        }
        guard let entries = file[section] else { throw Diagnosis("\(name) has no section '\(section)'") }
        if term.isOn("re") {
            let pattern = try PythonRegex(term.key)
            return entries.entries.filter { pattern.matchesStart(of: $0.name) }.map { .string($0.value) }
        }
        return [(entries[term.key.lowercased()]?.value ?? term["default"]).map { .string($0) } ?? ""]
    }
}
