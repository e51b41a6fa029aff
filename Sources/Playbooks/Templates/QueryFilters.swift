internal import JSON

extension FilterTable {
    /// Filters of community.general.
    static let queryFilters: [String: Filter] = [
        "json_query": plain { value, arguments in
            let text = try arguments.required(0, "expr", of: "json_query").pythonText
            return try JMESPath(parsing: text).value(of: value)
        },
        "dict": plain { value, _ in .object(JSONObject(try value.pairs())) },
        "dict_kv": plain { value, arguments in
            .object([try arguments.required(0, "key", of: "dict_kv").pythonText: value])
        },
        "counter": plain { value, _ in
            var counts = JSONObject()
            for element in try value.elements() {
                counts[element.pythonText] = .integer((counts[element.pythonText]?.whole ?? 0) + 1)
            }
            return .object(counts)
        },
        "groupby_as_dict": plain { value, arguments in
            let attribute = try arguments.required(0, "attribute", of: "groupby_as_dict").pythonText
            var result = JSONObject()
            for element in try value.elements() {
                guard let key = element[attribute]?.pythonText else {
                    throw TemplateProblemThrown.bad("groupby_as_dict", "an element has no '\(attribute)'")
                }
                guard result[key] == nil else {
                    throw TemplateProblemThrown.bad("groupby_as_dict", "'\(key)' is there twice")
                }
                result[key] = element
            }
            return .object(result)
        },
        "lists_mergeby": plain { value, arguments in
            let values = try [value] + arguments.positional.map { try $0.resolved() }
            guard values.count > 1, case .string(let key)? = values.last else {
                throw TemplateProblemThrown.bad("lists_mergeby", "it needs lists and the name of a key")
            }
            let combination = try Combination(CallArguments(positional: [], named: arguments.named))
            var merged: [JSON: JSON] = [:]
            for element in try values.dropLast().flatMap({ try $0.elements() }) {
                guard let name = element[key] else { continue }
                merged[name] = try combination.combine(
                    merged[name] ?? [:], CallArguments(positional: [.json(element)], named: []))
            }
            return .array(try merged.sorted { try Evaluator.less($0.key, $1.key) }.map(\.value))
        },
        "version_sort": plain { value, arguments in
            let reverse = try arguments.flag(0, "reverse") ?? false
            let keyed = try value.elements().map { (Versions.loose($0.pythonText), $0) }
            let sorted = try keyed.sorted { try reverse ? Evaluator.less($1.0, $0.0) : Evaluator.less($0.0, $1.0) }
            return .array(sorted.map(\.1))
        },
    ]
}
