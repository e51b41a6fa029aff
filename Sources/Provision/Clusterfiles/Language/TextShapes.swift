internal import JSON
internal import YAML

extension YAMLNode {
    /// The text of a string or a number.
    func words() throws(Complaint) -> String {
        switch json {
        case .string(let text): return text
        case .integer, .number: if let text { return text }
        default: break
        }
        throw .wrongType
    }
}

extension Shape {
    /// A text that `parse` understands; nil from it means that the text is something else.
    static func parsed(
        _ wants: String, pattern: String?, examples: [String], example: String? = nil,
        _ parse: @escaping @Sendable (String) -> Value?
    ) -> Shape {
        Shape(wants: wants, example: example ?? examples[0], form: .text(pattern: pattern, examples: examples)) {
            node, _ throws(Complaint) in
            let text = try node.words()
            guard let value = parse(text) else { throw .wrongValue(why: "this is '\(text)'", instead: nil) }
            return value
        }
    }

    /// One of the words that an enumeration has.
    static func choice(example: String) -> Shape where Value: RawRepresentable<String> & CaseIterable {
        choice(Value.allCases.map { ($0.rawValue, $0) }, example: example)
    }

    /// One of some words, in the order in which they are told.
    static func choice(_ choices: [(word: String, value: Value)], example: String) -> Shape {
        let words = choices.map(\.word)
        let meanings = Dictionary(uniqueKeysWithValues: choices.map { ($0.word, $0.value) })
        let wants = quoted(words).replacing(" and ", with: " or ")
        return Shape(wants: wants, example: example, form: .choice(words)) { node, _ throws(Complaint) in
            let text = try node.words()
            guard let value = meanings[text] else {
                throw .wrongValue(why: "this is '\(text)'", instead: nearestWord(text, among: words))
            }
            return value
        }
    }
}

extension Shape<String> {
    /// Any text that is not empty.
    static func text(_ wants: String, example: String) -> Shape {
        Shape(wants: wants, example: example, form: .text(pattern: nil, examples: [example])) {
            node, _ throws(Complaint) in
            let text = try node.words()
            guard !text.isEmpty else { throw .wrongValue(why: "this is empty", instead: nil) }
            return text
        }
    }

    /// A text in a language of its own, in which `${NAME}` means something else.
    static func verbatim(_ wants: String, example: String) -> Shape {
        var shape = text(wants, example: example)
        shape.isVerbatim = true
        return shape
    }

    /// A text that `isFit` lets pass.
    static func word(
        _ wants: String, pattern: String, examples: [String], _ isFit: @escaping @Sendable (String) -> Bool
    ) -> Shape {
        .parsed(wants, pattern: pattern, examples: examples) { isFit($0) ? $0 : nil }
    }

    /// A path on the host, relative to the Clusterfile's folder.
    static func hostPath(_ what: String, example: String) -> Shape {
        Shape(wants: "the path of \(what)", example: example, form: .text(pattern: nil, examples: [example])) {
            node, _ throws(Complaint) in
            let text = try node.words()
            guard !text.isEmpty else { throw .wrongValue(why: "this is empty", instead: nil) }
            if text.hasPrefix("~/") {
                throw .wrongValue(why: "'~' is a shell's", instead: "${HOME}" + text.dropFirst())
            }
            return text
        }
    }

    /// An absolute path in the machine, without `.`, `..` and a slash at its end.
    static func machinePath(example: String) -> Shape {
        Shape(
            wants: "an absolute path in the machine such as \(example)", example: example,
            form: .text(pattern: "^/", examples: [example])
        ) { node, _ throws(Complaint) in
            let text = try node.words()
            let parts = text.split(separator: "/")
            guard text.hasPrefix("/") else {
                throw .wrongValue(why: "'\(text)' does not begin with '/'", instead: text.isEmpty ? nil : "/" + text)
            }
            guard !parts.contains(".."), !text.contains(where: \.isNewline) else {
                throw .wrongValue(why: "'\(text)' leads elsewhere", instead: nil)
            }
            return "/" + parts.filter { $0 != "." }.joined(separator: "/")
        }
    }

    static let userName = Shape(
        wants: "a user's name such as cluster", example: "cluster",
        form: .text(pattern: "^[a-z_][a-z0-9_-]{0,31}$", examples: ["cluster", "me", "_admin-1"])
    ) { node, _ throws(Complaint) in
        let text = try node.words()
        guard text != "root" else {
            throw .wrongValue(why: "root cannot be the ordinary user, who may use sudo anyway", instead: nil)
        }
        guard isAccountName(text) else {
            throw .wrongValue(
                why: "'\(text)' is not lower-case letters, digits, '-' and '_' after a letter, 32 at most", instead: nil
            )
        }
        return text
    }

    /// A user's or group's name or number in the machine.
    static func account(_ what: String) -> Shape {
        .word(
            "\(what)'s name in the machine", pattern: "^([a-z_][a-z0-9_-]{0,31}|[0-9]+)$", examples: ["root", "1000"]
        ) { isAccountName($0) || !$0.isEmpty && $0.utf8.allSatisfy(isDigit) }
    }

    static let variableName = Shape(
        wants: "variables' names of letters, digits and '_'", example: "colour",
        form: .text(pattern: "^[A-Za-z_][A-Za-z0-9_]*$", examples: ["colour"])
    ) { node, _ throws(Complaint) in
        let text = try node.words()
        guard text.isWord() else {
            let mended = text.replacing("-", with: "_")
            throw .wrongValue(why: "this is '\(text)'", instead: mended.isWord() ? mended : nil)
        }
        return text
    }

    static let groupName: Shape = .word(
        "names of groups, of letters, digits, '_' and '-'", pattern: "^[A-Za-z_][A-Za-z0-9_-]*$",
        examples: ["web", "etcd"]
    ) { $0.isWord(also: "-") }
}

extension Shape<Bool> {
    static let flag = Shape(wants: "true or false", example: "true", form: .boolean) { node, _ throws(Complaint) in
        guard let flag = node.json.bool ?? node.text.flatMap({ Bool($0) }) else { throw .wrongType }
        return flag
    }
}

extension Shape<JSONObject> {
    /// Variables of an inventory; what they take from the environment is put in.
    static let variables = Shape(
        wants: "names with values", example: "{colour: blue}", form: .names(.anything, examples: ["colour", "port"])
    ) { node, context throws(Complaint) in
        guard let entries = node.mapping else { throw .wrongType }
        var variables = JSONObject()
        for entry in entries {
            guard let name = context.element(entry.key, .variableName) else { continue }
            variables[name] = context.expandedTree(entry.value).json
        }
        return variables
    }
}

private func isAccountName(_ text: String) -> Bool {
    guard let first = text.utf8.first, isLower(first) || first == UInt8(ascii: "_"), text.utf8.count <= 32 else {
        return false
    }
    return text.utf8.allSatisfy {
        isLower($0) || isDigit($0) || $0 == UInt8(ascii: "_") || $0 == UInt8(ascii: "-")
    }
}
