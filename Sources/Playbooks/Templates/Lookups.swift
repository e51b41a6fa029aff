internal import Diagnostics
package import JSON

/// Ansible's lookups: those over values are computed here, those over the controller's files and processes are asked of
/// the surroundings.
package enum Lookups {
    typealias Lookup = @Sendable ([JSON], JSONObject, any TemplateScope) throws -> [JSON]

    /// What the surroundings answer: `TemplateScope.lookup`.
    package static let asked: Set<String> = [
        "csvfile", "env", "file", "fileglob", "first_found", "ini", "inventory_hostnames", "lines", "password", "pipe",
        "unvault",
    ]

    /// Every lookup's short name, in order.
    package static let names: [String] = asked.union(computed.keys).sorted()

    /// Whether there is a lookup of that name, short or full.
    package static func isKnown(_ plugin: String) -> Bool {
        let name = shortName(of: plugin)
        return asked.contains(name) || computed[name] != nil
    }

    /// The lookup that a mistyped name most likely meant.
    package static func nearest(to plugin: String) -> String? { nearestName(to: shortName(of: plugin), among: names) }

    /// `ansible.builtin.file` is `file`.
    package static func shortName(of plugin: String) -> String {
        for collection in ["ansible.builtin.", "ansible.legacy.", "community.general."]
        where plugin.hasPrefix(collection) {
            return String(plugin.dropFirst(collection.count))
        }
        return plugin
    }

    /// The elements that `with_PLUGIN: terms` loops over; the terms are rendered already.
    package static func items(of plugin: String, terms: JSON, in scope: some TemplateScope) throws -> [JSON] {
        try TemplateError.placeless { try run(LookupRequest(loop: plugin, terms: terms), scope) }
    }

    private static func run(_ request: LookupRequest, _ scope: any TemplateScope) throws -> [JSON] {
        if let lookup = computed[request.plugin] { return try lookup(request.terms, request.options, scope) }
        guard asked.contains(request.plugin) else { throw unknown(request.plugin) }
        return try scope.lookup(request.plugin, request.terms, request.options)
    }

    private static func unknown(_ plugin: String) -> TemplateProblemThrown {
        TemplateProblemThrown(.unknownLookup(plugin, nearest: nearest(to: plugin)))
    }

    /// What a call of `lookup` or `query` asks for.
    static func request(_ arguments: CallArguments) throws -> LookupRequest {
        let plugin = try arguments.required(0, "plugin", of: "lookup").pythonText
        guard isKnown(plugin) else { throw unknown(plugin) }
        return LookupRequest(
            plugin: plugin, terms: try arguments.positional.dropFirst().map { try $0.resolved() },
            options: try arguments.namedValues(except: ["wantlist", "errors", "allow_unsafe"]))
    }

    /// `lookup(…)`: one text, or the only value, or a list; `query(…)` is always a list.
    static func call(_ arguments: CallArguments, isQuery: Bool, _ scope: any TemplateScope) throws -> JSON {
        let request = try request(arguments)
        let wantsList =
            try isQuery || arguments.named.first { $0.name == "wantlist" }?.value.resolved().isTruthy == true
        let errors = try arguments.named.first { $0.name == "errors" }?.value.resolved().pythonText ?? "strict"
        let found: [JSON]
        do {
            found = try run(request, scope)
        } catch  where (errors == "ignore" || errors == "warn") && isForgivable(error) {
            return wantsList ? [] : .null
        }
        if wantsList || found.isEmpty { return .array(found) }
        let texts = found.compactMap(\.string)
        if texts.count == found.count { return .string(texts.joined(separator: ",")) }
        return found.count == 1 ? found[0] : .array(found)
    }

    /// An undefined variable is told whatever `errors` says.
    private static func isForgivable(_ error: any Error) -> Bool {
        let problem = (error as? TemplateError)?.problem ?? (error as? TemplateProblemThrown)?.problem
        switch problem {
        case .undefined, .knownOnMachineOnly: return false
        default: return true
        }
    }

    private static let computed: [String: Lookup] = [
        "items": { terms, _, _ in flattenedOnce(terms) },
        "list": { terms, _, _ in terms },
        "flattened": { terms, _, _ in flattened(terms) },
        "dict": { terms, _, _ in
            try terms.flatMap { term in
                guard case .object(let members) = term else {
                    throw TemplateProblemThrown.bad("dict", "it takes dicts, not \(term.pythonType)")
                }
                return members.members.map { ["key": .string($0.key), "value": $0.value] as JSON }
            }
        },
        "nested": { terms, _, _ in try product("nested", terms) },
        "cartesian": { terms, _, _ in try product("cartesian", terms) },
        "together": { terms, _, _ in
            guard !terms.isEmpty else { throw TemplateProblemThrown.bad("together", "it needs a list") }
            let lists = try terms.map(listed)
            return (0..<(lists.map(\.count).max() ?? 0)).map { index in
                .array(flattenedOnce(lists.map { $0.indices.contains(index) ? $0[index] : .null }))
            }
        },
        "indexed_items": { terms, _, _ in
            flattenedOnce(terms).enumerated().map { .array([JSON($0.offset), $0.element]) }
        },
        "random_choice": { terms, _, _ in terms.randomElement().map { [$0] } ?? [] },
        "subelements": { terms, _, _ in try Subelements.pairs(terms) },
        "sequence": { terms, _, _ in try terms.flatMap { try NumberSequence(parsing: $0.pythonText).texts() } },
        "vars": { terms, options, scope in
            try terms.map { term in
                guard case .string(let name) = term else {
                    throw TemplateProblemThrown.bad("vars", "a name is a string, not \(term.pythonType)")
                }
                guard let value = try scope.value(of: name) else {
                    guard let fallback = options["default"] else { throw TemplateProblemThrown(.undefined(name)) }
                    return fallback
                }
                return try value.resolved()
            }
        },
        "varnames": { terms, _, scope in
            let names = scope.names
            return try terms.flatMap { term -> [JSON] in
                let regex = try PythonRegex(term.pythonText)
                return names.filter { regex.isFound(in: $0) }.map { .string($0) }
            }
        },
        "template": { terms, options, scope in try terms.map { try rendered($0.pythonText, options, scope) } },
    ]

    private static func rendered(_ name: String, _ options: JSONObject, _ scope: any TemplateScope) throws -> JSON {
        var dialect = TemplateDialect.file()
        for (option, path) in [
            ("variable_start_string", \TemplateDialect.variableStart), ("variable_end_string", \.variableEnd),
            ("comment_start_string", \.commentStart), ("comment_end_string", \.commentEnd),
        ] {
            if let text = options[option]?.string, !text.isEmpty { dialect[keyPath: path] = text }
        }
        let outer = RenderContext(OverlaidScope(scope, options["template_vars"]?.object ?? [:]), dialect)
        let text = try outer.template(name).render(outer.scope)
        return options["convert_data"]?.isTruthy == false ? .string(text) : Literals.value(text)
    }

    private static func listed(_ term: JSON) throws -> [JSON] {
        if case .string = term { [term] } else { try term.elements() }
    }

    private static func flattenedOnce(_ terms: [JSON]) -> [JSON] { terms.flatMap { $0.array ?? [$0] } }

    private static func flattened(_ terms: [JSON]) -> [JSON] {
        terms.flatMap { term -> [JSON] in
            if term == "None" || term == "null" { return [] }
            return term.array.map(flattened) ?? [term]
        }
    }

    private static func product(_ name: String, _ terms: [JSON]) throws -> [JSON] {
        guard !terms.isEmpty else { throw TemplateProblemThrown.bad(name, "it needs a list") }
        let lists = try terms.map(listed)
        guard lists.reduce(1.0, { $0 * Double($1.count) }) <= 1_000_000 else {
            throw TemplateProblemThrown.bad(name, "more than a million combinations")
        }
        let rows = lists.dropFirst().reduce(lists[0].map { [$0] }) { rows, list in
            rows.flatMap { row in list.map { flattenedOnce(row) + flattenedOnce([$0]) } }
        }
        return rows.map { .array(flattenedOnce($0)) }
    }
}

/// A scope with some names put over it.
struct OverlaidScope: TemplateScope {
    private let base: any TemplateScope
    private let values: JSONObject

    init(_ base: any TemplateScope, _ values: JSONObject) {
        self.base = base
        self.values = values
    }

    func value(of name: String) throws -> TemplateValue? { try values[name].map { .json($0) } ?? base.value(of: name) }
    var names: [String] { values.keys + base.names }

    func lookup(_ plugin: String, _ terms: [JSON], _ options: JSONObject) throws -> [JSON] {
        try base.lookup(plugin, terms, options)
    }
}
