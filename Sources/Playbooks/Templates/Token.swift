/// One token of an expression or a statement.
struct Token: Hashable, Sendable {
    enum Kind: Hashable, Sendable {
        case name(String)
        case string(String)
        case integer(Int64)
        case float(Double)
        case symbol(String)
        case end
    }

    var kind: Kind
    /// The token's place in the template, in bytes.
    var offset: Int

    func isSymbol(_ symbol: String) -> Bool { kind == .symbol(symbol) }
    func isName(_ name: String) -> Bool { kind == .name(name) }

    var described: String {
        switch kind {
        case .name(let name): "'\(name)'"
        case .string: "a string"
        case .integer, .float: "a number"
        case .symbol(let symbol): "'\(symbol)'"
        case .end: "the end"
        }
    }
}

/// A template cut at its delimiters; comments are gone and white space control is applied.
enum Segment: Hashable, Sendable {
    case text(String)
    case output([Token])
    case block([Token])

    /// The tokens of an output or a statement.
    var tokens: [Token] {
        switch self {
        case .text: []
        case .output(let tokens), .block(let tokens): tokens
        }
    }
}
