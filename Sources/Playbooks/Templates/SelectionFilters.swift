internal import JSON

extension FilterTable {
    static let selectionFilters: [String: Filter] = [
        "map": { value, arguments, evaluator in
            let elements = try sequence(value)
            if let attribute = try arguments.named.first(where: { $0.name == "attribute" })?.value.resolved() {
                let fallback = arguments.named.first { $0.name == "default" }?.value
                return .json(
                    .array(
                        try elements.map { element in
                            let found = try evaluator.path(attribute, of: element)
                            return try (found.isUndefined ? fallback ?? found : found).resolved()
                        }))
            }
            let name = shortName(of: try arguments.required(0, "filter", of: "map").pythonText)
            try known(filter: name)
            return .json(
                .array(try elements.map { try apply(name, .json($0), arguments.dropping(1), evaluator).resolved() }))
        },
        "select": { try choose($0, $1, $2, byAttribute: false, keeps: true) },
        "reject": { try choose($0, $1, $2, byAttribute: false, keeps: false) },
        "selectattr": { try choose($0, $1, $2, byAttribute: true, keeps: true) },
        "rejectattr": { try choose($0, $1, $2, byAttribute: true, keeps: false) },
        "groupby": { value, arguments, evaluator in
            let attribute = try arguments.required(0, "attribute", of: "groupby")
            let fallback = arguments.value(1, "default")
            let sensitive = try arguments.flag(2, "case_sensitive") ?? false
            var groups: [(key: JSON, name: JSON, elements: [JSON])] = []
            for element in try value.resolved().elements() {
                let found = try evaluator.path(attribute, of: element)
                let name = try (found.isUndefined ? fallback ?? found : found).resolved()
                let key = folded(name, sensitive)
                if let at = groups.firstIndex(where: { $0.key.equals(key) }) {
                    groups[at].elements.append(element)
                } else {
                    groups.append((key, name, [element]))
                }
            }
            return .json(
                .array(
                    try groups.sorted { try Evaluator.less($0.key, $1.key) }.map {
                        .array([$0.name, .array($0.elements)])
                    }))
        },
    ]

    static func known(filter name: String) throws {
        guard all[name] == nil else { return }
        throw TemplateProblemThrown(.unknownFilter(name, nearest: TemplateNames.nearestFilter(to: name)))
    }

    /// The elements; what is empty or nothing has none.
    private static func sequence(_ value: TemplateValue) throws -> [JSON] {
        let json = try value.resolved()
        return json.isTruthy ? try json.elements() : []
    }

    private static func choose(
        _ value: TemplateValue, _ arguments: CallArguments, _ evaluator: Evaluator, byAttribute: Bool, keeps: Bool
    ) throws -> TemplateValue {
        let elements = try sequence(value)
        let attribute: JSON? =
            if byAttribute { try arguments.required(0, "attribute", of: "selectattr") } else { Optional.none }
        let rest = arguments.dropping(byAttribute ? 1 : 0)
        let name = try rest.positional.first.map { shortName(of: try $0.resolved().pythonText) }
        if let name, TestTable.all[name] == nil {
            throw TemplateProblemThrown(.unknownTest(name, nearest: TemplateNames.nearestTest(to: name)))
        }
        return .json(
            .array(
                try elements.filter { element in
                    let subject: TemplateValue =
                        try attribute.map { try evaluator.path($0, of: element) } ?? .json(element)
                    let holds =
                        if let name {
                            try TestTable.apply(name, subject, rest.dropping(1), evaluator)
                        } else {
                            try subject.resolved().isTruthy
                        }
                    return holds == keeps
                }))
    }
}
