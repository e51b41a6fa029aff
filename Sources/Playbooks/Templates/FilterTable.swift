internal import JSON

/// Every filter by its name.
enum FilterTable {
    typealias Filter = @Sendable (TemplateValue, CallArguments, Evaluator) throws -> TemplateValue

    static let all: [String: Filter] = [
        core, textFilters, markupFilters, regexFilters, listFilters, setFilters, selectionFilters, dataFilters,
        hashFilters, mathFilters, pathFilters, timeFilters, addressFilters, queryFilters,
    ].reduce(into: [:]) { $0.merge($1) { first, _ in first } }

    static func apply(
        _ name: String, _ value: TemplateValue, _ arguments: CallArguments, _ evaluator: Evaluator
    ) throws -> TemplateValue {
        guard let filter = all[name] else { throw TemplateProblemThrown(.unknownFilter(name, nearest: nil)) }
        return try filter(value, arguments, evaluator)
    }

    /// `ansible.builtin.combine` is `combine`.
    static func shortName(of name: String) -> String {
        for collection in [
            "ansible.builtin.", "ansible.legacy.", "ansible.utils.", "ansible.netcommon.", "ansible.posix.",
            "community.general.", "community.crypto.",
        ] where name.hasPrefix(collection) {
            return String(name.dropFirst(collection.count))
        }
        return name
    }

    /// A filter over an existing value.
    static func plain(_ filter: @escaping @Sendable (JSON, CallArguments) throws -> JSON) -> Filter {
        { value, arguments, _ in .json(try filter(try value.resolved(), arguments)) }
    }

    /// A filter over text; other values are written out first.
    static func text(_ filter: @escaping @Sendable (String, CallArguments) throws -> String) -> Filter {
        plain { value, arguments in .string(try filter(value.pythonText, arguments)) }
    }

    private static let defaultValue: Filter = { value, arguments, _ in
        let fallback = arguments.value(0, "default_value") ?? .json("")
        if value.isUndefined { return fallback }
        guard try arguments.flag(1, "boolean") == true, case .json(let json) = value, !json.isTruthy else {
            return value
        }
        return fallback
    }

    /// Secrets are the controller's: they are read before a template sees them.
    private static let vault: Filter = { _, _, _ in
        throw TemplateProblemThrown.bad("vault", "secrets are kept in files and variables of ansible-vault only")
    }

    private static let core: [String: Filter] = [
        "default": defaultValue,
        "d": defaultValue,
        "mandatory": { value, arguments, _ in
            if value.isUndefined, let message = try arguments.text(0, "msg") {
                throw TemplateProblemThrown.bad("mandatory", message)
            }
            return .json(try value.resolved())
        },
        "ternary": { value, arguments, _ in
            let json = try value.resolved()
            guard let yes = arguments.value(0, "true_val"), let no = arguments.value(1, "false_val") else {
                throw TemplateProblemThrown.bad("ternary", "it needs a value for true and one for false")
            }
            if json.isNull, let none = arguments.value(2, "none_val"), try !none.resolved().isNull { return none }
            return json.isTruthy ? yes : no
        },
        "string": plain { value, _ in .string(value.pythonText) },
        "bool": plain { value, _ in
            if case .string(let text) = value {
                return .bool(["yes", "on", "1", "true"].contains(text.lowercased()))
            }
            return value.isNull ? .null : .bool(value.numeric == 1)
        },
        "attr": { value, arguments, evaluator in
            let name = try arguments.required(0, "name", of: "attr")
            // The keys of a dict are no attributes.
            guard case .object = value else { return .undefined("the attribute '\(name.pythonText)'") }
            return try evaluator.item(name, of: value)
        },
        "pprint": plain { value, _ in .string(value.pythonRepresentation) },
        "safe": plain { value, _ in value },
        "vault": vault,
        "unvault": vault,
        "type_debug": plain { value, _ in
            switch value {
            case .null: "NoneType"
            case .bool: "bool"
            case .integer: "int"
            case .number: "float"
            case .string: "str"
            case .array: "list"
            case .object: "dict"
            }
        },
    ]
}
