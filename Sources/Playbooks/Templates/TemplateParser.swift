internal import Diagnostics

/// Builds statements from a template's segments.
struct TemplateParser {
    private let segments: [Segment]
    private let input: [UInt8]
    private var at = 0
    private var depth = 0

    init(_ segments: [Segment], input: [UInt8]) {
        self.segments = segments
        self.input = input
    }

    private static let statements = ["if", "for", "set", "filter", "with", "raw"]

    mutating func template() throws(TemplateError) -> [Statement] {
        let (body, _) = try body(until: [])
        return body
    }

    /// Statements up to one whose first word is in `ends`; that statement's parser stands behind the word.
    private mutating func body(
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
            throw TemplateError(
                .syntax("'\(opener.name)' is not closed by 'end\(opener.name)'"),
                at: TemplatePosition(of: opener.offset, in: input))
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
        case "with":
            var values: [(name: String, value: Expression)] = []
            while parser.current.kind != .end {
                if !values.isEmpty { try parser.expectSymbol(",") }
                let name = try parser.expectName()
                try parser.expectSymbol("=")
                values.append((name, try parser.expression()))
            }
            return .scoped(values, try closedBody("with", offset))
        default:
            let near = nearestName(to: word, among: Self.statements)
            throw TemplateError(
                .syntax("unknown statement '\(word)'" + (near.map { ", did you mean '\($0)'?" } ?? "")),
                at: TemplatePosition(of: offset, in: input))
        }
    }

    private mutating func closedBody(_ name: String, _ offset: Int) throws(TemplateError) -> [Statement] {
        let (statements, end) = try body(until: ["end\(name)"], openedBy: (name, offset))
        try end?.rest.expectEnd()
        return statements
    }

    private mutating func branch(_ offset: Int, _ parser: inout ExpressionParser) throws(TemplateError) -> Statement {
        var branches: [(condition: Expression, body: [Statement])] = []
        var condition = try parser.expressionOrTuple()
        try parser.expectEnd()
        while true {
            let (statements, end) = try body(until: ["elif", "else", "endif"], openedBy: ("if", offset))
            branches.append((condition, statements))
            guard var end else { return .branch(branches, otherwise: []) }
            switch end.word {
            case "elif":
                condition = try end.rest.expressionOrTuple()
                try end.rest.expectEnd()
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
        var targets = [try target(&parser)]
        while parser.takeSymbol(",") { targets.append(try target(&parser)) }
        guard parser.takeName("in") else { throw parser.failure("expected 'in', found \(parser.current.described)") }
        let sequence = try parser.expression(allowsConditional: false)
        let condition: Expression? = if parser.takeName("if") { try parser.expression() } else { nil }
        if parser.current.isName("recursive") { throw parser.failure("recursive loops are not supported") }
        try parser.expectEnd()
        let (statements, end) = try body(until: ["else", "endfor"], openedBy: ("for", offset))
        try end?.rest.expectEnd()
        let otherwise = end?.word == "else" ? try closedBody("for", offset) : []
        return .loop(
            Statement.Loop(
                targets: targets, sequence: sequence, condition: condition, body: statements, otherwise: otherwise,
                offset: offset))
    }

    private mutating func target(_ parser: inout ExpressionParser) throws(TemplateError) -> String {
        let parenthesized = parser.takeSymbol("(")
        let name = try parser.expectName()
        if parenthesized { try parser.expectSymbol(")") }
        return name
    }

    private mutating func assignment(_ offset: Int, _ parser: inout ExpressionParser) throws(TemplateError) -> Statement
    {
        var names = [try parser.expectName()]
        if parser.takeSymbol(".") {
            let member = try parser.expectName()
            try parser.expectSymbol("=")
            let value = try parser.expressionOrTuple()
            try parser.expectEnd()
            return .assignMember(names[0], member, value)
        }
        while parser.takeSymbol(",") { names.append(try parser.expectName()) }
        if parser.takeSymbol("=") {
            let value = try parser.expressionOrTuple()
            try parser.expectEnd()
            return .assign(names, value)
        }
        let filters = parser.takeSymbol("|") ? try filterChain(&parser) : []
        try parser.expectEnd()
        return .assignBlock(names[0], try closedBody("set", offset), filters: filters)
    }

    private func filterChain(
        _ parser: inout ExpressionParser
    ) throws(TemplateError) -> [(name: String, arguments: Expression.Arguments, offset: Int)] {
        var filters = [try parser.filterCall()]
        while parser.takeSymbol("|") { filters.append(try parser.filterCall()) }
        try parser.expectEnd()
        return filters
    }
}
