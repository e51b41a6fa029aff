internal import Diagnostics

// Calls, filters and tests, which follow a value.
extension ExpressionParser {
    mutating func arguments() throws(TemplateError) -> Expression.Arguments {
        var arguments = Expression.Arguments()
        while !takeSymbol(")") {
            if takeSymbol("**") {
                guard arguments.unpackedNames == nil else { throw failure("'**' stands twice") }
                arguments.unpackedNames = try expression()
            } else if takeSymbol("*") {
                guard arguments.unpacked == nil, arguments.unpackedNames == nil else {
                    throw failure("'*' stands twice")
                }
                arguments.unpacked = try expression()
            } else if case .name(let name) = current.kind, next?.isSymbol("=") == true {
                guard arguments.unpackedNames == nil else { throw failure("an argument after '**'") }
                advance()
                advance()
                arguments.named.append((name, try expression()))
            } else {
                guard arguments.named.isEmpty, arguments.unpacked == nil, arguments.unpackedNames == nil else {
                    throw failure("a positional argument after a named one")
                }
                arguments.positional.append(try expression())
            }
            if !takeSymbol(",") {
                try expectSymbol(")")
                break
            }
        }
        return arguments
    }

    mutating func filtersAndTests(of value: Expression) throws(TemplateError) -> Expression {
        var value = value
        while true {
            let start = current.offset
            try link()
            if takeSymbol("|") {
                let (name, arguments, offset) = try filterCall()
                value = Expression(kind: .filter(value, name, arguments), offset: offset)
            } else if takeName("is") {
                value = try test(of: value)
            } else if current.isSymbol("(") {
                advance()
                value = Expression(kind: .call(value, try arguments()), offset: start)
            } else {
                return value
            }
        }
    }

    mutating func filterCall() throws(TemplateError) -> (name: String, arguments: Expression.Arguments, offset: Int) {
        let offset = current.offset
        var name = try expectName()
        while takeSymbol(".") { name += "." + (try expectName()) }
        let short = FilterTable.shortName(of: name)
        guard FilterTable.all[short] != nil else {
            throw TemplateError(
                .unknownFilter(name, nearest: nearestName(to: short, among: FilterTable.all.keys)),
                at: TemplatePosition(of: offset, in: input))
        }
        return (short, takeSymbol("(") ? try arguments() : Expression.Arguments(), offset)
    }

    private mutating func test(of value: Expression) throws(TemplateError) -> Expression {
        let negated = takeName("not")
        let offset = current.offset
        var name = try expectName()
        while takeSymbol(".") { name += "." + (try expectName()) }
        let short = FilterTable.shortName(of: name)
        guard TestTable.all[short] != nil else {
            throw TemplateError(
                .unknownTest(name, nearest: nearestName(to: short, among: TestTable.all.keys)),
                at: TemplatePosition(of: offset, in: input))
        }
        var arguments = Expression.Arguments()
        if takeSymbol("(") {
            arguments = try self.arguments()
        } else if startsTestArgument {
            arguments.positional = [try postfix(try primary())]
        }
        let test = Expression(kind: .test(value, short, arguments), offset: offset)
        return negated ? Expression(kind: .not(test), offset: offset) : test
    }

    private var startsTestArgument: Bool {
        switch current.kind {
        case .name(let name): !["else", "or", "and", "if", "is", "in", "not", "recursive"].contains(name)
        case .string, .integer, .float: true
        case .symbol(let symbol): symbol == "[" || symbol == "{"
        case .end: false
        }
    }
}
