package import JSON

/// A task module's name and the arguments it takes, known to both sides.
package struct ModuleSpec: Sendable {
    /// What an argument may hold once it is rendered.
    package enum Kind: Hashable, Sendable {
        case text, path, flag, integer, number, list, dictionary, any
        /// An octal or symbolic file mode, or `preserve`.
        case mode
        case choice([String])
    }

    package struct Parameter: Sendable {
        package var name: String
        package var kind: Kind
        package var aliases: [String] = []
        package var isRequired = false
    }

    package var name: String
    package var parameters: [Parameter]
    /// Whether a bare string is a command line (`command: ls -l`).
    package var takesCommandLine = false
    /// Whether any other argument is taken too (`set_fact`).
    package var takesAny = false
    /// The argument that names a file of the controller; of a command line its first word does.
    package var controllerFile: String?
    /// Whether it may be a folder there.
    package var takesFolders = false
    /// Arguments of which only one may be given.
    package var alternatives: [[String]] = []

    /// Whether a task with these arguments takes a file of the controller.
    package func takesFromController(_ arguments: JSONObject) -> Bool {
        // Fragments lie on the machine unless the task says otherwise; `copy: false` is what `remote_src: true` was called once.
        if name == "assemble" { return arguments["remote_src"]?.bool == false }
        return controllerFile != nil && arguments["remote_src"]?.bool != true && arguments["copy"]?.bool != false
    }

    /// The parameter of that name or alias.
    package func parameter(_ name: String) -> Parameter? {
        parameters.first { $0.name == name || $0.aliases.contains(name) }
    }

    /// Every name an argument may have.
    package var argumentNames: [String] { parameters.flatMap { [$0.name] + $0.aliases } }
}

/// What is wrong with a task's arguments.
package enum ArgumentProblem: Hashable, Sendable {
    case unknown(String)
    case missing(String)
    case wrongKind(String, wanted: String, value: String)
    case given(String, twiceAs: String)
    case exclusive(String, with: String)
}

extension ModuleSpec {
    /// The arguments under their first names, and what is wrong with them; templates pass as they are.
    package func normalize(_ arguments: JSONObject, isTemplate: (String) -> Bool = { _ in false }) -> (
        JSONObject, [ArgumentProblem]
    ) {
        var (normal, problems) = (JSONObject(), [ArgumentProblem]())
        for (name, value) in arguments {
            guard let parameter = parameter(name) else {
                if takesAny {
                    normal[name] = value
                } else {
                    problems.append(.unknown(name))
                }
                continue
            }
            if normal[parameter.name] != nil { problems.append(.given(parameter.name, twiceAs: name)) }
            if case .string(let text) = value, isTemplate(text) {
                normal[parameter.name] = value
            } else if let converted = parameter.kind.convert(value) {
                normal[parameter.name] = converted
            } else {
                problems.append(.wrongKind(name, wanted: parameter.kind.described, value: value.text))
            }
        }
        for group in alternatives {
            let given = group.filter { name in
                // What is still a template may yet turn out to be left out; `false` asks for nothing.
                guard let value = normal[name], !value.isNull, value != false else { return false }
                return !(value.string.map(isTemplate) ?? false)
            }
            if given.count > 1 { problems.append(.exclusive(given[0], with: given[1])) }
        }
        for parameter in parameters
        where parameter.isRequired && normal[parameter.name] == nil && arguments[parameter.name] == nil {
            problems.append(.missing(parameter.name))
        }
        return (normal, problems)
    }
}

extension ModuleSpec.Kind {
    /// The value as this kind, or nil where it is none.
    func convert(_ value: JSON) -> JSON? {
        if value.isNull { return value }
        switch self {
        case .any: return value
        case .text, .path:
            switch value {
            case .string: return value
            case .bool(let flag): return .string(flag ? "True" : "False")
            case .integer, .number: return .string(value.text)
            default: return self == .text ? .string(value.text) : Optional.none
            }
        case .mode:
            switch value {
            case .string: return value
            case .integer(let bits): return .integer(bits)
            default: return Optional.none
            }
        case .flag:
            switch value {
            case .bool: return value
            case .integer(0), .string("0"): return false
            case .integer(1), .string("1"): return true
            case .string(let text):
                if ["yes", "on", "true", "y", "t"].contains(text.lowercased()) { return true }
                return ["no", "off", "false", "n", "f"].contains(text.lowercased()) ? false : Optional.none
            default: return Optional.none
            }
        case .integer:
            if let number = value.integer { return JSON(number) }
            return value.string.flatMap { Int64($0) }.map { .integer($0) }
        case .number:
            if value.double != nil { return value }
            return value.string.flatMap { Double($0) }.map { .number($0) }
        case .list:
            switch value {
            case .array: return value
            case .string(let text): return JSON(text.split(separator: ",").map { String($0.drop { $0 == " " }) })
            case .object: return Optional.none
            default: return .array([value])
            }
        case .dictionary: return value.object == nil ? Optional.none : value
        case .choice(let choices):
            if let text = value.string { return choices.contains(text) ? value : Optional.none }
            if case .bool(let flag) = value {
                return choices.contains(flag ? "yes" : "no") ? .string(flag ? "yes" : "no") : Optional.none
            }
            return Optional.none
        }
    }

    var described: String {
        switch self {
        case .text: "a string"
        case .path: "a path"
        case .flag: "yes or no"
        case .integer: "an integer"
        case .number: "a number"
        case .list: "a list"
        case .dictionary: "a mapping"
        case .any: "anything"
        case .mode: "a mode such as '0644'"
        case .choice(let choices): "one of " + choices.joined(separator: ", ")
        }
    }
}
