internal import JSON

/// Computes expressions over a scope; local names (loops, `set`) lie over it in frames.
struct Evaluator {
    let scope: any TemplateScope
    let input: [UInt8]
    var frames: [[String: TemplateValue]] = [[:]]

    func value(of name: String) throws -> TemplateValue? {
        for frame in frames.reversed() { if let value = frame[name] { return value } }
        return try scope.value(of: name)
    }

    /// A value that must exist.
    func json(_ expression: Expression) throws -> JSON {
        let value = try evaluate(expression)
        return try located(expression.offset) { try value.resolved() }
    }

    func isTrue(_ expression: Expression) throws -> Bool {
        let value = try evaluate(expression)
        if case .object(let object) = value { return !object.memberNames.isEmpty }
        return try located(expression.offset) { try value.resolved() }.isTruthy
    }

    /// Adds a place to what went wrong below.
    func located<T>(_ offset: Int, _ body: () throws -> T) throws -> T {
        do {
            return try body()
        } catch let thrown as TemplateProblemThrown {
            throw TemplateError(thrown.problem, at: TemplatePosition(of: offset, in: input))
        }
    }

    func evaluate(_ expression: Expression) throws -> TemplateValue {
        switch expression.kind {
        case .literal(let value): return .json(value)
        case .name(let name):
            return try located(expression.offset) { try value(of: name) } ?? .undefined(name)
        case .list(let elements): return .json(.array(try elements.map { try json($0) }))
        case .dictionary(let members):
            var object = JSONObject()
            for member in members { object[try json(member.key).pythonText] = try json(member.value) }
            return .json(.object(object))
        case .attribute(let base, let name):
            let value = try evaluate(base)
            return try located(expression.offset) { try member(name, of: value, base) }
        case .item(let base, let index):
            let (value, key) = (try evaluate(base), try json(index))
            return try located(expression.offset) { try item(key, of: value, base) }
        case .slice(let base, let from, let to, let step):
            let bounds = try [from, to, step].map { try $0.map { try json($0) } ?? .null }
            let value = try json(base)
            return .json(try located(expression.offset) { try Self.slice(value, bounds) })
        case .filter(let base, let name, let arguments):
            return try filter(name, try evaluate(base), arguments, expression.offset)
        case .test(let base, let name, let arguments):
            let (value, arguments) = (try evaluate(base), try self.arguments(arguments))
            return .json(.bool(try located(expression.offset) { try TestTable.apply(name, value, arguments, self) }))
        case .call(let callee, let arguments): return try call(callee, arguments, expression.offset)
        case .negate(let operand):
            let value = try json(operand)
            return .json(try located(expression.offset) { try Arithmetic.apply(.subtract, .integer(0), value) })
        case .plus(let operand): return .json(try json(operand))
        case .not(let operand): return .json(.bool(try !isTrue(operand)))
        case .and(let left, let right): return try isTrue(left) ? try evaluate(right) : try evaluate(left)
        case .or(let left, let right): return try isTrue(left) ? try evaluate(left) : try evaluate(right)
        case .arithmetic(let operation, let left, let right):
            let (left, right) = (try json(left), try json(right))
            return .json(try located(expression.offset) { try Arithmetic.apply(operation, left, right) })
        case .compare(let left, let rest): return .json(.bool(try compare(left, rest)))
        case .concatenate(let parts): return .json(.string(try parts.map { try json($0).pythonText }.joined()))
        case .conditional(let then, let test, let otherwise):
            if try isTrue(test) { return try evaluate(then) }
            return try otherwise.map { try evaluate($0) } ?? .json("")
        }
    }

    func filter(
        _ name: String, _ value: TemplateValue, _ arguments: Expression.Arguments, _ offset: Int
    ) throws -> TemplateValue {
        let arguments = try self.arguments(arguments)
        return try located(offset) { try FilterTable.apply(name, value, arguments, self) }
    }

    func arguments(_ arguments: Expression.Arguments) throws -> CallArguments {
        CallArguments(
            positional: try arguments.positional.map { try evaluate($0) },
            named: try arguments.named.map { ($0.name, try evaluate($0.value)) })
    }

    private func compare(_ first: Expression, _ rest: [(ComparisonOperator, Expression)]) throws -> Bool {
        var left = try json(first)
        for (comparison, operand) in rest {
            let right = try json(operand)
            let holds = try located(operand.offset) {
                switch comparison {
                case .equal: left.equals(right)
                case .notEqual: !left.equals(right)
                case .less: try Self.less(left, right)
                case .greater: try Self.less(right, left)
                case .lessOrEqual: try left.equals(right) || Self.less(left, right)
                case .greaterOrEqual: try left.equals(right) || Self.less(right, left)
                case .isIn: try right.holds(left)
                case .isNotIn: try !right.holds(left)
                }
            }
            guard holds else { return false }
            left = right
        }
        return true
    }

    static func less(_ left: JSON, _ right: JSON) throws -> Bool {
        guard let answer = left.isLess(than: right) else {
            throw TemplateProblemThrown(.typeMismatch("\(left.pythonType) and \(right.pythonType) have no order"))
        }
        return answer
    }

