internal import Diagnostics

/// Builds statements from a template's segments.
struct TemplateParser {
    private let segments: [Segment]
    let input: [UInt8]
    private var at = 0
    private var depth = 0
    var loopDepth = 0
    /// The blocks so far, inner ones too: each name is there once.
    var blocks: [Statement.Block] = []
    var blockNames: Set<String> = []

    init(_ segments: [Segment], input: [UInt8]) {
        self.segments = segments
        self.input = input
    }

    static let statements = [
        "if", "for", "set", "filter", "with", "raw", "macro", "call", "block", "extends", "include", "import", "from",
        "do", "break", "continue", "print",
    ]

    mutating func template() throws(TemplateError) -> [Statement] {
        let (body, _) = try body(until: [])
        return body
    }

    /// Statements up to one whose first word is in `ends`; that statement's parser stands behind the word.
    mutating func body(
        until ends: Set<String>, openedBy opener: (name: String, offset: Int)? = nil
    ) throws(TemplateError) -> ([Statement], (word: String, rest: ExpressionParser)?) {
        depth += 1
        defer { depth -= 1 }
        var statements: [Statement] = []
        while at < segments.count {
            let segment = segments[at]
            at += 1
            switch segment {
            case .text(let text): statements.append(.text(text))
            case .output(let tokens):
                var parser = ExpressionParser(tokens, input: input)
                let expression = try parser.expressionOrTuple()
                try parser.expectEnd()
                statements.append(.output(expression))
            case .block(let tokens):
                var parser = ExpressionParser(tokens, input: input)
                guard depth <= 40 else { throw parser.failure("nested more than 40 levels deep") }
                let offset = parser.current.offset
                let word = try parser.expectName()
                if ends.contains(word) { return (statements, (word, parser)) }
                statements.append(try statement(word, offset, &parser))
            }
        }
        if let opener {
            throw failure("'\(opener.name)' is not closed by 'end\(opener.name)'", opener.offset)
        }
        return (statements, nil)
    }

    private mutating func statement(
        _ word: String, _ offset: Int, _ parser: inout ExpressionParser
    ) throws(TemplateError) -> Statement {
        switch word {
        case "if": return try branch(offset, &parser)
        case "for": return try loop(offset, &parser)
        case "set": return try assignment(offset, &parser)
        case "filter":
            let filters = try filterChain(&parser)
            return .filtered(try closedBody("filter", offset), filters: filters)
        case "with": return try scope(offset, &parser)
        case "macro": return .macro(try macro(offset, &parser))
        case "call": return try callBlock(offset, &parser)
        case "block": return try block(offset, &parser)
        case "extends": return .extends(try whole(&parser))
        case "include": return try include(&parser)
        case "import": return try importModule(&parser)
        case "from": return try importNames(&parser)
        case "do": return .evaluate(try whole(&parser))
        case "print": return .output(try whole(&parser))
        case "break", "continue":
            guard loopDepth > 0 else { throw failure("'\(word)' stands outside of a loop", offset) }
            try parser.expectEnd()
            return word == "break" ? .leave : .next
        default:
            let near = nearestName(to: word, among: Self.statements)
            throw failure("unknown statement '\(word)'" + (near.map { ", did you mean '\($0)'?" } ?? ""), offset)
        }
    }

    /// One expression, and nothing behind it.
    private func whole(_ parser: inout ExpressionParser) throws(TemplateError) -> Expression {
        let expression = try parser.expressionOrTuple()
        try parser.expectEnd()
        return expression
    }

    func failure(_ reason: String, _ offset: Int) -> TemplateError {
        TemplateError(.syntax(reason), at: TemplatePosition(of: offset, in: input))
    }

    mutating func closedBody(_ name: String, _ offset: Int) throws(TemplateError) -> [Statement] {
        let (statements, end) = try body(until: ["end\(name)"], openedBy: (name, offset))
        try end?.rest.expectEnd()
        return statements
    }

    /// Which of some names the segments since one mention.
    func mentions(of names: Set<String>, since start: Int) -> Set<String> {
        var found: Set<String> = []
        for token in segments[start..<at].lazy.flatMap(\.tokens) {
            if case .name(let name) = token.kind, names.contains(name) { found.insert(name) }
        }
        return found
    }

