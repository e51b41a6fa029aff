package import Diagnostics
package import JSON

/// A parsed Jinja2 template.
package struct Template: Sendable {
    private let statements: [Statement]
    private let blocks: [Statement.Block]
    private let source: TemplateSource
    private let dialect: TemplateDialect
    private let trailingNewlines: Int

    /// Parses a template; unknown filters and tests are errors here already. `origin` is where its text begins.
    package init(parsing text: String, at origin: SourceLocation? = nil, dialect: TemplateDialect = .value)
        throws(TemplateError)
    {
        let text = text.utf8.contains(0x0D) ? Self.unixLines(text) : text
        trailingNewlines = text.utf8.reversed().prefix { $0 == 0x0A }.count
        // Jinja2 drops the last newline, and Ansible then restores as many as the text had.
        let body = trailingNewlines > 0 ? String(text.dropLast()) : text
        source = TemplateSource(input: Array(body.utf8), origin: origin)
        var (dialect, start) = (dialect, 0)
        if text.hasPrefix(TemplateDialect.header), !dialect.isValue || Self.isTemplate(text) {
            let line = body.prefix { $0 != "\n" }
            do throws(TemplateProblemThrown) {
                try dialect.apply(header: line)
            } catch {
                throw source.error(error.problem, 0)
            }
            start = min(line.utf8.count + 1, source.input.count)
        }
        self.dialect = dialect
        do throws(TemplateError) {
            var lexer = TemplateLexer(body, dialect: dialect, from: start)
            var parser = TemplateParser(try lexer.segmentsOfTemplate(), input: source.input)
            statements = try parser.template()
            blocks = parser.blocks
        } catch {
            throw TemplateError(error.problem, at: error.position, origin: origin)
        }
    }

    /// The rendered text.
    package func render(_ scope: some TemplateScope) throws -> String {
        let context = RenderContext(scope, dialect)
        defer { context.release() }
        let rendered = try rendered(context, frames: [Frame()])
        let missing = trailingNewlines - rendered.utf8.reversed().prefix { $0 == 0x0A }.count
        let whole = missing > 0 ? rendered + String(repeating: "\n", count: missing) : rendered
        return dialect.newline == "\n" ? whole : whole.replacing("\n", with: dialect.newline)
    }

    /// The rendered value as Ansible types it: lists, dicts and booleans of a lone expression keep their type, a lone
    /// name its number too; other text that reads as a list, dict or boolean becomes one.
    package func value(_ scope: some TemplateScope) throws -> JSON {
        if statements.count == 1, case .output(let expression) = statements[0], trailingNewlines <= 1 {
            let evaluator = Evaluator(RenderContext(scope, dialect), source: source)
            let value = try evaluator.json(expression)
            let typed =
                Self.typed(value, of: expression) ?? Literals.value(value.isNull ? "" : value.pythonText)
            // What is text keeps the newline behind it.
            guard case .string(let text) = typed, trailingNewlines > 0, !text.hasSuffix("\n") else { return typed }
            return .string(text + "\n")
        }
        return Literals.value(try render(scope))
    }

    /// The text within another template's rendering, over some of its frames.
    func rendered(within evaluator: Evaluator, frames: [Frame], withContext: Bool) throws -> String {
        let outer = evaluator.context
        let context = RenderContext(withContext ? outer.scope : BareScope(outer.scope), dialect, within: outer)
        defer { evaluator.context.hold(context.heldFrames) }
        return try rendered(context, frames: frames)
    }

    /// Runs this template and then those that it extends, whose blocks it overrides.
    private func rendered(_ context: RenderContext, frames: [Frame]) throws -> String {
        var (text, template) = ("", self)
        var seen = 0
        while true {
            for block in template.blocks {
                context.blocks[block.name, default: []].append(BoundBlock(block: block, source: template.source))
            }
            if !context.blocks.isEmpty {
                frames[frames.count - 1].values["self"] = .object(BlockTable(context: context))
            }
            var renderer = Renderer(Evaluator(context, source: template.source, frames: frames))
            try renderer.render(template.statements)
            text += renderer.output
            guard let parent = renderer.parent else { return text }
            seen += 1
            guard seen < 40 else { throw template.source.error(.recursion("extends"), 0) }
            template = parent
        }
    }

    /// The value where it keeps its type, or nil where it becomes text.
    private static func typed(_ value: JSON, of expression: Expression) -> JSON? {
        switch value {
        case .integer where expression.isName, .number where expression.isName, .null where expression.isName,
            .bool where expression.isName:
            return value
        case .array, .object, .bool: return value
        case .string:
            // What was made text on purpose stays text, though it reads as a list or a dict.
            guard case .filter(_, let name, _) = expression.kind, textMakers.contains(name) else { break }
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
