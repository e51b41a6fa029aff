package import Diagnostics
internal import JSON
internal import YAML

extension Inventory {
    /// Reads Ansible's INI form; every mistake at once.
    package init(parsingINI text: String, file: String) throws(Diagnoses) {
        self.init()
        var problems: [Diagnosis] = []
        var section = (group: "ungrouped", kind: "hosts")
        for (number, line) in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).enumerated() {
            let place = SourceLocation(file: file, line: number + 1, column: 1 + line.prefix { $0.isWhitespace }.count)
            let content = line.drop { $0.isWhitespace }
            if content.isEmpty || content.hasPrefix("#") || content.hasPrefix(";") { continue }
            do throws(InventoryError) {
                if content.hasPrefix("["), let end = content.firstIndex(of: "]"), !content.contains("=") {
                    section = try Self.section(content[content.index(after: content.startIndex)..<end], place)
                    if section.group != "ungrouped" { add(Group(section.group)) }
                } else {
                    try take(content, section, place)
                }
            } catch {
                problems.append(error.diagnosis)
            }
        }
        if let circle = groups.first(where: { isWithinItself($0.name) }) {
            problems.append(
                InventoryError.circle(circle.name, at: SourceLocation(file: file, line: 1, column: 1)).diagnosis)
        }
        if !problems.isEmpty { throw Diagnoses(problems) }
    }

    private static func section(_ text: Substring, _ place: SourceLocation) throws(InventoryError) -> (
        group: String, kind: String
    ) {
        let parts = text.split(separator: ":", maxSplits: 1).map(String.init)
        let kind = parts.count == 2 ? parts[1] : "hosts"
        guard let name = parts.first, ["hosts", "vars", "children"].contains(kind) else {
            throw .unknownSection(String(text), at: place)
        }
        return (name, kind)
    }

    private mutating func take(_ line: Substring, _ section: (group: String, kind: String), _ place: SourceLocation)
        throws(InventoryError)
    {
        switch section.kind {
        case "vars":
            guard let equals = line.firstIndex(of: "=") else { throw .notASetting(String(line), at: place) }
            let name = line[..<equals].filter { !$0.isWhitespace }
            let value = Self.value(Self.trimmed(line[line.index(after: equals)...]))
            add(Group(section.group, variables: [name: value]))
        case "children":
            let words = try Self.words(line, place)
            guard words.count == 1 else { throw .hostAsChild(String(line), at: place) }
            add(Group(section.group, children: [words[0]]))
        default:
            var words = try Self.words(line, place)
            let pattern = words.removeFirst()
            var variables = JSONObject()
            for word in words {
                guard let equals = word.firstIndex(of: "=") else { throw .notASetting(word, at: place) }
                variables[String(word[..<equals])] = Self.value(String(word[word.index(after: equals)...]))
            }
            for name in try HostRange.expand(pattern, place) {
                add(Host(name, variables: variables))
                if section.group != "ungrouped" { add(Group(section.group, hosts: [name])) }
            }
        }
    }

    private func isWithinItself(_ name: String) -> Bool {
        var (seen, waiting): (Set<String>, [String]) = ([], group(name)?.children ?? [])
        while let next = waiting.popLast() {
            if next == name { return true }
            if seen.insert(next).inserted { waiting += group(next)?.children ?? [] }
        }
        return false
    }

    private static func trimmed(_ text: Substring) -> String {
        var text = text.drop { $0.isWhitespace }
        while text.last?.isWhitespace == true { text.removeLast() }
        return String(text)
    }

    /// Words as a shell cuts them; a `#` after white space begins a comment.
    private static func words(_ line: Substring, _ place: SourceLocation) throws(InventoryError) -> [String] {
        var words: [String] = []
        var word: String?
        var quote: Character?
        for character in line {
            if let open = quote {
                if character == open { quote = nil } else { word?.append(character) }
            } else if character == "'" || character == "\"" {
                quote = character
                word = word ?? ""
            } else if character.isWhitespace {
                if let done = word { words.append(done) }
                word = nil
            } else if character == "#", word == nil {
                break
            } else {
                word = (word ?? "") + String(character)
            }
        }
        guard quote == nil else { throw .unclosedQuote(at: place) }
        if let word { words.append(word) }
        return words
    }

    /// Python's lists and dicts are YAML's flow style, but for `None`.
    private static func literal(_ node: YAMLNode) -> JSON {
        switch node.content {
        case .scalar(let scalar): scalar.isPlain && scalar.text == "None" ? JSON.null : node.json
        case .sequence(let elements): .array(elements.map(literal))
        case .mapping(let entries): .object(JSONObject(entries.map { ($0.key.text ?? "", literal($0.value)) }))
        }
    }

    /// A Python literal as Ansible evaluates it (numbers, True, lists, dicts), else the text.
    private static func value(_ text: String) -> JSON {
        if text.count >= 2, let first = text.first, first == text.last, first == "'" || first == "\"" {
            return .string(String(text.dropFirst().dropLast()))
        }
        switch text {
        case "True": return true
        case "False": return false
        case "None": return .null
        default: break
        }
        if text.hasPrefix("[") || text.hasPrefix("{") {
            // What is no literal stays the text that it is.
            return (try? YAML.document(text, file: "")).map(literal) ?? .string(text)
        }
        if text.hasPrefix("0"), text.count > 1, text.allSatisfy(\.isNumber) { return .string(text) }
        if let number = Int64(text) { return .integer(number) }
        if text.contains("."), let number = Double(text), text.allSatisfy({ $0.isNumber || $0 == "." || $0 == "-" }) {
            return .number(number)
        }
        return .string(text)
    }
}

/// `node[1:3]`, `node[01:12]`, `rack[a:c]`, with steps.
enum HostRange {
    static func expand(_ pattern: String, _ place: SourceLocation) throws(InventoryError) -> [String] {
        guard let open = pattern.firstIndex(of: "["), let close = pattern[open...].firstIndex(of: "]") else {
            return [pattern]
        }
        let bounds = pattern[pattern.index(after: open)..<close].split(separator: ":").map(String.init)
        let (head, tail) = (String(pattern[..<open]), String(pattern[pattern.index(after: close)...]))
        guard (2...3).contains(bounds.count), let step = bounds.count == 3 ? Int(bounds[2]) : 1, step > 0 else {
            throw .badRange(pattern, at: place)
        }
        var names: [String] = []
        if let from = Int(bounds[0]), let to = Int(bounds[1]), from <= to, to - from < 100_000 {
            let width = bounds[0].hasPrefix("0") ? bounds[0].count : 0
            names = stride(from: from, through: to, by: step).map { number in
                let digits = String(number)
                return head + String(repeating: "0", count: max(0, width - digits.count)) + digits
            }
        } else if bounds[0].utf8.count == 1, bounds[1].utf8.count == 1, let from = bounds[0].utf8.first,
            let to = bounds[1].utf8.first, from <= to
        {
            names = stride(from: from, through: to, by: step).map { head + String(UnicodeScalar($0)) }
        } else {
            throw .badRange(pattern, at: place)
        }
        let tails = try expand(tail, place)
        return names.flatMap { name in tails.map { name + $0 } }
    }
}
