internal import Crypto
internal import FoundationEssentials
internal import JSON

extension FilterTable {
    static let dataFilters: [String: Filter] = [
        "to_json": plain { value, arguments in
            .string(PythonJSON.text(value, try PythonJSON.Style(arguments, indent: nil, sorted: false, from: 99)))
        },
        "to_nice_json": plain { value, arguments in
            .string(PythonJSON.text(value, try PythonJSON.Style(arguments, indent: 4, sorted: true, from: 0)))
        },
        "tojson": plain { value, arguments in
            let style = PythonJSON.Style(indent: try arguments.integer(0, "indent"), sorted: true)
            let text = PythonJSON.text(value, style)
            return .string(
                text.replacing("<", with: "\\u003c").replacing(">", with: "\\u003e").replacing("&", with: "\\u0026")
                    .replacing("'", with: "\\u0027"))
        },
        "from_json": plain { value, _ in
            do { return try JSON(parsing: value.pythonText) } catch {
                throw TemplateProblemThrown.bad("from_json", "\(error)")
            }
        },
        "to_yaml": plain { value, arguments in
            .string(PythonYAML.text(value, try PythonYAML.Style(arguments, indent: 2, isFlow: nil, from: 99)))
        },
        "to_nice_yaml": plain { value, arguments in
            .string(PythonYAML.text(value, try PythonYAML.Style(arguments, indent: 4, isFlow: false, from: 0)))
        },
        "from_yaml": plain { value, _ in
            guard case .string(let text) = value else { return value }
            return try YAMLText.values(text, "from_yaml").first ?? .null
        },
        "from_yaml_all": plain { value, _ in
            guard case .string(let text) = value else { return value }
            return .array(try YAMLText.values(text, "from_yaml_all"))
        },
        "b64encode": text { value, _ in Data(value.utf8).base64EncodedString() },
        "b64decode": text { value, _ in
            // What is no base64 is passed over.
            let characters = value.filter { $0.isASCII && ($0.isLetter || $0.isNumber || "+/=".contains($0)) }
            guard let bytes = Data(base64Encoded: characters), let text = String(validating: bytes, as: UTF8.self)
            else {
                throw TemplateProblemThrown.bad("b64decode", "this is not base64 of a text")
            }
            return text
        },
        "items": { value, _, _ in
            // Nothing has no items.
            if value.isUndefined { return .json([]) }
            return .json(try MethodTable.items(try value.resolved()))
        },
        "dictsort": plain { value, arguments in
            guard case .object(let members) = value else {
                throw TemplateProblemThrown.bad("dictsort", "\(value.pythonType) is not a dict")
            }
            let sensitive = try arguments.flag(0, "case_sensitive") ?? false
            let by = try arguments.text(1, "by") ?? "key"
            guard by == "key" || by == "value" else {
                throw TemplateProblemThrown.bad("dictsort", "it sorts by 'key' or 'value', not by '\(by)'")
            }
            let descends = try arguments.flag(2, "reverse") ?? false
            let pairs = members.members.map { (folded(by == "value" ? $0.value : .string($0.key), sensitive), $0) }
            let sorted = try pairs.sorted { try descends ? Evaluator.less($1.0, $0.0) : Evaluator.less($0.0, $1.0) }
            return .array(sorted.map { .array([.string($0.1.key), $0.1.value]) })
        },
        "dict2items": plain { value, arguments in
            guard case .object(let members) = value else {
                throw TemplateProblemThrown.bad("dict2items", "\(value.pythonType) is not a dict")
            }
            let key = try arguments.text(0, "key_name") ?? "key"
            let name = try arguments.text(1, "value_name") ?? "value"
            return .array(members.members.map { .object([key: .string($0.key), name: $0.value]) })
        },
        "items2dict": plain { value, arguments in
            let key = try arguments.text(0, "key_name") ?? "key"
            let name = try arguments.text(1, "value_name") ?? "value"
            guard case .array(let elements) = value else {
                throw TemplateProblemThrown.bad("items2dict", "\(value.pythonType) is not a list")
            }
            return .object(
                JSONObject(
                    try elements.map { element in
                        guard let itsKey = element[key], let itsValue = element[name] else {
                            throw TemplateProblemThrown.bad("items2dict", "an element lacks '\(key)' or '\(name)'")
                        }
                        return (itsKey.pythonText, itsValue)
                    }))
        },
        "combine": plain { value, arguments in try Combination(arguments).combine(value, arguments) },
        "subelements": plain { value, arguments in
            .array(
                try Subelements.pairs(
                    value, path: try arguments.required(0, "subelements", of: "subelements"),
                    skipsMissing: try arguments.flag(1, "skip_missing") ?? false))
        },
        "rekey_on_member": plain { value, arguments in
            let key = try arguments.required(0, "key", of: "rekey_on_member").pythonText
            let duplicates = try arguments.text(1, "duplicates") ?? "error"
            guard duplicates == "error" || duplicates == "overwrite" else {
                throw TemplateProblemThrown.bad("rekey_on_member", "duplicates is 'error' or 'overwrite'")
            }
            let elements = value.object?.members.map(\.value) ?? value.array
            guard let elements else {
                throw TemplateProblemThrown.bad("rekey_on_member", "\(value.pythonType) is neither list nor dict")
            }
            var result = JSONObject()
            for element in elements {
                guard let name = element[key]?.pythonText else {
                    throw TemplateProblemThrown.bad("rekey_on_member", "an element has no '\(key)'")
                }
                guard result[name] == nil || duplicates == "overwrite" else {
                    throw TemplateProblemThrown.bad("rekey_on_member", "'\(name)' is there twice")
                }
                result[name] = element
            }
            return .object(result)
        },
        "extract": { value, arguments, evaluator in
            guard let container = arguments.value(0, "container") else {
                throw TemplateProblemThrown.bad("extract", "it needs a container")
            }
            var found = try evaluator.item(try value.resolved(), of: container)
            let more = try arguments.json(1, "morekeys") ?? .null
            for key in more.isNull ? [] : more.array ?? [more] { found = try evaluator.item(key, of: found) }
            return found
        },
    ]
}

extension Evaluator {
    /// An element by key or index of a value that has no name in the template.
    func item(_ key: JSON, of value: TemplateValue) throws -> TemplateValue {
        try item(key, of: value, Expression(kind: .name("the container"), offset: 0))
    }
}
