internal import JSON

// What operators stand between: literals, names, lists, calls, members and filters.
extension ExpressionParser {
    mutating func primary() throws(TemplateError) -> Expression {
        let token = current
        advance()
        switch token.kind {
        case .name(let name):
            let literal: JSON? =
                switch name {
                case "true", "True": .bool(true)
                case "false", "False": .bool(false)
                case "none", "None": .null
                default: nil
                }
            return Expression(kind: literal.map { .literal($0) } ?? .name(name), offset: token.offset)
        case .string(var text):
            while case .string(let more) = current.kind {
                text += more
                advance()
            }
            return Expression(kind: .literal(.string(text)), offset: token.offset)
        case .integer(let value): return Expression(kind: .literal(.integer(value)), offset: token.offset)
        case .float(let value): return Expression(kind: .literal(.number(value)), offset: token.offset)
        case .symbol("("): return try parenthesized(token.offset)
        case .symbol("["):
            return Expression(kind: .list(try elements(until: "]")), offset: token.offset)
        case .symbol("{"): return try dictionary(token.offset)
        default:
            at -= 1
            throw failure("expected a value, found \(token.described)")
        }
    }

    mutating func parenthesized(_ start: Int) throws(TemplateError) -> Expression {
        if takeSymbol(")") { return Expression(kind: .tuple([]), offset: start) }
        let first = try expression()
        if takeSymbol(")") { return first }
        try expectSymbol(",")
        return Expression(kind: .tuple([first] + (try elements(until: ")"))), offset: start)
    }

    mutating func elements(until end: String) throws(TemplateError) -> [Expression] {
        var elements: [Expression] = []
        while !takeSymbol(end) {
            elements.append(try expression())
            if !takeSymbol(",") {
                try expectSymbol(end)
                break
            }
        }
        return elements
    }

    mutating func dictionary(_ start: Int) throws(TemplateError) -> Expression {
        var members: [(key: Expression, value: Expression)] = []
        while !takeSymbol("}") {
            let key = try expression()
            try expectSymbol(":")
            members.append((key, try expression()))
            if !takeSymbol(",") {
                try expectSymbol("}")
                break
            }
        }
        return Expression(kind: .dictionary(members), offset: start)
    }

    mutating func postfix(_ value: Expression) throws(TemplateError) -> Expression {
        var value = value
        while true {
            // The place of a path is where it begins.
            let start = value.offset
            try link()
            if takeSymbol(".") {
                if case .integer(let index) = current.kind {
                    advance()
                    value = Expression(
                        kind: .item(value, Expression(kind: .literal(.integer(index)), offset: start)), offset: start)
                } else {
                    value = Expression(kind: .attribute(value, try expectName()), offset: start)
                }
            } else if takeSymbol("[") {
                value = try subscripted(value, start)
            } else if takeSymbol("(") {
                let arguments = try arguments()
                try check(lookup: value, arguments)
                value = Expression(kind: .call(value, arguments), offset: start)
            } else {
                return value
            }
        }
    }

    /// A lookup whose name is written out is known, or an error at once.
    func check(lookup callee: Expression, _ arguments: Expression.Arguments) throws(TemplateError) {
        guard case .name(let function) = callee.kind, LookupCall.functions.contains(function),
            let first = arguments.positional.first, case .literal(.string(let name)) = first.kind,
            !Lookups.isKnown(name)
        else { return }
        throw TemplateError(
            .unknownLookup(name, nearest: Lookups.nearest(to: name)),
            at: TemplatePosition(of: first.offset, in: input))
    }

    mutating func subscripted(_ value: Expression, _ start: Int) throws(TemplateError) -> Expression {
        var bounds: [Expression?] = [nil]
        while !takeSymbol("]") {
            if takeSymbol(":") {
                bounds.append(nil)
            } else {
                guard bounds[bounds.count - 1] == nil else { throw failure("expected ']', found \(current.described)") }
                bounds[bounds.count - 1] = try expression()
            }
        }
        if bounds.count == 1 {
            guard let index = bounds[0] else { throw failure("an empty subscript") }
            return Expression(kind: .item(value, index), offset: start)
        }
        guard bounds.count <= 3 else { throw failure("a slice has at most three parts") }
        return Expression(
            kind: .slice(value, from: bounds[0], to: bounds[1], step: bounds.count == 3 ? bounds[2] : nil),
            offset: start)
    }
}
