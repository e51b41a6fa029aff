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
            var (seen, result): ([JSON], [JSON]) = ([], [])
            for element in try value.resolved().elements() {
                let key = folded(
                    try attribute.map { try evaluator.path($0, of: element).resolved() } ?? element, sensitive)
                if seen.contains(where: { $0.equals(key) }) { continue }
                seen.append(key)
                result.append(element)
            }
            return .json(.array(result))
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
        "union": plain { value, arguments in
            .array(uniqued(try value.elements() + arguments.required(0, "other", of: "union").elements()))
        },
        "intersect": plain { value, arguments in
            let other = try arguments.required(0, "other", of: "intersect").elements()
            return .array(uniqued(try value.elements()).filter { element in other.contains { $0.equals(element) } })
        },
        "difference": plain { value, arguments in
            let other = try arguments.required(0, "other", of: "difference").elements()
            return .array(uniqued(try value.elements()).filter { element in !other.contains { $0.equals(element) } })
        },
        "symmetric_difference": plain { value, arguments in
            let (left, right) = (
                try value.elements(), try arguments.required(0, "other", of: "symmetric_difference").elements()
            )
            return .array(
                uniqued(
                    left.filter { element in !right.contains { $0.equals(element) } }
                        + right.filter { element in !left.contains { $0.equals(element) } }))
        },
        "flatten": plain { value, arguments in
            func flat(_ elements: [JSON], _ levels: Int) -> [JSON] {
                elements.flatMap { element in
                    if case .array(let inner) = element {
                        levels == 0 ? [element] : flat(inner, levels - 1)
                    } else {
                        element.isNull ? [] : [element]
                    }
                }
            }
            return .array(flat(try value.elements(), try arguments.integer(0, "levels") ?? -1))
        },
        "zip": plain { value, arguments in
            let lists = try [value.elements()] + arguments.positional.map { try $0.resolved().elements() }
            return .array((0..<(lists.map(\.count).min() ?? 0)).map { index in .array(lists.map { $0[index] }) })
        },
        "batch": plain { value, arguments in
            guard let size = try arguments.integer(0, "linecount"), size > 0 else {
                throw TemplateProblemThrown.bad("batch", "it needs a count")
            }
            let elements = try value.elements()
            return .array(
                stride(from: 0, to: elements.count, by: size).map {
                    .array(Array(elements[$0..<min($0 + size, elements.count)]))
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

    private static func uniqued(_ elements: [JSON]) -> [JSON] {
        elements.reduce(into: []) { result, element in
            if !result.contains(where: { $0.equals(element) }) { result.append(element) }
        }
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
