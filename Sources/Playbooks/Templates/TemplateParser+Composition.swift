// Macros, blocks, and what comes from other templates.
extension TemplateParser {
    mutating func macro(_ offset: Int, _ parser: inout ExpressionParser) throws(TemplateError) -> MacroDefinition {
        let name = try parser.expectTarget()
        try parser.expectSymbol("(")
        let parameters = try parameters(&parser)
        try parser.expectEnd()
        return try macro(name, parameters, "macro", offset)
    }

    private mutating func macro(
        _ name: String, _ parameters: [(name: String, fallback: Expression?)], _ keyword: String, _ offset: Int
    ) throws(TemplateError) -> MacroDefinition {
        let start = position
        let outer = loopDepth
        loopDepth = 0
        let body = try closedBody(keyword, offset)
        loopDepth = outer
        return MacroDefinition(
            name: name, parameters: parameters, body: body,
            mentions: mentions(of: ["varargs", "kwargs", "caller"], since: start), offset: offset)
    }

    /// Parameters up to the closing parenthesis; those behind one with a default have one too.
    private func parameters(
        _ parser: inout ExpressionParser
    ) throws(TemplateError) -> [(name: String, fallback: Expression?)] {
        var parameters: [(name: String, fallback: Expression?)] = []
        while !parser.takeSymbol(")") {
            if !parameters.isEmpty { try parser.expectSymbol(",") }
            let name = try parser.expectTarget()
            if parser.takeSymbol("=") {
                parameters.append((name, try parser.expression()))
            } else if parameters.last?.fallback != nil {
                throw parser.failure("'\(name)' needs a default, as the parameter before it has one")
            } else {
                parameters.append((name, nil))
            }
        }
        return parameters
    }

    mutating func callBlock(_ offset: Int, _ parser: inout ExpressionParser) throws(TemplateError) -> Statement {
        let parameters = parser.takeSymbol("(") ? try parameters(&parser) : []
        let call = try parser.expression()
        guard case .call = call.kind else { throw failure("'call' needs a call, such as 'dialog()'", offset) }
        try parser.expectEnd()
        return .callBlock(call, caller: try macro("caller", parameters, "call", offset))
    }

    mutating func block(_ offset: Int, _ parser: inout ExpressionParser) throws(TemplateError) -> Statement {
        let name = try parser.expectName()
        guard blockNames.insert(name).inserted else { throw failure("the block '\(name)' is there twice", offset) }
        let isScoped = parser.takeName("scoped")
        let isRequired = parser.takeName("required")
        try parser.expectEnd()
        let outer = loopDepth
        loopDepth = 0
        let (body, end) = try body(until: ["endblock"], openedBy: ("block", offset))
        loopDepth = outer
        if var rest = end?.rest {
            _ = rest.takeName(name)
            try rest.expectEnd()
        }
        let isBlank = body.allSatisfy { statement in
            if case .text(let text) = statement { text.allSatisfy(\.isWhitespace) } else { false }
        }
        guard isBlank || !isRequired else { throw failure("a required block holds nothing but white space", offset) }
        let block = Statement.Block(
            name: name, isScoped: isScoped, isRequired: isRequired, body: body, offset: offset)
        blocks.append(block)
        return .block(block)
    }

    func include(_ parser: inout ExpressionParser) throws(TemplateError) -> Statement {
        let name = try parser.expression()
        let ignoresMissing = parser.takeName("ignore")
        if ignoresMissing, !parser.takeName("missing") {
            throw parser.failure("expected 'missing', found \(parser.current.described)")
        }
        let withContext = try context(&parser) ?? true
        try parser.expectEnd()
        return .include(name, ignoresMissing: ignoresMissing, withContext: withContext)
    }

    func importModule(_ parser: inout ExpressionParser) throws(TemplateError) -> Statement {
        let name = try parser.expression()
        guard parser.takeName("as") else { throw parser.failure("expected 'as', found \(parser.current.described)") }
        let alias = try parser.expectTarget()
        let withContext = try context(&parser) ?? false
        try parser.expectEnd()
        return .importModule(name, as: alias, withContext: withContext)
    }

    func importNames(_ parser: inout ExpressionParser) throws(TemplateError) -> Statement {
        let template = try parser.expression()
        guard parser.takeName("import") else {
            throw parser.failure("expected 'import', found \(parser.current.described)")
        }
        var names: [(name: String, alias: String)] = []
        var withContext: Bool?
        repeat {
            withContext = try names.isEmpty ? nil : context(&parser)
            if withContext != nil { break }
            let name = try parser.expectTarget()
            if name.hasPrefix("_") { throw parser.failure("names that begin with '_' cannot be imported") }
            names.append((name, parser.takeName("as") ? try parser.expectTarget() : name))
            withContext = try context(&parser)
        } while withContext == nil && parser.takeSymbol(",") && parser.current.kind != .end
        try parser.expectEnd()
        return .importNames(template, names, withContext: withContext ?? false)
    }

    /// `with context` or `without context`, else nil.
    private func context(_ parser: inout ExpressionParser) throws(TemplateError) -> Bool? {
        guard parser.next?.isName("context") == true else { return nil }
        if parser.takeName("with") {
            parser.advance()
            return true
        }
        if parser.takeName("without") {
            parser.advance()
            return false
        }
        return nil
    }
}
