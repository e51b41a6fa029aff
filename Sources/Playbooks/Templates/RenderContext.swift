internal import Diagnostics
internal import JSON

/// What one rendering shares with everything that it includes.
final class RenderContext {
    let scope: any TemplateScope
    let dialect: TemplateDialect
    /// Every version of each block: the one of the template that extends the others first.
    var blocks: [String: [BoundBlock]] = [:]
    private var templates: [String: Template]
    /// Frames that macros hold while the macros stand in them.
    private(set) var heldFrames: [Frame] = []
    private var depth: Int

    init(_ scope: any TemplateScope, _ dialect: TemplateDialect, within outer: RenderContext? = nil) {
        self.scope = scope
        self.dialect = dialect
        templates = outer?.templates ?? [:]
        depth = outer?.depth ?? 0
    }

    /// Another template by its name, read as the first one was.
    func template(_ name: String) throws -> Template {
        if let known = templates[name] { return known }
        guard let text = try scope.lookup("template", [.string(name)], [:]).first?.string else {
            throw TemplateProblemThrown(.missingTemplate(name))
        }
        let parsed = try Template(
            parsing: text, at: SourceLocation(file: name, line: 1, column: 1), dialect: dialect)
        templates[name] = parsed
        return parsed
    }

    /// What calls itself is bounded, since it is walked recursively.
    func nested<T>(_ what: String, _ body: () throws -> T) throws -> T {
        guard depth < 40 else { throw TemplateProblemThrown(.recursion(what)) }
        depth += 1
        defer { depth -= 1 }
        return try body()
    }

    /// What a macro or a block of text yields: in a playbook's value, what reads as a literal is one.
    func concatenated(_ text: String) -> JSON { dialect.isValue ? Literals.value(text) : .string(text) }

    func hold(_ frames: [Frame]) { heldFrames += frames }

    /// Ends the circles of macros and the frames that they are in.
    func release() {
        for frame in heldFrames { frame.values = [:] }
        heldFrames = []
    }
}

/// The local names of a loop, a macro or a template.
final class Frame {
    var values: [String: TemplateValue]

    init(_ values: [String: TemplateValue] = [:]) { self.values = values }
}

/// The text that statements came from, for the places of errors.
struct TemplateSource: Sendable {
    var input: [UInt8]
    var origin: SourceLocation?

    func error(_ problem: TemplateProblem, _ offset: Int) -> TemplateError {
        TemplateError(problem, at: TemplatePosition(of: offset, in: input), origin: origin)
    }
}

/// A block's body and where it was written.
struct BoundBlock {
    var block: Statement.Block
    var source: TemplateSource
}
