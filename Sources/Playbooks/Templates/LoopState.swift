internal import JSON

/// What `loop` is within a loop.
final class LoopState: TemplateCallable {
    typealias Recursion = (JSON) throws -> String

    var index = 0
    private let elements: [JSON]
    private let depth: Int
    private let recursion: Recursion?
    private var lastChanged: [JSON]?

    init(_ elements: [JSON], depth: Int, recursion: Recursion?) {
        self.elements = elements
        self.depth = depth
        self.recursion = recursion
    }

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
        case "depth": .json(JSON(depth + 1))
        case "depth0": .json(JSON(depth))
        case "cycle": .object(Function { [self] arguments in try cycled(arguments) })
        case "changed": .object(Function { [self] arguments in try hasChanged(arguments) })
        default: nil
        }
    }

    private func cycled(_ arguments: CallArguments) throws -> TemplateValue {
        guard !arguments.positional.isEmpty else { throw TemplateProblemThrown.bad("loop.cycle", "it needs values") }
        return arguments.positional[index % arguments.positional.count]
    }

    private func hasChanged(_ arguments: CallArguments) throws -> TemplateValue {
        let values = try arguments.positional.map { try $0.resolved() }
        defer { lastChanged = values }
        return .json(.bool(lastChanged != values))
    }

    /// `loop(children)`: the same loop over what an element holds.
    func call(_ arguments: CallArguments, _ evaluator: Evaluator) throws -> TemplateValue {
        guard let recursion else {
            throw TemplateProblemThrown.bad("loop", "only a loop that ends in 'recursive' can be called")
        }
        return .json(.string(try recursion(try arguments.required(0, "iterable", of: "loop"))))
    }
}

/// A function of the engine as a value.
struct Function: TemplateCallable {
    let body: (CallArguments) throws -> TemplateValue

    init(_ body: @escaping (CallArguments) throws -> TemplateValue) { self.body = body }

    func call(_ arguments: CallArguments, _ evaluator: Evaluator) throws -> TemplateValue { try body(arguments) }
}
