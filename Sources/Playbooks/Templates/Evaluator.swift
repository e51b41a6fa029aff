internal import JSON

/// Computes expressions over a scope; local names (loops, `set`) lie over it in frames.
struct Evaluator {
    let context: RenderContext
    /// The text that the expressions come from.
    var source: TemplateSource
    var frames: [Frame]

    init(_ context: RenderContext, source: TemplateSource, frames: [Frame] = [Frame()]) {
        self.context = context
        self.source = source
        self.frames = frames
    }

    func value(of name: String) throws -> TemplateValue? {
        for frame in frames.reversed() { if let value = frame.values[name] { return value } }
        return try context.scope.value(of: name)
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
            throw source.error(thrown.problem, offset)
        }
    }

    /// Asks the surroundings; what fails in another text without a place of its own is told at this one's.
    func outer<T>(_ offset: Int, _ body: () throws -> T) throws -> T {
        do {
            return try body()
        } catch let error as TemplateError where error.origin == nil {
            throw source.error(error.problem, offset)
        } catch let thrown as TemplateProblemThrown {
            throw source.error(thrown.problem, offset)
        }
    }

    func evaluate(_ expression: Expression) throws -> TemplateValue {
        switch expression.kind {
        case .literal(let value): return .json(value)
        case .name(let name):
            if let value = try outer(expression.offset, { try value(of: name) }) { return value }
            guard FunctionTable.names.contains(name) else { return .undefined(name) }
            return .object(Function { try FunctionTable.apply(name, $0, self) })
        case .list(let elements), .tuple(let elements): return .json(.array(try elements.map { try json($0) }))
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
        case .negate(let operand), .plus(let operand):
            let value = try json(operand)
            let isNegative = if case .negate = expression.kind { true } else { false }
            return .json(try located(expression.offset) { try Arithmetic.signed(value, isNegative: isNegative) })
        case .not(let operand): return .json(.bool(try !isTrue(operand)))
        case .and(let left, let right): return try isTrue(left) ? try evaluate(right) : try evaluate(left)
        case .or(let left, let right): return try isTrue(left) ? try evaluate(left) : try evaluate(right)
        case .arithmetic(let operation, let left, let right):
            return try arithmetic(operation, left, right, expression.offset)
        case .compare(let left, let rest): return .json(.bool(try compare(left, rest)))
        case .concatenate(let parts): return .json(.string(try parts.map { try json($0).pythonText }.joined()))
        case .conditional(let then, let test, let otherwise):
            if try isTrue(test) { return try evaluate(then) }
            return try otherwise.map { try evaluate($0) } ?? .nothing
        }
    }

    private func arithmetic(
        _ operation: ArithmeticOperator, _ left: Expression, _ right: Expression, _ offset: Int
    ) throws -> TemplateValue {
        let (a, b) = (try evaluate(left), try evaluate(right))
        if operation == .subtract, let difference = DateTime.difference(a, b) { return difference }
        return .json(
            try located(offset) {
                let a = try located(left.offset) { try a.existing() }
                let b = try located(right.offset) { try b.existing() }
                // A tuple gives a format its values; anything else is one value.
                if operation == .remainder, case .string(let format) = a {
                    let isTuple = if case .tuple = right.kind { true } else { false }
                    return .string(try PrintfFormat.format(format, isTuple ? b.array ?? [b] : [b]))
                }
                return try Arithmetic.apply(operation, a, b)
            })
    }

    func filter(
        _ name: String, _ value: TemplateValue, _ arguments: Expression.Arguments, _ offset: Int
    ) throws -> TemplateValue {
        let arguments = try self.arguments(arguments)
        return try located(offset) { try FilterTable.apply(name, value, arguments, self) }
    }

    func arguments(_ arguments: Expression.Arguments) throws -> CallArguments {
        var values = CallArguments(
            positional: try arguments.positional.map { try evaluate($0) },
            named: try arguments.named.map { ($0.name, try evaluate($0.value)) })
        if let unpacked = arguments.unpacked {
            let elements = try json(unpacked)
            values.positional += try located(unpacked.offset) { try elements.elements() }.map { .json($0) }
        }
        if let unpacked = arguments.unpackedNames {
            guard case .object(let members) = try json(unpacked) else {
                throw source.error(.typeMismatch("'**' needs a dict"), unpacked.offset)
            }
            values.named += members.members.map { ($0.key, .json($0.value)) }
        }
        return values
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
        case .name(let name) where !FunctionTable.names.contains(name) || isLocal(name):
            let value = try evaluate(callee)
            if case .undefined = value {
                let near = TemplateNames.nearestFunction(to: name)
                throw source.error(.unknownFunction(name, nearest: near), offset)
            }
            return try call(value, arguments, offset)
        case .name(let name):
            return try outer(offset) { try FunctionTable.apply(name, arguments, self) }
        case .attribute(let base, let name): return try call(name, of: base, arguments, offset)
        default: return try call(try evaluate(callee), arguments, offset)
        }
    }

    private func isLocal(_ name: String) -> Bool { frames.contains { $0.values[name] != nil } }

    private func call(_ value: TemplateValue, _ arguments: CallArguments, _ offset: Int) throws -> TemplateValue {
        try located(offset) {
            if case .undefined = value { _ = try value.resolved() }
            guard case .object(let object) = value, let callable = object as? any TemplateCallable else {
                throw TemplateProblemThrown(.typeMismatch("this cannot be called"))
            }
            return try callable.call(arguments, self)
        }
    }

    private func call(
        _ name: String, of base: Expression, _ arguments: CallArguments, _ offset: Int
    ) throws -> TemplateValue {
        let value = try evaluate(base)
        if case .object(let object) = value, case .object(let member)? = try outer(offset, { try object.member(name) }),
            member is any TemplateCallable
        {
            return try call(.object(member), arguments, offset)
        }
        return try located(offset) {
            if case .json(let json) = value,
                let (result, changed) = try Mutations.apply(name, to: json, arguments)
            {
                try assign(.json(changed), to: base)
                return .json(result)
            }
            return try MethodTable.apply(name, value, arguments)
        }
    }

    /// Puts a changed value where an expression found it; a variable of the surroundings gets a local shadow.
    private func assign(_ value: TemplateValue, to place: Expression) throws {
        switch place.kind {
        case .name(let name): (frames.last { $0.values[name] != nil } ?? frames[0]).values[name] = value
        case .attribute(let base, let name): try assign(value, to: base, member: .string(name))
        case .item(let base, let key): try assign(value, to: base, member: try json(key))
        default: break  // a temporary value: nobody sees the change
        }
    }

    private func assign(_ value: TemplateValue, to base: Expression, member: JSON) throws {
        switch try evaluate(base) {
        case .object(let object): (object as? Namespace)?.set(member.pythonText, value)
        case .json(.object(var members)):
            members[member.pythonText] = try value.resolved()
            try assign(.json(.object(members)), to: base)
        case .json(.array(var elements)):
            guard let index = member.whole.flatMap({ Int(exactly: $0) }) else { return }
            let position = index < 0 ? elements.count + index : index
            guard elements.indices.contains(position) else { return }
            elements[position] = try value.resolved()
            try assign(.json(.array(elements)), to: base)
        default: break
        }
    }
}
