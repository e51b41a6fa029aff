internal import Bundles
internal import Diagnostics
internal import JSON
internal import Templates
internal import YAML

/// Reads a module's arguments: a mapping, `key=value` words, or a command line.
struct ArgumentReader {
    private let reader: NodeReader
    private let spec: ModuleSpec

    init(_ reader: NodeReader, _ spec: ModuleSpec) {
        self.reader = reader
        self.spec = spec
    }

    /// `defaults` are what the module takes where the task gives nothing.
    func read(_ node: YAMLNode, extra: YAMLNode?, defaults: JSONObject? = nil, into task: inout PlayTask) {
        var arguments: [(name: String, value: JSON, location: SourceLocation)] = []
        reader.checkTemplates(node)
        if let text = node.text, !node.json.isNull {
            arguments += words(text, node.location)
        } else {
            arguments += mapping(node)
        }
        if let extra {
            reader.checkTemplates(extra)
            arguments += mapping(extra)
        }
        for argument in arguments {
            task.argumentLocations[spec.parameter(argument.name)?.name ?? argument.name] = argument.location
        }
        let names = Set(arguments.map { spec.parameter($0.name)?.name ?? $0.name })
        let missing = (defaults ?? JSONObject()).members.filter {
            !names.contains(spec.parameter($0.key)?.name ?? $0.key)
        }
        let given = JSONObject(arguments.map { ($0.name, $0.value) } + missing.map { ($0.key, $0.value) })
        let (normal, problems) = spec.normalize(given, isTemplate: Template.isTemplate)
        task.arguments = normal
        for problem in problems { reader.problems.add(error(problem, task, arguments)) }
    }

    private func mapping(_ node: YAMLNode) -> [(name: String, value: JSON, location: SourceLocation)] {
        reader.entries(node, "'\(spec.name)'").map { entry in
            (entry.key.text ?? entry.key.json.text, entry.value.json, entry.key.location)
        }
    }

    /// `path=/x state=directory`, or for commands the whole line with `creates=` and the like taken out.
    private func words(_ text: String, _ place: SourceLocation) -> [(
        name: String, value: JSON, location: SourceLocation
    )] {
        var arguments: [(name: String, value: JSON, location: SourceLocation)] = []
        var rest: [Substring] = []
        for word in Self.split(text) {
            if let equals = word.firstIndex(of: "="), let parameter = spec.parameter(String(word[..<equals])),
                !spec.takesCommandLine
                    || ["chdir", "creates", "removes", "executable", "stdin"].contains(parameter.name)
            {
                arguments.append((parameter.name, .string(Self.unquoted(word[word.index(after: equals)...])), place))
            } else if spec.takesAny, let equals = word.firstIndex(of: "=") {
                arguments.append(
                    (String(word[..<equals]), .string(Self.unquoted(word[word.index(after: equals)...])), place))
            } else {
                rest.append(word)
            }
        }
        if spec.takesCommandLine {
            let line = arguments.isEmpty ? text : rest.joined(separator: " ")
            arguments.append(("cmd", .string(Self.trimmed(line)), place))
        } else if arguments.isEmpty, let bare = spec.parameter("_raw_params") {
            arguments.append((bare.name, .string(Self.trimmed(text)), place))
        } else {
            for word in rest { arguments.append((String(word), .null, place)) }
        }
        return arguments
    }

    private static func trimmed(_ text: String) -> String {
        var text = text.drop { $0.isWhitespace }
        while text.last?.isWhitespace == true { text.removeLast() }
        return String(text)
    }

    /// Words, with quotes and `{{ … }}` kept whole.
    private static func split(_ text: String) -> [Substring] {
        var (words, quote, depth) = ([Substring](), Character?.none, 0)
        var start: String.Index?
        for index in text.indices {
            let character = text[index]
            if quote == nil, depth == 0, character.isWhitespace {
                if let from = start { words.append(text[from..<index]) }
                start = nil
                continue
            }
            if start == nil { start = index }
            if let open = quote {
                if character == open { quote = nil }
            } else if character == "'" || character == "\"" {
                quote = character
            } else if character == "{" {
                depth += 1
            } else if character == "}" {
                depth = max(0, depth - 1)
            }
        }
        if let from = start { words.append(text[from...]) }
        return words
    }

    private static func unquoted(_ text: Substring) -> String {
        guard text.count >= 2, let first = text.first, first == text.last, first == "'" || first == "\"" else {
            return String(text)
        }
        return String(text.dropFirst().dropLast())
    }

    private func error(
        _ problem: ArgumentProblem, _ task: PlayTask,
        _ arguments: [(name: String, value: JSON, location: SourceLocation)]
    ) -> PlayError {
        func place(_ name: String) -> SourceLocation { arguments.first { $0.name == name }?.location ?? task.location }
        switch problem {
        case .unknown(let name):
            return .unknownArgument(
                name, module: spec.name, nearest: nearestName(to: name, among: spec.argumentNames), at: place(name))
        case .missing(let name): return .missingArgument(name, module: spec.name, at: task.location)
        case .wrongKind(let name, let wanted, _):
            return .wrongArgument(name, module: spec.name, wanted: wanted, at: place(name))
        case .given(let name, let other):
            return .wrongArgument(
                other, module: spec.name, wanted: "left out, since '\(name)' says the same", at: place(other))
        case .exclusive(let name, let other):
            return .wrongArgument(
                other, module: spec.name, wanted: "left out where '\(name)' is given", at: place(other))
        }
    }
}
