internal import JSON

/// The global functions of templates.
enum FunctionTable {
    typealias Body = @Sendable (CallArguments, Evaluator) throws -> TemplateValue

    static let names = Set(all.keys)

    static func apply(_ name: String, _ arguments: CallArguments, _ evaluator: Evaluator) throws -> TemplateValue {
        guard let function = all[name] else {
            throw TemplateProblemThrown(.unknownFunction(name, nearest: TemplateNames.nearestFunction(to: name)))
        }
        return try function(arguments, evaluator)
    }

    private static let query: Body = { arguments, evaluator in
        .json(try Lookups.call(arguments, isQuery: true, evaluator.context.scope))
    }

    private static let all: [String: Body] = [
        "range": { arguments, _ in .json(try range(arguments)) },
        "dict": { arguments, _ in
            let pairs =
                switch try arguments.positional.first?.resolved() {
                case .object(let members)?: members.members.map { ($0.key, $0.value) }
                case let value?: try value.pairs()
                case nil: [(String, JSON)]()
                }
            return .json(.object(JSONObject(pairs + (try arguments.namedValues().members.map { ($0.key, $0.value) }))))
        },
        "namespace": { arguments, _ in
            let start = try arguments.positional.first?.resolved().object?.members.map {
                ($0.key, TemplateValue.json($0.value))
            }
            return .object(Namespace((start ?? []) + arguments.named.map { ($0.name, $0.value) }))
        },
        "lookup": { arguments, evaluator in
            .json(try Lookups.call(arguments, isQuery: false, evaluator.context.scope))
        },
        "query": query,
        "q": query,
        "now": { arguments, _ in
            let now = DateTime.now(isUTC: try arguments.flag(0, "utc") ?? false)
            guard let format = try arguments.text(1, "fmt"), !format.isEmpty else { return .object(now) }
            return .json(.string(now.formatted(format)))
        },
        "undef": { arguments, _ in .undefined(try arguments.text(0, "hint") ?? "undef()") },
        "joiner": { arguments, _ in .object(Joiner(separator: try arguments.text(0, "sep") ?? ", ")) },
        "cycler": { arguments, _ in
            let items = try arguments.positional.map { try $0.resolved() }
            guard !items.isEmpty else { throw TemplateProblemThrown.bad("cycler", "it needs values") }
            return .object(Cycler(items))
        },
    ]

    private static func range(_ arguments: CallArguments) throws -> JSON {
        let numbers = try arguments.positional.indices.map { position in
            guard let number = try arguments.integer(position, "range") else {
                throw TemplateProblemThrown.bad("range", "it takes integers")
            }
            return number
        }
        guard (1...3).contains(numbers.count) else {
            throw TemplateProblemThrown.bad("range", "it takes one to three integers")
        }
        let (from, to) = numbers.count == 1 ? (0, numbers[0]) : (numbers[0], numbers[1])
        let step = numbers.count == 3 ? numbers[2] : 1
        guard step != 0 else { throw TemplateProblemThrown.bad("range", "the step cannot be 0") }
        let (distance, overflow) = to.subtractingReportingOverflow(from)
        guard !overflow, step != .min, distance / step <= 1_000_000 else {
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

/// `joiner(…)`: nothing at its first call, the separator at every later one.
final class Joiner: TemplateCallable {
    private let separator: String
    private var wasUsed = false

    init(separator: String) { self.separator = separator }

    func call(_ arguments: CallArguments, _ evaluator: Evaluator) -> TemplateValue {
        defer { wasUsed = true }
        return .json(.string(wasUsed ? separator : ""))
    }
}

/// `cycler(…)`: values in turn.
final class Cycler: TemplateObject {
    private let items: [JSON]
    private var position = 0

    init(_ items: [JSON]) { self.items = items }

    let memberNames = ["current"]

    func member(_ name: String) -> TemplateValue? {
        switch name {
        case "current": .json(items[position])
        case "next":
            .object(
                Function { [self] _ in
                    defer { position = (position + 1) % items.count }
                    return .json(items[position])
                })
        case "reset":
            .object(
                Function { [self] _ in
                    position = 0
                    return .json(.null)
                })
        default: nil
        }
    }
}
