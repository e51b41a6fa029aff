internal import JSON

/// Recursive descent over the tokens of one output or statement, by Jinja2's precedence.
struct ExpressionParser {
    let tokens: [Token]
    let input: [UInt8]
    var at = 0
    private var depth = 0
    private var links = 0

    init(_ tokens: [Token], input: [UInt8]) {
        self.tokens = tokens
        self.input = input
    }

    var current: Token { tokens[min(at, tokens.count - 1)] }

    mutating func advance() { at += 1 }

    mutating func takeSymbol(_ symbol: String) -> Bool {
        guard current.isSymbol(symbol) else { return false }
        at += 1
        return true
    }

    mutating func takeName(_ name: String) -> Bool {
        guard current.isName(name) else { return false }
        at += 1
        return true
    }

    mutating func expectSymbol(_ symbol: String) throws(TemplateError) {
        guard takeSymbol(symbol) else { throw failure("expected '\(symbol)', found \(current.described)") }
    }

    mutating func expectName() throws(TemplateError) -> String {
        guard case .name(let name) = current.kind else { throw failure("expected a name, found \(current.described)") }
        at += 1
        return name
    }

    /// A name that may be given a value.
    mutating func expectTarget() throws(TemplateError) -> String {
        let offset = current.offset
        let name = try expectName()
        guard !Self.constants.contains(name) else {
            throw TemplateError(
                .syntax("'\(name)' cannot be given a value"), at: TemplatePosition(of: offset, in: input))
        }
        return name
    }

    static let constants: Set<String> = ["true", "false", "none", "True", "False", "None"]

    /// The token behind the current one.
    var next: Token? { at + 1 < tokens.count ? tokens[at + 1] : nil }

    func expectEnd() throws(TemplateError) {
        guard current.kind == .end else { throw failure("unexpected \(current.described)") }
    }

    /// A whole expression; a bare comma makes a list of it, as Python makes a tuple.
    mutating func expressionOrTuple(allowsConditional: Bool = true) throws(TemplateError) -> Expression {
        let start = current.offset
        let first = try expression(allowsConditional: allowsConditional)
        guard current.isSymbol(",") else { return first }
        var elements = [first]
        while takeSymbol(","), current.kind != .end {
            elements.append(try expression(allowsConditional: allowsConditional))
        }
        return Expression(kind: .tuple(elements), offset: start)
    }

    mutating func expression(allowsConditional: Bool = true) throws(TemplateError) -> Expression {
        try enter()
        defer { leave() }
        var value = try or()
        while allowsConditional, current.isName("if") {
            let start = current.offset
            try link()
            advance()
            let test = try or()
            let otherwise: Expression? = if takeName("else") { try expression() } else { nil }
            value = Expression(kind: .conditional(then: value, test: test, otherwise: otherwise), offset: start)
        }
        return value
    }

    private mutating func or() throws(TemplateError) -> Expression {
        var left = try and()
        while current.isName("or") {
            let start = current.offset
            try link()
            advance()
            left = Expression(kind: .or(left, try and()), offset: start)
        }
        return left
    }

    private mutating func and() throws(TemplateError) -> Expression {
        var left = try not()
        while current.isName("and") {
            let start = current.offset
            try link()
            advance()
            left = Expression(kind: .and(left, try not()), offset: start)
        }
        return left
    }

    private mutating func not() throws(TemplateError) -> Expression {
        let start = current.offset
        guard takeName("not") else { return try comparison() }
        try enter()
        defer { leave() }
        return Expression(kind: .not(try not()), offset: start)
    }

    private mutating func comparison() throws(TemplateError) -> Expression {
        let start = current.offset
        let left = try sum()
        var rest: [(ComparisonOperator, Expression)] = []
        while let comparison = comparisonOperator() {
            try link()
            rest.append((comparison, try sum()))
        }
        return rest.isEmpty ? left : Expression(kind: .compare(left, rest), offset: start)
    }

    private mutating func comparisonOperator() -> ComparisonOperator? {
        switch current.kind {
        case .symbol(let symbol):
            guard let found = ComparisonOperator(rawValue: symbol) else { return nil }
            at += 1
            return found
        case .name("in"):
            at += 1
            return .isIn
        case .name("not") where at + 1 < tokens.count && tokens[at + 1].isName("in"):
            at += 2
            return .isNotIn
        default: return nil
        }
    }

    private mutating func sum() throws(TemplateError) -> Expression {
        try leftAssociative(["+", "-"]) { parser throws(TemplateError) in try parser.concatenation() }
    }

    private mutating func concatenation() throws(TemplateError) -> Expression {
        let start = current.offset
        var parts = [try product()]
        while takeSymbol("~") { parts.append(try product()) }
        return parts.count == 1 ? parts[0] : Expression(kind: .concatenate(parts), offset: start)
    }

    private mutating func product() throws(TemplateError) -> Expression {
        try leftAssociative(["*", "/", "//", "%"]) { parser throws(TemplateError) in try parser.power() }
    }

    private mutating func leftAssociative(
        _ symbols: [String], _ operand: (inout Self) throws(TemplateError) -> Expression
    ) throws(TemplateError) -> Expression {
        var left = try operand(&self)
        while case .symbol(let symbol) = current.kind, symbols.contains(symbol),
            let arithmetic = ArithmeticOperator(rawValue: symbol)
        {
            let start = current.offset
            try link()
            advance()
            left = Expression(kind: .arithmetic(arithmetic, left, try operand(&self)), offset: start)
        }
        return left
    }

    private mutating func power() throws(TemplateError) -> Expression {
        var left = try unary(filters: true)
        while current.isSymbol("**") {
            let start = current.offset
            try link()
            advance()
            left = Expression(kind: .arithmetic(.power, left, try unary(filters: true)), offset: start)
        }
        return left
    }

    /// A sign, then what follows a value, which binds to the whole of it as in Jinja2.
    private mutating func unary(filters: Bool) throws(TemplateError) -> Expression {
        try enter()
        defer { leave() }
        let start = current.offset
        var value: Expression
        if takeSymbol("-") {
            value = Expression(kind: .negate(try unary(filters: false)), offset: start)
        } else if takeSymbol("+") {
            value = Expression(kind: .plus(try unary(filters: false)), offset: start)
        } else {
            value = try primary()
        }
        value = try postfix(value)
        return filters ? try filtersAndTests(of: value) : value
    }

    /// Chains such as `a.b.c` or `1 + 2 + 3` are walked recursively: their length is bounded.
    mutating func link() throws(TemplateError) {
        links += 1
        guard links <= 250 else { throw failure("more than 250 operations in one expression") }
    }

    /// What nests is bounded, since it is walked recursively.
    mutating func enter() throws(TemplateError) {
        depth += 1
        guard depth <= 40 else { throw failure("nested more than 40 levels deep") }
    }

    mutating func leave() { depth -= 1 }

    func failure(_ reason: String) -> TemplateError {
        TemplateError(.syntax(reason), at: TemplatePosition(of: current.offset, in: input))
    }
}
