internal import JSON

/// Reads a query by the binding powers of its operators.
struct JMESPathParser {
    private let scalars: [Unicode.Scalar]
    private var at = 0
    private var depth = 0

    init(_ text: String) { scalars = Array(text.unicodeScalars) }

    mutating func whole() throws -> JMESPath.Node {
        let node = try expression(0)
        skipSpace()
        guard at == scalars.count else { throw failure("unexpected '\(scalars[at])'") }
        return node
    }

    private func failure(_ reason: String) -> TemplateProblemThrown {
        JMESPath.bad("\(reason) at character \(at + 1) of '\(String(String.UnicodeScalarView(scalars)))'")
    }

    private mutating func skipSpace() {
        while at < scalars.count, scalars[at].properties.isWhitespace { at += 1 }
    }

    private mutating func take(_ symbol: String) -> Bool {
        skipSpace()
        let wanted = Array(symbol.unicodeScalars)
        guard scalars.dropFirst(at).starts(with: wanted) else { return false }
        at += wanted.count
        return true
    }

    private func stands(_ symbol: String) -> Bool { scalars.dropFirst(at).starts(with: symbol.unicodeScalars) }

    private mutating func expect(_ symbol: String) throws {
        guard take(symbol) else { throw failure("expected '\(symbol)'") }
    }

    private static let comparisons = ["==", "!=", "<=", ">=", "<", ">"]

    private mutating func expression(_ power: Int) throws -> JMESPath.Node {
        depth += 1
        defer { depth -= 1 }
        guard depth <= 40 else { throw failure("nested more than 40 levels deep") }
        var left = try prefix()
        while let next = try infix(left, power) { left = next }
        return left
    }

    /// What follows a value, if it binds tighter than what stands before it.
    private mutating func infix(_ left: JMESPath.Node, _ power: Int) throws -> JMESPath.Node? {
        skipSpace()
        if stands("||") {
            guard power < 2 else { return nil }
            at += 2
            return .or(left, try expression(2))
        }
        if stands("|") {
            guard power < 1 else { return nil }
            at += 1
            return .chain(left, try expression(1))
        }
        if stands("&&") {
            guard power < 3 else { return nil }
            at += 2
            return .and(left, try expression(3))
        }
        if let comparison = Self.comparisons.first(where: { stands($0) }) {
            guard power < 5 else { return nil }
            at += comparison.count
            return .compare(comparison, left, try expression(5))
        }
        if stands("[]") {
            guard power < 9 else { return nil }
            at += 2
            return .project(.flatten(left), try projection(9))
        }
        if stands("[?") {
            guard power < 21 else { return nil }
            at += 2
            return try filtered(left)
        }
        if stands(".") {
            guard power < 40 else { return nil }
            at += 1
            if take("*") { return .project(.values(left), try projection(20)) }
            return .chain(left, try member())
        }
        if stands("[") {
            guard power < 55 else { return nil }
            at += 1
            return try bracket(left)
        }
        return nil
    }

    /// What is done with each element.
    private mutating func projection(_ power: Int) throws -> JMESPath.Node {
        skipSpace()
        if stands(".") {
            at += 1
            if take("*") { return .project(.values(.current), try projection(20)) }
            let first = try member()
            return try continued(first, power)
        }
        guard stands("["), power < 55, !stands("[]") || power < 9 else { return .current }
        return try continued(.current, power)
    }

    private mutating func continued(_ start: JMESPath.Node, _ power: Int) throws -> JMESPath.Node {
        var node = start
        while let next = try infix(node, power) { node = next }
        return node
    }

    private mutating func filtered(_ left: JMESPath.Node) throws -> JMESPath.Node {
        let condition = try expression(0)
        try expect("]")
        return .project(.filter(left, condition), try projection(21))
    }

