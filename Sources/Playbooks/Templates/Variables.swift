package import JSON

/// Variables of one origin.
package struct VariableLayer {
    package var values: JSONObject
    /// Whether the values may be templates; what a machine said of itself is taken as it is, whatever braces are in it.
    package var isTemplates: Bool

    /// Variables that people wrote.
    package static func written(_ values: JSONObject) -> VariableLayer { .init(values: values, isTemplates: true) }

    /// Results, facts and a loop's items.
    package static func observed(_ values: JSONObject) -> VariableLayer { .init(values: values, isTemplates: false) }
}

/// Layers of variables whose values may be templates over one another; each is rendered when it is first asked for.
package final class Variables: TemplateScope {
    private let layers: [VariableLayer]
    private let objects: [String: any TemplateObject]
    private let templates: TemplateCache
    private let missing: ((String) throws -> TemplateValue?)?
    private let lookups: Lookup?
    private var rendered: [String: JSON] = [:]
    private var underway: Set<String> = []

    /// Answers a lookup of the controller, as `TemplateScope.lookup`.
    package typealias Lookup = (_ plugin: String, _ terms: [JSON], _ options: JSONObject) throws -> [JSON]

    /// Later layers win; `missing` is asked for names that no layer has, `lookups` for what the controller answers.
    package init(
        layers: [VariableLayer], objects: [String: any TemplateObject] = [:],
        templates: TemplateCache = TemplateCache(),
        missing: ((String) throws -> TemplateValue?)? = nil, lookups: Lookup? = nil
    ) {
        self.layers = layers
        self.objects = objects
        self.templates = templates
        self.missing = missing
        self.lookups = lookups
    }

    package func value(of name: String) throws -> TemplateValue? {
        if let value = rendered[name] { return .json(value) }
        if let object = objects[name] { return .object(object) }
        guard let (raw, isTemplate) = raw(name) else {
            if name == "vars" { return .object(VariablesObject(self)) }
            return try missing?(name)
        }
        guard underway.insert(name).inserted else { throw TemplateError(.recursion(name)) }
        defer { underway.remove(name) }
        let value = isTemplate ? try self.render(raw) : raw
        rendered[name] = value
        return .json(value)
    }

    package func lookup(_ plugin: String, _ terms: [JSON], _ options: JSONObject) throws -> [JSON] {
        guard let lookups else { throw TemplateError(.lookupUnavailable(plugin)) }
        return try lookups(plugin, terms, options)
    }

    /// The unrendered value that wins, and whether it may be a template.
    private func raw(_ name: String) -> (JSON, isTemplate: Bool)? {
        for layer in layers.reversed() { if let value = layer.values[name] { return (value, layer.isTemplates) } }
        return nil
    }

    package var names: [String] { Array(Set(layers.flatMap(\.values.keys))).sorted() }

    /// A value with every template in it rendered; keys stay as they are.
    package func render(_ value: JSON) throws -> JSON {
        switch value {
        case .string(let text): Template.isTemplate(text) ? try templates.template(text).value(self) : value
        case .array(let elements): .array(try elements.map { try render($0) })
        case .object(let members): .object(JSONObject(try members.members.map { ($0.key, try render($0.value)) }))
        default: value
        }
    }

    /// The elements of a loop `with_PLUGIN: terms`.
    package func items(of plugin: String, terms: JSON) throws -> [JSON] {
        try Lookups.items(of: plugin, terms: self.terms(of: plugin, terms), in: self)
    }

    /// Its terms, rendered.
    package func terms(of plugin: String, _ terms: JSON) throws -> JSON {
        guard Lookups.shortName(of: plugin) == "first_found", case .array(let terms) = terms else {
            return try render(terms)
        }
        // The first of several is looked for; what nothing is known of is not there.
        return .array(
            try terms.map { term in
                do {
                    return try render(term)
                } catch let error as TemplateError {
                    guard case .undefined = error.problem else { throw error }
                    return term
                }
            })
    }

    /// Whether an expression holds; one that is a template is rendered first, as Ansible does.
    package func holds(_ condition: JSON) throws -> Bool {
        guard case .string(let text) = condition else { return condition.isTruthy }
        if Template.isTemplate(text) {
            let value = try render(condition)
            guard case .string(let inner) = value else { return value.isTruthy }
            return inner.isEmpty ? false : try Condition(parsing: inner).holds(self)
        }
        return text.isEmpty ? true : try templates.condition(text).holds(self)
    }
}

/// `vars`: all variables by name.
package struct VariablesObject: TemplateObject {
    private let variables: Variables

    package init(_ variables: Variables) { self.variables = variables }

    package var memberNames: [String] { variables.names }
    package func member(_ name: String) throws -> TemplateValue? { try variables.value(of: name) }
}

/// Parsed templates by their text, so that a loop parses once.
package final class TemplateCache {
    private var templates: [String: Template] = [:]
    private var conditions: [String: Condition] = [:]

    package init() {}

    func template(_ text: String) throws -> Template {
        if let known = templates[text] { return known }
        let parsed = try Template(parsing: text)
        templates[text] = parsed
        return parsed
    }

    func condition(_ text: String) throws -> Condition {
        if let known = conditions[text] { return known }
        let parsed = try Condition(parsing: text)
        conditions[text] = parsed
        return parsed
    }
}
