internal import JSON

/// The global functions of templates.
enum FunctionTable {
    static let names = ["range", "dict", "namespace"]

    static func apply(_ name: String, _ arguments: CallArguments, _ evaluator: Evaluator) throws -> TemplateValue {
        switch name {
        case "range": return .json(try range(arguments))
        case "dict":
            return .json(
                .object(
                    JSONObject(
                        try
                            (arguments.positional.first?.resolved().object.map { $0.members.map { ($0.key, $0.value) } }
                            ?? [])
                            + arguments.named.map { ($0.name, try $0.value.resolved()) })))
        case "namespace": return .object(Namespace(arguments.named.map { ($0.name, $0.value) }))
        case "lookup", "query", "q":
            throw TemplateProblemThrown.bad(name, "lookups are not available")
        default:
            throw TemplateProblemThrown(.unknownFunction(name, nearest: TemplateNames.nearestFunction(to: name)))
        }
    }

    private static func range(_ arguments: CallArguments) throws -> JSON {
        let numbers = try arguments.positional.indices.map { try arguments.integer($0, "range") ?? 0 }
        guard (1...3).contains(numbers.count) else {
            throw TemplateProblemThrown.bad("range", "it takes one to three integers")
        }
        let (from, to) = numbers.count == 1 ? (0, numbers[0]) : (numbers[0], numbers[1])
        let step = numbers.count == 3 ? numbers[2] : 1
        guard step != 0 else { throw TemplateProblemThrown.bad("range", "the step cannot be 0") }
        let (distance, overflow) = to.subtractingReportingOverflow(from)
        guard !overflow, distance / step <= 1_000_000 else {
            throw TemplateProblemThrown.bad("range", "more than a million numbers")
        }
        return .array(stride(from: from, to: to, by: step).map { JSON($0) })
    }
}

/// A `namespace(…)`: members that `{% set ns.x = … %}` changes from within a loop.
final class Namespace: TemplateObject {
    private var members: [(String, TemplateValue)]

    init(_ members: [(String, TemplateValue)]) { self.members = members }

    func member(_ name: String) -> TemplateValue? { members.first { $0.0 == name }?.1 }

    var memberNames: [String] { members.map(\.0) }

    func set(_ name: String, _ value: TemplateValue) {
        if let at = members.firstIndex(where: { $0.0 == name }) {
            members[at].1 = value
        } else {
            members.append((name, value))
        }
    }
}
