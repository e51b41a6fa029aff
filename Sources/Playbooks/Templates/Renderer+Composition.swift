internal import JSON

// Macros, blocks, and what comes from other templates.
extension Renderer {
    mutating func compose(_ statement: Statement) throws {
        switch statement {
        case .macro(let definition): local[definition.name] = .object(macro(definition))
        case .callBlock(let call, let caller): try render(call, caller: caller)
        case .block(let block): if parent == nil { append(try rendered(block)) }
        case .extends(let name):
            try evaluator.located(name.offset) {
                guard parent == nil else { throw TemplateProblemThrown(.syntax("a template extends one other")) }
            }
            extend(try template(name))
        case .include(let names, let ignoresMissing, let withContext):
            guard let template = try firstTemplate(names, ignoresMissing: ignoresMissing) else { return }
            append(
                try evaluator.located(names.offset) {
                    try evaluator.context.nested("the template") {
                        try template.rendered(
                            within: evaluator, frames: frames(withContext), withContext: withContext)
                    }
                })
        case .importModule(let name, let alias, let withContext):
            local[alias] = .object(try module(name, withContext))
        case .importNames(let name, let names, let withContext):
            let module = try module(name, withContext)
            for (name, alias) in names { local[alias] = module.member(name) ?? .undefined(name) }
        default: preconditionFailure("a statement of the renderer itself")
        }
    }

    private func macro(_ definition: MacroDefinition) -> Macro {
        evaluator.context.hold(evaluator.frames)
        return Macro(
            definition: definition, context: evaluator.context, frames: evaluator.frames, source: evaluator.source)
    }

    private mutating func render(_ call: Expression, caller: MacroDefinition) throws {
        guard case .call(let callee, let arguments) = call.kind else { preconditionFailure("the parser takes calls") }
        let name = "\u{0}caller"
        var inner = evaluator
        inner.frames.append(Frame([name: .object(macro(caller))]))
        var given = arguments
        given.named.append(("caller", Expression(kind: .name(name), offset: call.offset)))
        append(
            try inner.evaluate(Expression(kind: .call(callee, given), offset: call.offset)).resolved().pythonText)
    }

    private func frames(_ withContext: Bool) -> [Frame] { (withContext ? evaluator.frames : []) + [Frame()] }

    private func template(_ expression: Expression) throws -> Template {
        let name = try evaluator.json(expression).pythonText
        return try evaluator.outer(expression.offset) { try evaluator.context.template(name) }
    }

    /// The first of several templates that is there.
    private func firstTemplate(_ expression: Expression, ignoresMissing: Bool) throws -> Template? {
        let value = try evaluator.json(expression)
        let names = value.array ?? [value]
        for name in names {
            do {
                return try evaluator.context.template(name.pythonText)
            } catch let thrown as TemplateProblemThrown {
                guard case .missingTemplate = thrown.problem else { throw thrown }
            } catch let error as TemplateError {
                guard case .missingTemplate = error.problem else {
                    return try evaluator.outer(expression.offset) { throw error }
                }
            }
        }
        if ignoresMissing { return nil }
        let described = names.map(\.pythonText).joined(separator: "', '")
        throw evaluator.source.error(.missingTemplate(described), expression.offset)
    }

    private func module(_ name: Expression, _ withContext: Bool) throws -> Module {
        let template = try template(name)
        let frames = frames(withContext)
        return try evaluator.located(name.offset) {
            try evaluator.context.nested("the template") {
                _ = try template.rendered(within: evaluator, frames: frames, withContext: withContext)
                return Module(values: frames[frames.count - 1].values)
            }
        }
    }

    // MARK: Blocks

    private func rendered(_ block: Statement.Block) throws -> String {
        let versions = evaluator.context.blocks[block.name] ?? []
        // Locals of loops around it are the block's only if it says so.
        var evaluator = evaluator
        if !block.isScoped { evaluator.frames = [evaluator.frames[0]] }
        return try BlockReference(versions: versions[...]).rendered(evaluator)
    }
}

/// What another template defines at its top level.
struct Module: TemplateObject {
    let values: [String: TemplateValue]

    func member(_ name: String) -> TemplateValue? { name.hasPrefix("_") ? nil : values[name] }
    var memberNames: [String] { values.keys.filter { !$0.hasPrefix("_") }.sorted() }
}

/// A block of a template or, as `super`, the one that it overrides.
struct BlockReference: TemplateCallable {
    let versions: ArraySlice<BoundBlock>

    func rendered(_ evaluator: Evaluator) throws -> String {
        guard let bound = versions.first else {
            throw TemplateProblemThrown(.typeMismatch("there is no block that this one overrides"))
        }
        guard !bound.block.isRequired else {
            throw bound.source.error(
                .typeMismatch("the block '\(bound.block.name)' must be overridden"), bound.block.offset)
        }
        return try evaluator.context.nested("the block \(bound.block.name)") {
            let frame = Frame(["super": .object(BlockReference(versions: versions.dropFirst()))])
            var renderer = Renderer(
                Evaluator(evaluator.context, source: bound.source, frames: evaluator.frames + [frame]))
            try renderer.render(bound.block.body)
            return renderer.output
        }
    }

    func call(_ arguments: CallArguments, _ evaluator: Evaluator) throws -> TemplateValue {
        .json(.string(try rendered(evaluator)))
    }
}

/// `self`: the blocks of a template by name.
struct BlockTable: TemplateObject {
    let context: RenderContext

    func member(_ name: String) -> TemplateValue? {
        context.blocks[name].map { .object(BlockReference(versions: $0[...])) }
    }
    var memberNames: [String] { context.blocks.keys.sorted() }
}
