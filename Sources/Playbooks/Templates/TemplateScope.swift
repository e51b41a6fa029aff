package import JSON

/// Where a template's names get their values.
package protocol TemplateScope {
    /// The value of a name, or nil where it is undefined.
    func value(of name: String) throws -> TemplateValue?
    /// The names that have values, as far as they can be listed.
    var names: [String] { get }
    /// What a lookup that the controller answers finds: `env`, `file`, `fileglob`, `pipe`, the text of a `template` …
    func lookup(_ plugin: String, _ terms: [JSON], _ options: JSONObject) throws -> [JSON]
}

extension TemplateScope {
    package var names: [String] { [] }

    /// Surroundings that answer no lookup.
    package func lookup(_ plugin: String, _ terms: [JSON], _ options: JSONObject) throws -> [JSON] {
        throw TemplateError(.lookupUnavailable(plugin))
    }
}

/// Names with fixed values.
package struct FixedScope: TemplateScope {
    private let values: JSONObject

    package init(_ values: JSONObject) { self.values = values }

    package func value(of name: String) -> TemplateValue? { values[name].map { .json($0) } }
    package var names: [String] { values.keys }
}

/// A scope without variables, for templates that are read without context.
struct BareScope: TemplateScope {
    private let base: any TemplateScope

    init(_ base: any TemplateScope) { self.base = base }

    func value(of name: String) -> TemplateValue? { nil }

    func lookup(_ plugin: String, _ terms: [JSON], _ options: JSONObject) throws -> [JSON] {
        try base.lookup(plugin, terms, options)
    }
}
