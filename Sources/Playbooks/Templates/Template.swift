package import Diagnostics
package import JSON

/// Where a template stands, which decides how some of it is read.
package enum TemplateDialect: Hashable, Sendable {
    /// A string of a playbook: backslashes of its expressions' strings stay, as Ansible keeps them.
    case value
    /// A template file, where strings have Python's escapes.
    case file(lstripBlocks: Bool)

    var lstripBlocks: Bool { self == .file(lstripBlocks: true) }
}

/// A parsed Jinja2 template, with `trim_blocks` as Ansible sets it.
package struct Template: Sendable {
    private let statements: [Statement]
    private let input: [UInt8]
    private let origin: SourceLocation?
    private let trailingNewlines: Int

    /// Parses a template; unknown filters and tests are errors here already. `origin` is where its text begins.
    package init(parsing text: String, at origin: SourceLocation? = nil, dialect: TemplateDialect = .value)
        throws(TemplateError)
    {
        let text = text.utf8.contains(0x0D) ? Self.unixLines(text) : text
        trailingNewlines = text.utf8.reversed().prefix { $0 == 0x0A }.count
        // Jinja2 drops the last newline, and Ansible then restores as many as the text had.
        let body = trailingNewlines > 0 ? String(text.dropLast()) : text
        input = Array(body.utf8)
        self.origin = origin
        do throws(TemplateError) {
            var lexer = TemplateLexer(body, dialect: dialect)
            var parser = TemplateParser(try lexer.segmentsOfTemplate(), input: input)
            statements = try parser.template()
        } catch {
            throw TemplateError(error.problem, at: error.position, origin: origin)
        }
    }

    /// The rendered text.
    package func render(_ scope: some TemplateScope) throws -> String {
        try withOrigin {
            var renderer = Renderer(Evaluator(scope: scope, input: input))
            try renderer.render(statements)
            let rendered = renderer.output
            let missing = trailingNewlines - rendered.utf8.reversed().prefix { $0 == 0x0A }.count
            return missing > 0 ? rendered + String(repeating: "\n", count: missing) : rendered
        }
    }

    /// The rendered value as Ansible types it: lists, dicts and booleans of a lone expression keep their type, a lone
    /// name its number too; other text that reads as a list, dict or boolean becomes one.
    package func value(_ scope: some TemplateScope) throws -> JSON {
        if statements.count == 1, case .output(let expression) = statements[0], trailingNewlines <= 1 {
            let value = try withOrigin { try Evaluator(scope: scope, input: input).json(expression) }
            if let typed = Self.typed(value, of: expression, hasNewline: trailingNewlines > 0) { return typed }
        }
        return Literals.value(try render(scope))
    }

    /// The value where it keeps its type, or nil where it becomes text.
    private static func typed(_ value: JSON, of expression: Expression, hasNewline: Bool) -> JSON? {
        switch value {
        case .integer where expression.isName, .number where expression.isName, .null where expression.isName,
            .bool where expression.isName:
            return value
        case .array where !hasNewline, .object where !hasNewline, .bool where !hasNewline: return value
        case .string:
            // What was made text on purpose stays text, though it reads as a list or a dict.
            guard !hasNewline, case .filter(_, let name, _) = expression.kind, textMakers.contains(name) else { break }
            return value
        default: break
        }
        return Optional.none
    }

    private static let textMakers: Set<String> = ["string", "to_json", "to_nice_json", "to_yaml", "to_nice_yaml"]

    private static func unixLines(_ text: String) -> String {
        var bytes: [UInt8] = []
        var previous: UInt8 = 0
        for byte in text.utf8 {
            if byte == 0x0A, previous == 0x0D { bytes.removeLast() }
            bytes.append(byte)
            previous = byte
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    private func withOrigin<T>(_ body: () throws -> T) throws -> T {
        do {
            return try body()
        } catch let error as TemplateError where error.origin == nil {
            throw TemplateError(error.problem, at: error.position, origin: origin)
        } catch let thrown as TemplateProblemThrown {
            throw TemplateError(thrown.problem, origin: origin)
        }
    }

    /// Whether a text holds anything to render.
    package static func isTemplate(_ text: String) -> Bool {
        let bytes = text.utf8
        var previous: UInt8 = 0
        for byte in bytes {
            if previous == UInt8(ascii: "{"),
                byte == UInt8(ascii: "{") || byte == UInt8(ascii: "%") || byte == UInt8(ascii: "#")
            {
                return true
            }
            previous = byte
        }
        return false
    }
}

/// A bare expression, as `when`, `changed_when` and `failed_when` hold it.
package struct Condition: Sendable {
    private let expression: Expression
    private let input: [UInt8]
    private let origin: SourceLocation?

    /// Parses an expression without delimiters around it.
    package init(parsing text: String, at origin: SourceLocation? = nil) throws(TemplateError) {
        self.origin = origin
        do throws(TemplateError) {
            let wrapped = "{{ \(text) }}"
            var lexer = TemplateLexer(wrapped, dialect: .file(lstripBlocks: false))
            let segments = try lexer.segmentsOfTemplate()
            guard segments.count == 1, case .output(let tokens) = segments[0] else {
                throw TemplateError(.syntax("this is not one expression"), at: TemplatePosition(line: 1, column: 4))
            }
            input = Array(wrapped.utf8)
            var parser = ExpressionParser(tokens, input: input)
            expression = try parser.expressionOrTuple()
            try parser.expectEnd()
        } catch {
            throw Self.shifted(error, origin)
        }
    }

    /// Whether it holds.
    package func holds(_ scope: some TemplateScope) throws -> Bool {
        try withOrigin { try Evaluator(scope: scope, input: input).isTrue(expression) }
    }

    /// The expression's value with its own type.
    package func value(_ scope: some TemplateScope) throws -> JSON {
        try withOrigin { try Evaluator(scope: scope, input: input).json(expression) }
    }

    private func withOrigin<T>(_ body: () throws -> T) throws -> T {
        do {
            return try body()
        } catch let error as TemplateError where error.origin == nil {
            throw Self.shifted(error, origin)
        } catch let thrown as TemplateProblemThrown {
            throw TemplateError(thrown.problem, origin: origin)
        }
    }

    private static func shifted(_ error: TemplateError, _ origin: SourceLocation?) -> TemplateError {
        var position = error.position
        if let at = position, at.line == 1 { position?.column = max(1, at.column - 3) }
        return TemplateError(error.problem, at: position, origin: origin)
    }
}
