internal import JSON

/// A macro with the scope that it was defined in.
struct Macro: TemplateCallable {
    let definition: MacroDefinition
    let context: RenderContext
    let frames: [Frame]
    let source: TemplateSource

    let memberNames = ["name", "arguments", "catch_kwargs", "catch_varargs", "caller"]

    func member(_ name: String) -> TemplateValue? {
        switch name {
        case "name": .json(.string(definition.name))
        case "arguments": .json(JSON(definition.parameters.map(\.name)))
        case "catch_kwargs": .json(.bool(definition.mentions.contains("kwargs")))
        case "catch_varargs": .json(.bool(definition.mentions.contains("varargs")))
        case "caller": .json(.bool(definition.mentions.contains("caller")))
        default: nil
        }
    }

    func call(_ arguments: CallArguments, _ evaluator: Evaluator) throws -> TemplateValue {
        try context.nested("the macro \(definition.name)") {
            var inner = Evaluator(context, source: source, frames: frames + [Frame()])
            try bind(arguments, &inner)
            var renderer = Renderer(inner)
            try renderer.render(definition.body)
            return .json(context.concatenated(renderer.output))
        }
    }

    private func bind(_ arguments: CallArguments, _ evaluator: inout Evaluator) throws {
        let frame = evaluator.frames[evaluator.frames.count - 1]
        var named = arguments.named
        func take(_ name: String) -> TemplateValue? {
            named.firstIndex { $0.name == name }.map { named.remove(at: $0).value }
        }
        for (position, parameter) in definition.parameters.enumerated() {
            if position < arguments.positional.count {
                frame.values[parameter.name] = arguments.positional[position]
            } else if let value = take(parameter.name) {
                frame.values[parameter.name] = value
            } else {
                // Defaults see the parameters before them.
                frame.values[parameter.name] =
                    try parameter.fallback.map { try evaluator.evaluate($0) } ?? .undefined(parameter.name)
            }
        }
        let extra = arguments.positional.dropFirst(definition.parameters.count)
        if definition.mentions.contains("caller"), frame.values["caller"] == nil {
            frame.values["caller"] = take("caller") ?? .undefined("caller")
        }
        if definition.mentions.contains("varargs") {
            frame.values["varargs"] = .json(.array(try extra.map { try $0.resolved() }))
        } else if !extra.isEmpty {
            throw bad("it takes no more than \(definition.parameters.count) arguments")
        }
        if definition.mentions.contains("kwargs") {
            frame.values["kwargs"] = .json(
                .object(JSONObject(try named.map { ($0.name, try $0.value.resolved()) })))
        } else if let unknown = named.first {
            throw bad("it takes no argument '\(unknown.name)'")
        }
    }

    private func bad(_ reason: String) -> TemplateProblemThrown {
        TemplateProblemThrown.bad("the macro \(definition.name)", reason)
    }
}
