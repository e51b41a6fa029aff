package import JSON

/// What a lookup asks its surroundings for.
package struct LookupRequest: Hashable, Sendable {
    /// The lookup's short name.
    package var plugin: String
    package var terms: [JSON]
    package var options: JSONObject

    /// The lookups that tell more than files do, or do something.
    package static let revealing: Set<String> = ["env", "pipe", "lines", "password"]

    package init(plugin: String, terms: [JSON], options: JSONObject = [:]) {
        self.plugin = Lookups.shortName(of: plugin)
        self.terms = terms
        self.options = options
    }

    /// What a loop `with_PLUGIN: terms` asks for; the terms are rendered already.
    package init(loop plugin: String, terms: JSON) throws {
        let list: [JSON] =
            switch terms {
            case .array(let elements): elements
            case .object where !["dict", "first_found"].contains(Lookups.shortName(of: plugin)): try terms.elements()
            default: [terms]
            }
        self.init(plugin: plugin, terms: list)
    }
}

/// A call of `lookup`, `query` or `q` as it stands in a text, whose arguments can be looked at alone.
package struct LookupCall: Sendable {
    private let arguments: Expression.Arguments
    private let source: TemplateSource

    /// The calls of what calls lookups.
    static let functions: Set<String> = ["lookup", "query", "q"]

    /// Every call in a text; a text without delimiters is taken for an expression where it may be one. A text that cannot be
    /// read has none.
    package static func all(in text: String, isExpression: Bool, dialect: TemplateDialect = .value) -> [LookupCall] {
        guard ["lookup", "query", "q("].contains(where: text.contains) else { return [] }
        let isTemplate = Template.isTemplate(text)
        guard isTemplate || isExpression else { return [] }
        let text = isTemplate ? text : "{{ \(text) }}"
        var lexer = TemplateLexer(text, dialect: dialect)
        // Its mistakes are told where it is read to be rendered.
        guard let segments = try? lexer.segmentsOfTemplate() else { return [] }
        let source = TemplateSource(input: Array(text.utf8))
        return segments.flatMap { calls(among: $0.tokens, source) }
    }

    private static func calls(among tokens: [Token], _ source: TemplateSource) -> [LookupCall] {
        tokens.indices.dropLast().compactMap { index in
            guard case .name(let name) = tokens[index].kind, functions.contains(name),
                tokens[index + 1].isSymbol("(")
            else { return nil }
            var parser = ExpressionParser(Array(tokens[(index + 2)...]), input: source.input)
            // As above: who renders it tells what is wrong with it.
            guard let arguments = try? parser.arguments() else { return nil }
            return LookupCall(arguments: arguments, source: source)
        }
    }

    /// What it asks for among these variables; nil where it asks nobody, but computes.
    package func request(_ scope: some TemplateScope) throws -> LookupRequest? {
        let evaluator = Evaluator(RenderContext(scope, .value), source: source)
        let request = try Lookups.request(try evaluator.arguments(arguments))
        if request.plugin == "template" { return LookupRequest(plugin: "template", terms: request.terms) }
        return Lookups.asked.contains(request.plugin) ? request : nil
    }
}
