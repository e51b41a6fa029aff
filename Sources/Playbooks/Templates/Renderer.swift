internal import JSON

/// Writes a template's statements out.
struct Renderer {
    var evaluator: Evaluator
    private(set) var output = ""

    init(_ evaluator: Evaluator) { self.evaluator = evaluator }

    mutating func render(_ statements: [Statement]) throws {
        for statement in statements { try render(statement) }
    }

    private mutating func render(_ statement: Statement) throws {
        switch statement {
        case .text(let text): append(text)
        case .output(let expression):
            let value = try evaluator.json(expression)
            if !value.isNull { append(value.pythonText) }
        case .branch(let branches, let otherwise):
            for branch in branches where try evaluator.isTrue(branch.condition) { return try render(branch.body) }
            try render(otherwise)
        case .loop(let loop): try render(loop)
        case .assign(let names, let expression):
            let value = try evaluator.evaluate(expression)
            try evaluator.located(expression.offset) { try bind(names, to: value) }
        case .assignMember(let name, let member, let expression):
            let value = try evaluator.evaluate(expression)
            guard case .object(let object)? = try evaluator.value(of: name), let namespace = object as? Namespace else {
                return try evaluator.located(expression.offset) {
                    throw TemplateProblemThrown(
                        .typeMismatch("'\(name)' is not a namespace, so its members cannot be set"))
                }
            }
            namespace.set(member, value)
        case .assignBlock(let name, let body, let filters):
            let text = try filtered(body, filters)
            evaluator.frames[evaluator.frames.count - 1][name] = text
        case .filtered(let body, let filters):
            let text = try filtered(body, filters).resolved().pythonText
            append(text)
        case .scoped(let values, let body):
            let frame = try values.reduce(into: [:]) { $0[$1.name] = try evaluator.evaluate($1.value) }
            evaluator.frames.append(frame)
            defer { evaluator.frames.removeLast() }
            try render(body)
        }
    }

    private mutating func append(_ text: String) { output += text }

    private mutating func filtered(
        _ body: [Statement], _ filters: [(name: String, arguments: Expression.Arguments, offset: Int)]
    ) throws -> TemplateValue {
        var inner = Renderer(evaluator)
        try inner.render(body)
        return try filters.reduce(.json(.string(inner.output))) { value, filter in
            try evaluator.filter(filter.name, value, filter.arguments, filter.offset)
        }
    }

    private mutating func bind(_ names: [String], to value: TemplateValue) throws {
        let last = evaluator.frames.count - 1
        guard names.count > 1 else {
            evaluator.frames[last][names[0]] = value
            return
        }
        let elements = try value.resolved().elements()
        guard elements.count == names.count else {
            throw TemplateProblemThrown(
                .typeMismatch("\(elements.count) values cannot be given to \(names.count) names"))
        }
        for (name, element) in zip(names, elements) { evaluator.frames[last][name] = .json(element) }
    }

    private mutating func render(_ loop: Statement.Loop) throws {
        let sequence = try evaluator.json(loop.sequence)
        var elements = try evaluator.located(loop.sequence.offset) { try sequence.elements() }
        evaluator.frames.append([:])
        defer { evaluator.frames.removeLast() }
        if let condition = loop.condition {
            elements = try elements.filter { element in
                try evaluator.located(loop.offset) { try bind(loop.targets, to: .json(element)) }
                return try evaluator.isTrue(condition)
            }
        }
        for index in elements.indices {
            evaluator.frames[evaluator.frames.count - 1] = [
                "loop": .object(LoopState(index: index, elements: elements))
            ]
            try evaluator.located(loop.offset) { try bind(loop.targets, to: .json(elements[index])) }
            try render(loop.body)
        }
        if elements.isEmpty { try render(loop.otherwise) }
    }
}

/// What `loop` is within a loop.
struct LoopState: TemplateObject {
    let index: Int
    let elements: [JSON]

    let memberNames = [
        "index", "index0", "revindex", "revindex0", "first", "last", "length", "previtem", "nextitem", "depth",
        "depth0",
    ]

    func member(_ name: String) -> TemplateValue? {
        switch name {
        case "index": .json(JSON(index + 1))
        case "index0": .json(JSON(index))
        case "revindex": .json(JSON(elements.count - index))
        case "revindex0": .json(JSON(elements.count - index - 1))
        case "first": .json(.bool(index == 0))
        case "last": .json(.bool(index == elements.count - 1))
        case "length": .json(JSON(elements.count))
        case "previtem": index > 0 ? .json(elements[index - 1]) : .undefined("loop.previtem")
        case "nextitem": index + 1 < elements.count ? .json(elements[index + 1]) : .undefined("loop.nextitem")
        case "depth": .json(1)
        case "depth0": .json(0)
        default: nil
        }
    }
}
