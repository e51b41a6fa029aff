internal import JSON

/// Text that reads as a Python or JSON literal becomes its value, as Ansible's `safe_eval` makes it.
enum Literals {
    static func value(_ text: String) -> JSON {
        if text == "True" { return .bool(true) }
        if text == "False" { return .bool(false) }
        guard text.hasPrefix("{") || text.hasPrefix("[") else { return .string(text) }
        if text.hasPrefix("{{") || text.hasPrefix("{%") { return .string(text) }
        // Neither JSON nor Python's way of writing it: then it is plain text, and no error.
        if let json = try? JSON(parsing: text) { return json }
        return literal(text) ?? .string(text)
    }

    /// The value of a Python literal, or nil where the text is none.
    static func literal(_ text: String) -> JSON? {
        var lexer = TemplateLexer("{{ \(text) }}", dialect: .file())
        // Text that is no literal is plain text: its error says nothing.
        guard let segments = try? lexer.segmentsOfTemplate(), segments.count == 1,
            case .output(let tokens) = segments[0]
        else { return nil }
        var parser = ExpressionParser(tokens, input: [])
        // As above.
        guard let expression = try? parser.expression(), (try? parser.expectEnd()) != nil else { return nil }
        return literal(expression)
    }

    private static func literal(_ expression: Expression) -> JSON? {
        switch expression.kind {
        case .literal(let value): return value
        case .name("null"): return .null
        case .negate(let operand):
            switch literal(operand) {
            case .integer(let value)?: return .integer(-value)
            case .number(let value)?: return .number(-value)
            default: return nil
            }
        case .list(let elements):
            var values: [JSON] = []
            for element in elements {
                guard let value = literal(element) else { return nil }
                values.append(value)
            }
            return .array(values)
        case .dictionary(let members):
            var object = JSONObject()
            for member in members {
                guard let key = literal(member.key), let value = literal(member.value) else { return nil }
                object[key.pythonText] = value
            }
            return .object(object)
        default: return nil
        }
    }
}
