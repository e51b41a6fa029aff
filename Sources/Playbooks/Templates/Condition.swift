package import Diagnostics
package import JSON

/// A bare expression, as `when`, `changed_when` and `failed_when` hold it.
package struct Condition: Sendable {
    private let expression: Expression
    private let source: TemplateSource
    private let origin: SourceLocation?

    /// Parses an expression without delimiters around it.
    package init(parsing text: String, at origin: SourceLocation? = nil) throws(TemplateError) {
        self.origin = origin
        do throws(TemplateError) {
            let wrapped = "{{ \(text) }}"
            var lexer = TemplateLexer(wrapped, dialect: .file())
            let segments = try lexer.segmentsOfTemplate()
            guard segments.count == 1, case .output(let tokens) = segments[0] else {
                throw TemplateError(.syntax("this is not one expression"), at: TemplatePosition(line: 1, column: 4))
            }
            source = TemplateSource(input: Array(wrapped.utf8))
            var parser = ExpressionParser(tokens, input: source.input)
            expression = try parser.expressionOrTuple()
            try parser.expectEnd()
        } catch {
            throw Self.shifted(error, origin)
        }
    }

    /// Whether it holds.
    package func holds(_ scope: some TemplateScope) throws -> Bool {
        try withOrigin { try evaluator(scope).isTrue(expression) }
    }

    /// The expression's value with its own type.
    package func value(_ scope: some TemplateScope) throws -> JSON {
        try withOrigin { try evaluator(scope).json(expression) }
    }

    private func evaluator(_ scope: some TemplateScope) -> Evaluator {
        Evaluator(RenderContext(scope, .file()), source: source)
    }

    private func withOrigin<T>(_ body: () throws -> T) throws -> T {
        do {
            return try body()
        } catch let error as TemplateError where error.origin == nil {
            throw Self.shifted(error, origin)
        }
    }

    private static func shifted(_ error: TemplateError, _ origin: SourceLocation?) -> TemplateError {
        var position = error.position
        if let at = position, at.line == 1 { position?.column = max(1, at.column - 3) }
        return TemplateError(error.problem, at: position, origin: origin)
    }
}