    /// The segment that comes next.
    var position: Int { at }

    private mutating func branch(_ offset: Int, _ parser: inout ExpressionParser) throws(TemplateError) -> Statement {
        var branches: [(condition: Expression, body: [Statement])] = []
        var condition = try whole(&parser)
        while true {
            let (statements, end) = try body(until: ["elif", "else", "endif"], openedBy: ("if", offset))
            branches.append((condition, statements))
            guard var end else { return .branch(branches, otherwise: []) }
            switch end.word {
            case "elif": condition = try whole(&end.rest)
            case "else":
                try end.rest.expectEnd()
                return .branch(branches, otherwise: try closedBody("if", offset))
            default:
                try end.rest.expectEnd()
                return .branch(branches, otherwise: [])
            }
        }
    }

    private mutating func loop(_ offset: Int, _ parser: inout ExpressionParser) throws(TemplateError) -> Statement {
        let target = try target(&parser)
        guard parser.takeName("in") else { throw parser.failure("expected 'in', found \(parser.current.described)") }
        let sequence = try parser.expressionOrTuple(allowsConditional: false)
        let condition: Expression? = if parser.takeName("if") { try parser.expression() } else { nil }
        let isRecursive = parser.takeName("recursive")
        try parser.expectEnd()
        loopDepth += 1
        let (statements, end) = try body(until: ["else", "endfor"], openedBy: ("for", offset))
        loopDepth -= 1
        try end?.rest.expectEnd()
        let otherwise = end?.word == "else" ? try closedBody("for", offset) : []
        return .loop(
            Statement.Loop(
                target: target, sequence: sequence, condition: condition, isRecursive: isRecursive, body: statements,
                otherwise: otherwise, offset: offset))
    }

    private mutating func scope(_ offset: Int, _ parser: inout ExpressionParser) throws(TemplateError) -> Statement {
        var values: [(name: String, value: Expression)] = []
        while parser.current.kind != .end {
            if !values.isEmpty { try parser.expectSymbol(",") }
            let name = try parser.expectName()
            try parser.expectSymbol("=")
            values.append((name, try parser.expression()))
        }
        return .scoped(values, try closedBody("with", offset))
    }

    /// Names, with parentheses around some or all of them.
    private func target(_ parser: inout ExpressionParser) throws(TemplateError) -> AssignmentTarget {
        func one() throws(TemplateError) -> AssignmentTarget {
            guard parser.takeSymbol("(") else { return .name(try parser.expectTarget()) }
            try parser.enter()
            defer { parser.leave() }
            let inner = try target(&parser)
            try parser.expectSymbol(")")
            return inner
        }
        let first = try one()
        guard parser.current.isSymbol(",") else { return first }
        var elements = [first]
        while parser.takeSymbol(",") {
            if parser.current.isName("in") || parser.current.isSymbol("=") || parser.current.isSymbol(")") { break }
            elements.append(try one())
        }
        return .tuple(elements)
    }

    private mutating func assignment(_ offset: Int, _ parser: inout ExpressionParser) throws(TemplateError) -> Statement
    {
        let target = try target(&parser)
        if case .name(let name) = target {
            if parser.takeSymbol(".") {
                let member = try parser.expectName()
                try parser.expectSymbol("=")
                return .assignMember(name, member, try whole(&parser))
            }
            if !parser.current.isSymbol("=") {
                let filters = parser.takeSymbol("|") ? try filterChain(&parser) : []
                try parser.expectEnd()
                return .assignBlock(name, try closedBody("set", offset), filters: filters)
            }
        }
        try parser.expectSymbol("=")
        return .assign(target, try whole(&parser))
    }

    private func filterChain(_ parser: inout ExpressionParser) throws(TemplateError) -> [Statement.FilterCall] {
        var filters: [Statement.FilterCall] = []
        repeat {
            let (name, arguments, offset) = try parser.filterCall()
            filters.append(Statement.FilterCall(name: name, arguments: arguments, offset: offset))
        } while parser.takeSymbol("|")
        try parser.expectEnd()
        return filters
    }
}
