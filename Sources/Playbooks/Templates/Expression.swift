internal import JSON

/// A parsed expression and where in the template it begins.
struct Expression: Sendable {
    indirect enum Kind: Sendable {
        case literal(JSON)
        case name(String)
        case list([Expression])
        case tuple([Expression])
        case dictionary([(key: Expression, value: Expression)])
        case attribute(Expression, String)
        case item(Expression, Expression)
        case slice(Expression, from: Expression?, to: Expression?, step: Expression?)
        case filter(Expression, String, Arguments)
        case test(Expression, String, Arguments)
        case call(Expression, Arguments)
        case negate(Expression)
        case plus(Expression)
        case not(Expression)
        case and(Expression, Expression)
        case or(Expression, Expression)
        case arithmetic(ArithmeticOperator, Expression, Expression)
        case compare(Expression, [(ComparisonOperator, Expression)])
        case concatenate([Expression])
        case conditional(then: Expression, test: Expression, otherwise: Expression?)
    }

    /// What a filter, a test or a call is given.
    struct Arguments: Sendable {
        var positional: [Expression] = []
        var named: [(name: String, value: Expression)] = []
        /// `*list` and `**dict`.
        var unpacked: Expression?
        var unpackedNames: Expression?
    }

    var kind: Kind
    var offset: Int

    /// Whether this is nothing but a variable.
    var isName: Bool { if case .name = kind { true } else { false } }
}

enum ArithmeticOperator: String, Sendable {
    case add = "+"
    case subtract = "-"
    case multiply = "*"
    case divide = "/"
    case floorDivide = "//"
    case remainder = "%"
    case power = "**"
}

enum ComparisonOperator: String, Sendable {
    case equal = "=="
    case notEqual = "!="
    case less = "<"
    case lessOrEqual = "<="
    case greater = ">"
    case greaterOrEqual = ">="
    case isIn = "in"
    case isNotIn = "not in"
}
