internal import JSON

/// A query over JSON (https://jmespath.org/specification.html).
struct JMESPath {
    indirect enum Node {
        case current
        case field(String)
        case literal(JSON)
        case index(Int)
        case slice(Int?, Int?, Int?)
        case chain(Node, Node)
        /// The right side over each element of the left: elements, a dict's values, flattened ones, or those that fit.
        case project(Node, Node)
        case values(Node)
        case elements(Node)
        case flatten(Node)
        case filter(Node, Node)
        case list([Node])
        case hash([(String, Node)])
        case or(Node, Node)
        case and(Node, Node)
        case not(Node)
        case compare(String, Node, Node)
        case call(String, [Node])
        /// `&expression`, for functions that take one.
        case reference(Node)
    }

    private let root: Node

    init(parsing text: String) throws {
        var parser = JMESPathParser(text)
        root = try parser.whole()
    }

    func value(of json: JSON) throws -> JSON { try Self.evaluate(root, json) }

    /// JMESPath's idea of truth: numbers are true, 0 as well.
    static func isTrue(_ value: JSON) -> Bool {
        switch value {
        case .integer, .number: true
        default: value.isTruthy
        }
    }

    static func evaluate(_ node: Node, _ value: JSON) throws -> JSON {
        switch node {
        case .current: return value
        case .field(let name): return value.object?[name] ?? .null
        case .literal(let literal): return literal
        case .index(let index):
            guard let elements = value.array else { return .null }
            let position = index < 0 ? elements.count + index : index
            return elements.indices.contains(position) ? elements[position] : .null
        case .slice(let from, let to, let step):
            guard value.array != nil else { return .null }
            return try Evaluator.slice(value, [from, to, step].map { $0.map { JSON($0) } ?? .null })
        case .chain(let left, let right): return try evaluate(right, try evaluate(left, value))
        case .project(let source, let body):
            guard case .array(let elements) = try evaluate(source, value) else { return .null }
            return .array(try elements.map { try evaluate(body, $0) }.filter { !$0.isNull })
        case .values(let source):
            guard case .object(let members) = try evaluate(source, value) else { return .null }
            return .array(members.members.map(\.value))
        case .elements(let source):
            let found = try evaluate(source, value)
            return found.array == nil ? .null : found
        case .flatten(let source):
            guard case .array(let elements) = try evaluate(source, value) else { return .null }
            return .array(elements.flatMap { $0.array ?? [$0] })
        case .filter(let source, let condition):
            guard case .array(let elements) = try evaluate(source, value) else { return .null }
            return .array(try elements.filter { isTrue(try evaluate(condition, $0)) })
        case .list(let nodes): return value.isNull ? .null : .array(try nodes.map { try evaluate($0, value) })
        case .hash(let pairs):
            return value.isNull ? .null : .object(JSONObject(try pairs.map { ($0.0, try evaluate($0.1, value)) }))
        case .or(let left, let right):
            let first = try evaluate(left, value)
            return isTrue(first) ? first : try evaluate(right, value)
        case .and(let left, let right):
            let first = try evaluate(left, value)
            return isTrue(first) ? try evaluate(right, value) : first
        case .not(let node): return .bool(!isTrue(try evaluate(node, value)))
        case .compare(let operation, let left, let right):
            return compare(operation, try evaluate(left, value), try evaluate(right, value))
        case .call(let name, let arguments): return try JMESPathFunctions.call(name, arguments, value)
        case .reference: throw bad("'&' stands for a function's argument only")
        }
    }

    private static func compare(_ operation: String, _ left: JSON, _ right: JSON) -> JSON {
        switch operation {
        case "==": return .bool(left == right || (left.double != nil && left.double == right.double))
        case "!=": return .bool(!(left == right || (left.double != nil && left.double == right.double)))
        default:
            guard let a = left.double, let b = right.double else { return .null }
            switch operation {
            case "<": return .bool(a < b)
            case "<=": return .bool(a <= b)
            case ">": return .bool(a > b)
            default: return .bool(a >= b)
            }
        }
    }

    static func bad(_ reason: String) -> TemplateProblemThrown { .bad("json_query", reason) }
}
