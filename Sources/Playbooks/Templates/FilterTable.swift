internal import JSON

/// Every filter by its name.
enum FilterTable {
    typealias Filter = @Sendable (TemplateValue, CallArguments, Evaluator) throws -> TemplateValue

    static let all: [String: Filter] = [
        core, textFilters, listFilters, selectionFilters, dataFilters, pathFilters, expressionFilters,
    ].reduce(into: [:]) { $0.merge($1) { first, _ in first } }

    static func apply(
        _ name: String, _ value: TemplateValue, _ arguments: CallArguments, _ evaluator: Evaluator
    ) throws -> TemplateValue {
        guard let filter = all[name] else { throw TemplateProblemThrown(.unknownFilter(name, nearest: nil)) }
        return try filter(value, arguments, evaluator)
    }

    /// `ansible.builtin.combine` is `combine`.
    static func shortName(of name: String) -> String {
        for collection in ["ansible.builtin.", "ansible.utils.", "community.general."] where name.hasPrefix(collection)
        {
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
            if json.isNull, let none = arguments.value(2, "none_val") { return none }
            return arguments.value(json.isTruthy ? 0 : 1, json.isTruthy ? "true_val" : "false_val")
                ?? .undefined("ternary")
        },
        "string": plain { value, _ in .string(value.pythonText) },
        "bool": plain { value, _ in .bool(Conversions.boolean(value)) },
        "int": plain { value, arguments in
            let fallback = Int64(try arguments.integer(0, "default") ?? 0)
            return .integer(Conversions.integer(value, base: try arguments.integer(1, "base") ?? 10) ?? fallback)
        },
        "float": plain { value, arguments in
            let fallback = try arguments.json(0, "default")?.numeric ?? 0
            return .number(Conversions.float(value) ?? fallback)
        },
        "abs": plain { value, _ in
            if let number = value.whole { return .integer(number == .min ? .max : abs(number)) }
            guard let number = value.numeric else {
                throw TemplateProblemThrown.bad("abs", "\(value.pythonType) is not a number")
            }
            return .number(abs(number))
        },
        "round": plain { value, arguments in
            guard let number = value.numeric else {
                throw TemplateProblemThrown.bad("round", "\(value.pythonType) is not a number")
            }
            let method = try arguments.text(1, "method") ?? "common"
            if value.whole != nil, method == "common", try arguments.integer(0, "precision") ?? 0 >= 0 { return value }
            let digits = max(-15, min(15, try arguments.integer(0, "precision") ?? 0))
            let scale = (0..<abs(digits)).reduce(1.0) { result, _ in result * 10 }
            let scaled = digits < 0 ? number / scale : number * scale
            let rounded =
                switch method {
                case "ceil": scaled.rounded(.up)
                case "floor": scaled.rounded(.down)
                default: scaled.rounded(.toNearestOrEven)
                }
            return .number(digits < 0 ? rounded * scale : rounded / scale)
        },
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
