internal import JSON

extension FilterTable {
    static let listFilters: [String: Filter] = [
        "length": length,
        "count": length,
        "list": plain { value, _ in .array(try value.elements()) },
        "first": { value, _, _ in
            try value.resolved().elements().first.map { .json($0) } ?? .undefined("the first of an empty list")
        },
        "last": { value, _, _ in
            try value.resolved().elements().last.map { .json($0) } ?? .undefined("the last of an empty list")
        },
        "join": { value, arguments, evaluator in
            let separator = try arguments.text(0, "d") ?? ""
            let attribute = try arguments.json(1, "attribute")
            return .json(
                .string(
                    try value.resolved().elements().map { element in
                        try attribute.map { try evaluator.path($0, of: element).resolved() } ?? element
                    }.map(\.pythonText).joined(separator: separator)))
        },
        "sort": { value, arguments, evaluator in
            try sorted(value, arguments, evaluator, descending: 0, sensitive: 1, attribute: 2)
        },
        "unique": { value, arguments, evaluator in
            let sensitive = try arguments.flag(0, "case_sensitive") ?? false
            let attribute = try arguments.json(1, "attribute")
            var seen: Set<JSON> = []
            return .json(
                .array(
                    try value.resolved().elements().filter { element in
                        let key = try attribute.map { try evaluator.path($0, of: element).resolved() } ?? element
                        return seen.insert(folded(key, sensitive).comparable).inserted
                    }))
        },
        "reverse": plain { value, _ in
            let reversed = try value.elements().reversed()
            return value.string != nil ? .string(reversed.map(\.pythonText).joined()) : .array(Array(reversed))
        },
        "min": { value, arguments, evaluator in
            try extreme("min", value, arguments, evaluator) { try Evaluator.less($0, $1) }
        },
        "max": { value, arguments, evaluator in
            try extreme("max", value, arguments, evaluator) { try Evaluator.less($1, $0) }
        },
        "sum": { value, arguments, evaluator in
            let attribute = try arguments.json(0, "attribute")
            let start = try arguments.json(1, "start") ?? 0
            return .json(
                try value.resolved().elements().reduce(start) { sum, element in
                    try Arithmetic.apply(
                        .add, sum, try attribute.map { try evaluator.path($0, of: element).resolved() } ?? element)
                })
        },
        "flatten": plain { value, arguments in
            let skipsNulls = try arguments.flag(1, "skip_nulls") ?? true
            func flat(_ elements: [JSON], _ levels: Int) -> [JSON] {
                elements.flatMap { element -> [JSON] in
                    if skipsNulls, element.isNull || element == "None" || element == "null" { return [] }
                    guard case .array(let inner) = element, levels != 0 else { return [element] }
                    return flat(inner, levels - 1)
                }
            }
            return .array(flat(try value.elements(), try arguments.integer(0, "levels") ?? -1))
        },
        "batch": plain { value, arguments in
            guard let size = try arguments.integer(0, "linecount"), size > 0 else {
                throw TemplateProblemThrown.bad("batch", "it needs a count")
            }
            let fill = try arguments.json(1, "fill_with") ?? .null
            let elements = try value.elements()
            return .array(
                stride(from: 0, to: elements.count, by: size).map { start in
                    let part = Array(elements[start..<min(start + size, elements.count)])
                    return .array(
                        fill.isNull ? part : part + Array(repeating: fill, count: min(4096, size - part.count)))
                })
        },
        "slice": plain { value, arguments in
            guard let count = try arguments.integer(0, "slices"), (1...4096).contains(count) else {
                throw TemplateProblemThrown.bad("slice", "it needs a count")
            }
            let fill = try arguments.json(1, "fill_with") ?? .null
            let elements = try value.elements()
            let (size, longer) = elements.count.quotientAndRemainder(dividingBy: count)
            return .array(
                (0..<count).map { index in
                    let start = index * size + min(index, longer)
                    let part = Array(elements[start..<start + size + (index < longer ? 1 : 0)])
                    return .array(!fill.isNull && index >= longer ? part + [fill] : part)
                })
        },
    ]

    private static let length: Filter = { value, _, _ in
        switch value {
        case .object(let object): return .json(JSON(object.memberNames.count))
        default:
            let json = try value.resolved()
            if case .object(let members) = json { return .json(JSON(members.count)) }
            return .json(JSON(try json.elements().count))
        }
    }

    static func folded(_ value: JSON, _ sensitive: Bool) -> JSON {
        if !sensitive, case .string(let text) = value { .string(text.lowercased()) } else { value }
    }

    /// A stable sort by the elements or by one or several (comma-separated) of their attributes.
    static func sorted(
        _ value: TemplateValue, _ arguments: CallArguments, _ evaluator: Evaluator, descending: Int, sensitive: Int,
        attribute: Int
    ) throws -> TemplateValue {
        let isSensitive = try arguments.flag(sensitive, "case_sensitive") ?? false
        let paths = try arguments.json(attribute, "attribute").map { path -> [JSON] in
            path.string.map { $0.split(separator: ",").map { .string(String($0)) } } ?? [path]
        }
        let keyed = try value.resolved().elements().map { element in
            (
                key: folded(
                    try paths.map { paths in
                        .array(try paths.map { folded(try evaluator.path($0, of: element).resolved(), isSensitive) })
                    } ?? element, isSensitive), element
            )
        }
        let descends = try arguments.flag(descending, "reverse") ?? false
        return .json(
            .array(
                try keyed.sorted { left, right in
                    try descends ? Evaluator.less(right.key, left.key) : Evaluator.less(left.key, right.key)
                }.map(\.1)))
    }

    private static func extreme(
        _ name: String, _ value: TemplateValue, _ arguments: CallArguments, _ evaluator: Evaluator,
        _ precedes: (JSON, JSON) throws -> Bool
    ) throws -> TemplateValue {
        let sensitive = try arguments.flag(0, "case_sensitive") ?? false
        let attribute = try arguments.json(1, "attribute")
        func key(_ element: JSON) throws -> JSON {
            folded(try attribute.map { try evaluator.path($0, of: element).resolved() } ?? element, sensitive)
        }
        let found = try value.resolved().elements().min { try precedes(try key($0), try key($1)) }
        return found.map { .json($0) } ?? .undefined("the \(name) of an empty list")
    }
}