    private mutating func bracket(_ left: JMESPath.Node) throws -> JMESPath.Node {
        if take("*") {
            try expect("]")
            return .project(.elements(left), try projection(20))
        }
        var bounds: [Int?] = [try number()]
        while bounds.count < 3, take(":") { bounds.append(try number()) }
        try expect("]")
        if bounds.count == 1 {
            guard let index = bounds[0] else { throw failure("an index is missing") }
            return .chain(left, .index(index))
        }
        return .project(
            .chain(left, .slice(bounds[0], bounds[1], bounds.count > 2 ? bounds[2] : nil)), try projection(20))
    }

    private mutating func number() throws -> Int? {
        skipSpace()
        let text = scalars[at...].prefix { $0 == "-" || ("0"..."9").contains($0) }
        at += text.count
        guard !text.isEmpty else { return nil }
        guard let value = Int(String(String.UnicodeScalarView(text))) else { throw failure("a malformed number") }
        return value
    }

    /// What stands behind a dot.
    private mutating func member() throws -> JMESPath.Node {
        skipSpace()
        if take("[") { return try list() }
        if take("{") { return try hash() }
        let name = try name()
        return take("(") ? .call(name, try arguments()) : .field(name)
    }

    private mutating func prefix() throws -> JMESPath.Node {
        skipSpace()
        guard at < scalars.count else { throw failure("a value is missing") }
        if take("!") { return .not(try expression(45)) }
        if take("@") { return .current }
        if take("&") { return .reference(try expression(0)) }
        if take("*") { return .project(.values(.current), try projection(20)) }
        if take("(") {
            let inner = try expression(0)
            try expect(")")
            return inner
        }
        if take("{") { return try hash() }
        if take("[]") { return .project(.flatten(.current), try projection(9)) }
        if take("[?") { return try filtered(.current) }
        if take("[") {
            skipSpace()
            if at < scalars.count, "*-:0123456789".unicodeScalars.contains(scalars[at]) { return try bracket(.current) }
            return try list()
        }
        if take("'") { return .literal(.string(try quoted("'"))) }
        if take("`") {
            let text = try quoted("`")
            // Text that is no JSON stands for itself, as it did in JMESPath's first versions.
            return .literal((try? JSON(parsing: text)) ?? .string(Conversions.trimmed(text)))
        }
        return try member()
    }

    private mutating func quoted(_ quote: Unicode.Scalar) throws -> String {
        var text = ""
        while at < scalars.count, scalars[at] != quote {
            if scalars[at] == "\\", at + 1 < scalars.count, scalars[at + 1] == quote { at += 1 }
            text.unicodeScalars.append(scalars[at])
            at += 1
        }
        guard at < scalars.count else { throw failure("a quote is not closed") }
        at += 1
        return text
    }

    private mutating func name() throws -> String {
        skipSpace()
        if take("\"") {
            var text = "\""
            while at < scalars.count, scalars[at] != "\"" {
                if scalars[at] == "\\", at + 1 < scalars.count {
                    text.unicodeScalars.append(scalars[at])
                    at += 1
                }
                text.unicodeScalars.append(scalars[at])
                at += 1
            }
            guard at < scalars.count, let name = (try? JSON(parsing: text + "\""))?.string else {
                throw failure("a malformed name")
            }
            at += 1
            return name
        }
        let name = scalars[at...].prefix {
            $0 == "_" || $0.isASCII && ($0.properties.isAlphabetic || ("0"..."9").contains($0))
        }
        guard let first = name.first, !("0"..."9").contains(first) else { throw failure("a name is missing") }
        at += name.count
        return String(String.UnicodeScalarView(name))
    }

    private mutating func list() throws -> JMESPath.Node {
        var nodes = [try expression(0)]
        while take(",") { nodes.append(try expression(0)) }
        try expect("]")
        return .list(nodes)
    }

    private mutating func hash() throws -> JMESPath.Node {
        var pairs: [(String, JMESPath.Node)] = []
        repeat {
            let key = try name()
            try expect(":")
            pairs.append((key, try expression(0)))
        } while take(",")
        try expect("}")
        return .hash(pairs)
    }

    private mutating func arguments() throws -> [JMESPath.Node] {
        if take(")") { return [] }
        var arguments = [try expression(0)]
        while take(",") { arguments.append(try expression(0)) }
        try expect(")")
        return arguments
    }
}
