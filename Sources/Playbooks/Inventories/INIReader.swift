package import Diagnostics
internal import JSON
internal import Linux

/// Reads one text in Ansible's INI form into an inventory; every mistake at once.
struct INIReader {
    private enum Kind: String {
        case hosts, vars, children
    }

    /// A group that was named before its own section: by `[NAME:vars]`, or as a child of others.
    private struct Mention {
        var parents: [String] = []
        var place: SourceLocation
    }

    private let file: String
    private let source: String?
    private var inventory: Inventory
    private var mentioned: [String: Mention] = [:]
    private var section = (group: "ungrouped", kind: Kind.hosts)
    private var problems: [Diagnosis] = []

    private init(_ file: String, _ source: String?, _ inventory: Inventory) {
        self.file = file
        self.source = source
        self.inventory = inventory
    }

    static func read(_ text: String, file: String, source: String?, into inventory: inout Inventory) throws(Diagnoses) {
        var reader = INIReader(file, source, inventory)
        for (number, line) in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).enumerated() {
            reader.read(line, number + 1)
        }
        for (name, mention) in reader.mentioned {
            reader.problems.append(InventoryError.undefinedGroup(name, at: mention.place).diagnosis)
        }
        if !reader.problems.isEmpty { throw Diagnoses(reader.problems) }
        inventory = reader.inventory
    }

    private mutating func read(_ line: Substring, _ number: Int) {
        let place = SourceLocation(file: file, line: number, column: 1 + line.prefix { $0.isWhitespace }.count)
        let content = Self.trimmed(line)
        if content.isEmpty || content.hasPrefix("#") || content.hasPrefix(";") { return }
        do throws(InventoryError) {
            if let header = Self.header(content) {
                try begin(header, place)
            } else if content.hasPrefix("["), content.hasSuffix("]") {
                throw .unknownSection(String(content.dropFirst().dropLast()), at: place)
            } else {
                try take(content, place)
            }
        } catch {
            problems.append(error.diagnosis)
        }
    }

    /// What stands between the brackets of a line that is a section's head, with nothing but a comment behind it.
    private static func header(_ line: Substring) -> Substring? {
        guard line.hasPrefix("["), let end = line.firstIndex(of: "]") else { return nil }
        let rest = line[line.index(after: end)...].drop { $0.isWhitespace }
        let inner = line[line.index(after: line.startIndex)..<end]
        let isName = !inner.isEmpty && !inner.hasPrefix(":") && !inner.contains(where: \.isWhitespace)
        return isName && (rest.isEmpty || rest.hasPrefix("#")) ? inner : nil
    }

    private mutating func begin(_ header: Substring, _ place: SourceLocation) throws(InventoryError) {
        let parts = header.split(separator: ":", maxSplits: 1).map(String.init)
        guard let kind = parts.count == 2 ? Kind(rawValue: parts[1]) : .hosts else {
            throw .unknownSection(String(header), at: place)
        }
        let name = parts[0]
        section = (name, kind)
        let isNew = inventory.group(name) == nil
        inventory.add(Inventory.Group(name))
        if kind == .vars {
            if isNew, mentioned[name] == nil { mentioned[name] = Mention(place: place) }
        } else if let mention = mentioned.removeValue(forKey: name) {
            for parent in mention.parents { try addChild(name, to: parent, mention.place) }
        }
    }

    private mutating func take(_ line: Substring, _ place: SourceLocation) throws(InventoryError) {
        switch section.kind {
        case .vars:
            guard let equals = line.firstIndex(of: "=") else { throw .notASetting(String(line), at: place) }
            let value = PythonLiteral.value(of: String(Self.trimmed(line[line.index(after: equals)...])))
            inventory.add(Inventory.Group(section.group, variables: [String(Self.trimmed(line[..<equals])): value]))
        case .children:
            let name = line.prefix { !$0.isWhitespace && $0 != ":" && $0 != "]" }
            let rest = line[name.endIndex...].drop { $0.isWhitespace }
            guard !name.isEmpty, rest.isEmpty || rest.hasPrefix("#") else {
                throw .hostAsChild(String(line), at: place)
            }
            let child = String(name)
            if inventory.group(child) == nil {
                mentioned[child, default: Mention(place: place)].parents.append(section.group)
            } else {
                try addChild(child, to: section.group, place)
            }
        case .hosts: try takeHosts(line, place)
        }
    }

    private mutating func addChild(_ child: String, to parent: String, _ place: SourceLocation) throws(InventoryError) {
        if inventory.groupsAround([parent]).contains(child) { throw .circle(child, at: place) }
        inventory.add(Inventory.Group(parent, children: [child]))
    }

    private mutating func takeHosts(_ line: Substring, _ place: SourceLocation) throws(InventoryError) {
        let words: [String]
        do throws(ShellWords.Failure) {
            words = try ShellWords.split(line, comments: true)
        } catch {
            throw error == .unclosedQuote ? .unclosedQuote(at: place) : .unfinishedEscape(at: place)
        }
        guard let pattern = words.first, !pattern.isEmpty, pattern != "---" else {
            throw .badHost(words.first ?? String(line), at: place)
        }
        let (names, port) = HostAddress.parts(of: pattern)
        if pattern.hasSuffix(":"), port == nil { throw .badHost(pattern, at: place) }
        var variables = port.map { JSONObject([("ansible_port", JSON($0))]) } ?? JSONObject()
        for word in words.dropFirst() {
            guard let equals = word.firstIndex(of: "=") else { throw .notASetting(word, at: place) }
            variables[String(word[..<equals])] = PythonLiteral.value(of: String(word[word.index(after: equals)...]))
        }
        for name in try HostRange.expand(names, place) {
            inventory.add(Inventory.Host(name, variables: variables, source: source))
            inventory.add(Inventory.Group(section.group, hosts: [name]))
        }
    }

    private static func trimmed(_ text: Substring) -> Substring {
        var text = text.drop { $0.isWhitespace }
        while text.last?.isWhitespace == true { text.removeLast() }
        return text
    }
}

extension Inventory {
    /// Reads Ansible's INI form; every mistake at once.
    package init(parsingINI text: String, file: String) throws(Diagnoses) {
        self.init()
        try INIReader.read(text, file: file, source: nil, into: &self)
    }
}
