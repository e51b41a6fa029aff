internal import JSON

/// Writes a template's statements out.
struct Renderer {
    var evaluator: Evaluator
    private(set) var output = ""
    /// The template that this one extends, once that is known: what follows is not written.
    private(set) var parent: Template?

    /// How a body ended: at its end, or on the way to a loop's next element or out of it.
    enum Flow {
        case onward, next, leave
    }

    init(_ evaluator: Evaluator) { self.evaluator = evaluator }

    @discardableResult
    mutating func render(_ statements: [Statement]) throws -> Flow {
        for statement in statements {
            let flow = try render(statement)
            if flow != .onward { return flow }
        }
        return .onward
    }

    private mutating func render(_ statement: Statement) throws -> Flow {
        switch statement {
        case .text(let text): append(text)
        case .output(let expression):
            let value = try evaluator.json(expression)
            if !value.isNull { append(value.pythonText) }
        case .evaluate(let expression): _ = try evaluator.evaluate(expression)
        case .branch(let branches, let otherwise):
            for branch in branches where try evaluator.isTrue(branch.condition) { return try render(branch.body) }
            return try render(otherwise)
        case .loop(let loop):
            let elements = try elements(of: loop, try evaluator.evaluate(loop.sequence))
            return try render(loop, elements, depth: 0)
        case .leave: return .leave
        case .next: return .next
        case .assign(let target, let expression):
            let value = try evaluator.evaluate(expression)
            try evaluator.located(expression.offset) { try bind(target, to: value) }
        case .assignMember(let name, let member, let expression): try assign(name, member, expression)
        case .assignBlock(let name, let body, let filters): local[name] = try filtered(body, filters)
        case .filtered(let body, let filters): append(try filtered(body, filters).resolved().pythonText)
        case .scoped(let values, let body):
            let frame = Frame(try values.reduce(into: [:]) { $0[$1.name] = try evaluator.evaluate($1.value) })
            evaluator.frames.append(frame)
            defer { evaluator.frames.removeLast() }
            return try render(body)
        default: try compose(statement)
        }
        return .onward
    }

    mutating func append(_ text: String) { if parent == nil { output += text } }

    /// What stands before `extends` stays; what follows only computes.
    mutating func extend(_ template: Template) { parent = parent ?? template }

    /// The names of the innermost scope.
    var local: [String: TemplateValue] {
        get { evaluator.frames[evaluator.frames.count - 1].values }
        nonmutating set { evaluator.frames[evaluator.frames.count - 1].values = newValue }
    }

    private func assign(_ name: String, _ member: String, _ expression: Expression) throws {
        let value = try evaluator.evaluate(expression)
        guard case .object(let object)? = try evaluator.value(of: name), let namespace = object as? Namespace else {
            throw evaluator.source.error(
                .typeMismatch("'\(name)' is not a namespace, so its members cannot be set"), expression.offset)
        }
        namespace.set(member, value)
    }

    private func filtered(_ body: [Statement], _ filters: [Statement.FilterCall]) throws -> TemplateValue {
        // What is set within stays within.
        var inner = Renderer(evaluator)
        inner.evaluator.frames.append(Frame())
        try inner.render(body)
        return try filters.reduce(.json(evaluator.context.concatenated(inner.output))) { value, filter in
            try evaluator.filter(filter.name, value, filter.arguments, filter.offset)
        }
    }

    func bind(_ target: AssignmentTarget, to value: TemplateValue) throws {
        switch target {
        case .name(let name): local[name] = value
        case .tuple(let targets):
            let elements = try value.resolved().elements()
            guard elements.count == targets.count else {
                throw TemplateProblemThrown(
                    .typeMismatch("\(elements.count) values cannot be given to \(targets.count) names"))
            }
            for (target, element) in zip(targets, elements) { try bind(target, to: .json(element)) }
        }
    }

    // MARK: Loops

    private mutating func elements(of loop: Statement.Loop, _ sequence: TemplateValue) throws -> [JSON] {
        let elements = try evaluator.located(loop.sequence.offset) { try sequence.resolved().elements() }
        guard let condition = loop.condition else { return elements }
        evaluator.frames.append(Frame())
        defer { evaluator.frames.removeLast() }
        return try elements.filter { element in
            try evaluator.located(loop.offset) { try bind(loop.target, to: .json(element)) }
            return try evaluator.isTrue(condition)
        }
    }

    private mutating func render(_ loop: Statement.Loop, _ elements: [JSON], depth: Int) throws -> Flow {
        if elements.isEmpty { return try render(loop.otherwise) }
        let outer = evaluator
        let recursion: LoopState.Recursion = { children in
            try outer.context.nested("a recursive loop") {
                var inner = Renderer(outer)
                let elements = try inner.elements(of: loop, .json(children))
                _ = try inner.render(loop, elements, depth: depth + 1)
                return inner.output
            }
        }
        let state = LoopState(elements, depth: depth, recursion: loop.isRecursive ? recursion : nil)
        evaluator.frames.append(Frame())
        defer { evaluator.frames.removeLast() }
        for index in elements.indices {
            state.index = index
            evaluator.frames[evaluator.frames.count - 1] = Frame(["loop": .object(state)])
            try evaluator.located(loop.offset) { try bind(loop.target, to: .json(elements[index])) }
            if try render(loop.body) == .leave { break }
        }
        return .onward
    }
}
