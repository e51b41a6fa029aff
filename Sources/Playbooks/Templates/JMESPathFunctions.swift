internal import Diagnostics
internal import JSON

/// The functions of queries.
enum JMESPathFunctions {
    private typealias Function = @Sendable ([JSON]) throws -> JSON

    static func call(_ name: String, _ nodes: [JMESPath.Node], _ value: JSON) throws -> JSON {
        if let found = try byExpression(name, nodes, value) { return found }
        guard let (counts, function) = all[name] else {
            let near = nearestName(to: name, among: all.keys)
            throw JMESPath.bad("there is no function '\(name)'" + (near.map { ", did you mean '\($0)'?" } ?? ""))
        }
        let arguments = try nodes.map { try JMESPath.evaluate($0, value) }
        guard counts.contains(arguments.count) else { throw JMESPath.bad("'\(name)' takes other arguments") }
        return try function(arguments)
    }

    /// Functions that take an expression to apply to each element.
    private static func byExpression(_ name: String, _ nodes: [JMESPath.Node], _ value: JSON) throws -> JSON? {
        guard ["map", "sort_by", "min_by", "max_by"].contains(name) else { return nil }
        guard nodes.count == 2, case .reference(let key) = nodes[name == "map" ? 0 : 1],
            case .array(let elements) = try JMESPath.evaluate(nodes[name == "map" ? 1 : 0], value)
        else { throw JMESPath.bad("'\(name)' takes a list and an expression such as &name") }
        let keyed = try elements.map { (key: try JMESPath.evaluate(key, $0), element: $0) }
        func precedes(_ left: (key: JSON, element: JSON), _ right: (key: JSON, element: JSON)) throws -> Bool {
            try Evaluator.less(left.key, right.key)
        }
        switch name {
        case "map": return .array(keyed.map(\.key))
        case "sort_by": return .array(try keyed.sorted(by: precedes).map(\.element))
        case "min_by": return try keyed.min(by: precedes)?.element ?? .null
        default: return try keyed.max(by: precedes)?.element ?? .null
        }
    }

    private static func elements(_ value: JSON, _ name: String) throws -> [JSON] {
        guard let elements = value.array else { throw JMESPath.bad("'\(name)' takes a list, not \(value.pythonType)") }
        return elements
    }

    private static func number(_ value: JSON, _ name: String) throws -> Double {
        guard let number = value.double else { throw JMESPath.bad("'\(name)' takes numbers, not \(value.pythonType)") }
        return number
    }

    private static func whole(_ number: Double) throws -> JSON {
        guard let integer = Int64(exactly: number) else { throw JMESPath.bad("\(number) is too large") }
        return .integer(integer)
    }

    private static func text(_ value: JSON, _ name: String) throws -> String {
        guard let text = value.string else { throw JMESPath.bad("'\(name)' takes texts, not \(value.pythonType)") }
        return text
    }

    private static func members(_ value: JSON, _ name: String) throws -> JSONObject {
        guard let members = value.object else { throw JMESPath.bad("'\(name)' takes dicts, not \(value.pythonType)") }
        return members
    }

    private static let all: [String: (ClosedRange<Int>, Function)] = [
        "abs": (
            1...1,
            { arguments in
                let number = abs(try number(arguments[0], "abs"))
                return arguments[0].whole == nil
                    ? .number(number) : Int64(exactly: number).map { .integer($0) } ?? .null
            }
        ),
        "avg": (
            1...1,
            { arguments in
                let numbers = try elements(arguments[0], "avg").map { try number($0, "avg") }
                return numbers.isEmpty ? .null : .number(numbers.reduce(0, +) / Double(numbers.count))
            }
        ),
        "ceil": (1...1, { try whole(try number($0[0], "ceil").rounded(.up)) }),
        "floor": (1...1, { try whole(try number($0[0], "floor").rounded(.down)) }),
        "contains": (
            2...2,
            { arguments in
                if case .string(let whole) = arguments[0] {
                    return .bool(arguments[1].string.map { $0.isEmpty || whole.contains($0) } ?? false)
                }
                return .bool(try elements(arguments[0], "contains").contains { $0 == arguments[1] })
            }
        ),
        "starts_with": (2...2, { .bool(try text($0[0], "starts_with").hasPrefix(try text($0[1], "starts_with"))) }),
        "ends_with": (2...2, { .bool(try text($0[0], "ends_with").hasSuffix(try text($0[1], "ends_with"))) }),
        "join": (
            2...2,
            { arguments in
                let parts = try elements(arguments[1], "join").map { try text($0, "join") }
                return .string(parts.joined(separator: try text(arguments[0], "join")))
            }
        ),
        "keys": (1...1, { JSON(try members($0[0], "keys").keys) }),
        "values": (1...1, { .array(try members($0[0], "values").members.map(\.value)) }),
        "length": (
            1...1,
            { arguments in
                if let text = arguments[0].string { return JSON(text.unicodeScalars.count) }
                return JSON(try arguments[0].object?.count ?? elements(arguments[0], "length").count)
            }
        ),
        "max": (1...1, { try elements($0[0], "max").max { try Evaluator.less($0, $1) } ?? .null }),
        "min": (1...1, { try elements($0[0], "min").min { try Evaluator.less($0, $1) } ?? .null }),
        "merge": (
            1...64,
            { arguments in
                var merged = JSONObject()
                for (key, value) in try arguments.flatMap({
                    try members($0, "merge").members.map { ($0.key, $0.value) }
                }) {
                    merged[key] = value
                }
                return .object(merged)
            }
        ),
        "not_null": (1...64, { $0.first { !$0.isNull } ?? .null }),
        "reverse": (
            1...1,
            { arguments in
                if let text = arguments[0].string { return .string(String(text.reversed())) }
                return .array(try elements(arguments[0], "reverse").reversed())
            }
        ),
        "sort": (1...1, { .array(try elements($0[0], "sort").sorted { try Evaluator.less($0, $1) }) }),
        "sum": (1...1, { try elements($0[0], "sum").reduce(0) { try Arithmetic.apply(.add, $0, $1) } }),
        "to_array": (1...1, { $0[0].array == nil ? .array([$0[0]]) : $0[0] }),
        "to_number": (
            1...1,
            { arguments in
                guard let text = arguments[0].string else { return arguments[0].double == nil ? .null : arguments[0] }
                return Int64(text).map { .integer($0) } ?? Double(text).map { .number($0) } ?? .null
            }
        ),
        "to_string": (1...1, { $0[0].string == nil ? .string($0[0].text) : $0[0] }),
        "type": (
            1...1,
            { arguments in
                switch arguments[0] {
                case .null: "null"
                case .bool: "boolean"
                case .integer, .number: "number"
                case .string: "string"
                case .array: "array"
                case .object: "object"
                }
            }
        ),
    ]
}