    private func call(_ callee: Expression, _ arguments: Expression.Arguments, _ offset: Int) throws -> TemplateValue {
        let arguments = try self.arguments(arguments)
        switch callee.kind {
        case .name(let name):
            return try located(offset) { try FunctionTable.apply(name, arguments, self) }
        case .attribute(let base, let name):
            let value = try evaluate(base)
            return try located(offset) { try MethodTable.apply(name, value, arguments) }
        default:
            return try located(offset) { throw TemplateProblemThrown(.typeMismatch("this cannot be called")) }
        }
    }

    private func described(_ expression: Expression) -> String {
        switch expression.kind {
        case .name(let name): name
        case .attribute(let base, let name): described(base) + "." + name
        case .item(let base, let index):
            if case .literal(let key) = index.kind {
                "\(described(base))[\(key.pythonRepresentation)]"
            } else {
                described(base) + "[…]"
            }
        default: "the value"
        }
    }

    func member(_ name: String, of value: TemplateValue, _ base: Expression) throws -> TemplateValue {
        switch value {
        case .undefined: return value
        case .object(let object): return try object.member(name) ?? .undefined(described(base) + "." + name)
        case .json(.object(let members)):
            return members[name].map { .json($0) } ?? .undefined(described(base) + "." + name)
        case .json: return .undefined(described(base) + "." + name)
        }
    }

    private func item(_ key: JSON, of value: TemplateValue, _ base: Expression) throws -> TemplateValue {
        let missing = TemplateValue.undefined("\(described(base))[\(key.pythonRepresentation)]")
        switch value {
        case .undefined: return value
        case .object(let object): return try object.member(key.pythonText) ?? missing
        case .json(.object(let members)): return members[key.pythonText].map { .json($0) } ?? missing
        case .json(.array(let elements)):
            guard let index = key.whole.flatMap({ Int(exactly: $0) }) else { return missing }
            let position = index < 0 ? elements.count + index : index
            return elements.indices.contains(position) ? .json(elements[position]) : missing
        case .json(.string(let text)):
            let scalars = Array(text.unicodeScalars)
            guard let index = key.whole.flatMap({ Int(exactly: $0) }) else { return missing }
            let position = index < 0 ? scalars.count + index : index
            return scalars.indices.contains(position) ? .json(.string(String(scalars[position]))) : missing
        case .json: return missing
        }
    }

    /// A path such as `metadata.name` or `0.address`, as `map(attribute=…)` takes it.
    func path(_ path: JSON, of value: JSON) throws -> TemplateValue {
        let base = Expression(kind: .name("item"), offset: 0)
        if case .integer = path { return try item(path, of: .json(value), base) }
        return try path.pythonText.split(separator: ".").reduce(.json(value)) { value, step in
            try item(Int64(step).map { .integer($0) } ?? .string(String(step)), of: value, base)
        }
    }

    private static func slice(_ value: JSON, _ bounds: [JSON]) throws -> JSON {
        let isText = value.string != nil
        guard isText || value.array != nil else {
            throw TemplateProblemThrown(.typeMismatch("\(value.pythonType) cannot be sliced"))
        }
        let numbers = try bounds.map { bound -> Int? in
            if bound.isNull { return nil }
            guard let number = bound.whole else {
                throw TemplateProblemThrown(.typeMismatch("a slice needs integers, not \(bound.pythonType)"))
            }
            return Int(clamping: number)
        }
        let elements = try value.elements()
        let count = elements.count
        let step = max(-count - 1, min(count + 1, numbers[2] ?? 1))
        guard step != 0 else { throw TemplateProblemThrown(.typeMismatch("a slice's step cannot be 0")) }
        func bound(_ number: Int?, _ fallback: Int) -> Int {
            guard let number else { return fallback }
            let position = number < 0 ? max(-count - 1, number) + count : min(number, count)
            return step > 0 ? max(0, min(count, position)) : max(-1, min(count - 1, position))
        }
        let (from, to) = (bound(numbers[0], step > 0 ? 0 : count - 1), bound(numbers[1], step > 0 ? count : -1))
        let picked = stride(from: from, to: to, by: step).map { elements[$0] }
        return isText ? .string(picked.map(\.pythonText).joined()) : .array(picked)
    }
}

/// What a filter, test, method or function was called with.
struct CallArguments {
    var positional: [TemplateValue] = []
    var named: [(name: String, value: TemplateValue)] = []

    /// The argument at a position or under a name, or nil where it was not given.
    func value(_ position: Int, _ name: String) -> TemplateValue? {
        positional.indices.contains(position) ? positional[position] : named.first { $0.name == name }?.value
    }

    func json(_ position: Int, _ name: String) throws -> JSON? { try value(position, name)?.resolved() }

    func text(_ position: Int, _ name: String) throws -> String? { try json(position, name)?.pythonText }

    func integer(_ position: Int, _ name: String) throws -> Int? {
        guard let value = try json(position, name), !value.isNull else { return nil }
        guard let number = value.whole else {
            throw TemplateProblemThrown(.typeMismatch("'\(name)' must be an integer, not \(value.pythonType)"))
        }
        return Int(clamping: number)
    }

    func flag(_ position: Int, _ name: String) throws -> Bool? { try json(position, name)?.isTruthy }

    func required(_ position: Int, _ name: String, of callee: String) throws -> JSON {
        guard let value = try json(position, name) else {
            throw TemplateProblemThrown.bad(callee, "it needs '\(name)'")
        }
        return value
    }

    /// The arguments behind the first ones.
    func dropping(_ count: Int) -> CallArguments {
        CallArguments(positional: Array(positional.dropFirst(count)), named: named)
    }
}
