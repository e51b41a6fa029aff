internal import JSON

/// Python's literals as `ast.literal_eval` reads them: how an INI inventory's values get their types.
struct PythonLiteral {
    /// The value of a literal; other text stays what it is.
    static func value(of text: String) -> JSON {
        var parser = PythonLiteral(text)
        guard let value = parser.document() else { return .string(text) }
        return value
    }

    private struct NoLiteral: Error {}

    private let input: [Unicode.Scalar]
    private var at = 0
    private var depth = 0

    private init(_ text: String) { input = Array(text.unicodeScalars) }

    private mutating func document() -> JSON? {
        // What is no literal is text: its error says nothing.
        guard let first = try? value() else { return nil }
        var elements = [first]
        var isTuple = false
        while take(",") {
            isTuple = true
            skipSpace()
            if at == input.count || input[at] == "#" { break }
            guard let next = try? value() else { return nil }
            elements.append(next)
        }
        skipSpace()
        guard at == input.count || input[at] == "#" else { return nil }
        return isTuple ? .array(elements) : first
    }

    private mutating func skipSpace() { while at < input.count, input[at] == " " || input[at] == "\t" { at += 1 } }

    private var next: Unicode.Scalar? { at < input.count ? input[at] : nil }

    private mutating func take(_ scalar: Unicode.Scalar) -> Bool {
        skipSpace()
        guard next == scalar else { return false }
        at += 1
        return true
    }

    private mutating func value() throws -> JSON {
        skipSpace()
        depth += 1
        defer { depth -= 1 }
        guard let first = next, depth < 90 else { throw NoLiteral() }
        switch first {
        case "[": return .array(try elements(until: "]").values)
        case "(":
            let (values, hasComma) = try elements(until: ")")
            return values.count == 1 && !hasComma ? values[0] : .array(values)
        case "{": return try braces()
        case "'", "\"": return .string(try strings())
        case "-", "+":
            at += 1
            return try signed(try value(), isNegative: first == "-")
        case _ where first.isDigit || first == ".": return try number()
        default: return try word()
        }
    }

    private func signed(_ value: JSON, isNegative: Bool) throws -> JSON {
        switch value {
        case .integer(let number): return .integer(isNegative ? -number : number)
        case .number(let number): return .number(isNegative ? -number : number)
        default: throw NoLiteral()
        }
    }

    private mutating func elements(until end: Unicode.Scalar) throws -> (values: [JSON], hasComma: Bool) {
        at += 1
        var values: [JSON] = []
        var hasComma = false
        while !take(end) {
            values.append(try value())
            if take(",") {
                hasComma = true
            } else if take(end) {
                break
            } else {
                throw NoLiteral()
            }
        }
        return (values, hasComma)
    }

    /// A dict, or a set, which JSON knows as a list.
    private mutating func braces() throws -> JSON {
        at += 1
        if take("}") { return [:] }
        var (members, values) = (JSONObject(), [JSON]())
        repeat {
            if take("}") { return values.isEmpty ? .object(members) : .array(values) }
            let key = try value()
            if take(":") {
                guard values.isEmpty, key.array == nil, key.object == nil else { throw NoLiteral() }
                members[key.string ?? key.text] = try value()
            } else {
                guard members.isEmpty else { throw NoLiteral() }
                if !values.contains(key) { values.append(key) }
            }
        } while take(",")
        guard take("}") else { throw NoLiteral() }
        return values.isEmpty ? .object(members) : .array(values)
    }

    private mutating func word() throws -> JSON {
        let start = at
        while let scalar = next, scalar.properties.isAlphabetic || scalar.isDigit || scalar == "_" { at += 1 }
        let word = String(String.UnicodeScalarView(input[start..<at]))
        switch word {
        case "True": return true
        case "False": return false
        case "None": return .null
        case "u", "U", "b", "B", "r", "R":
            guard next == "'" || next == "\"" else { throw NoLiteral() }
            return .string(try strings(isRaw: word.lowercased() == "r"))
        default: throw NoLiteral()
        }
    }
}

extension PythonLiteral {
    /// Neighbouring strings are one.
    private mutating func strings(isRaw: Bool = false) throws -> String {
        var text = try string(isRaw: isRaw)
        while true {
            skipSpace()
            guard next == "'" || next == "\"" else { return text }
            text += try string(isRaw: false)
        }
    }

    private mutating func string(isRaw: Bool) throws -> String {
        let quote = input[at]
        let isTriple = at + 2 < input.count && input[at + 1] == quote && input[at + 2] == quote
        at += isTriple ? 3 : 1
        var text = String.UnicodeScalarView()
        while let scalar = next {
            if scalar == quote, !isTriple || at + 2 < input.count && input[at + 1] == quote && input[at + 2] == quote {
                at += isTriple ? 3 : 1
                return String(text)
            }
            at += 1
            if scalar == "\\" {
                guard let escaped = next else { throw NoLiteral() }
                at += 1
                text.append(contentsOf: isRaw ? [scalar, escaped] : try unescaped(escaped))
            } else {
                text.append(scalar)
            }
        }
        throw NoLiteral()
    }

    private mutating func unescaped(_ scalar: Unicode.Scalar) throws -> [Unicode.Scalar] {
        switch scalar {
        case "n": return ["\n"]
        case "t": return ["\t"]
        case "r": return ["\r"]
        case "a": return ["\u{07}"]
        case "b": return ["\u{08}"]
        case "f": return ["\u{0C}"]
        case "v": return ["\u{0B}"]
        case "\\", "'", "\"": return [scalar]
        case "x": return try code(digits: 2)
        case "u": return try code(digits: 4)
        case "U": return try code(digits: 8)
        case "0"..."7":
            at -= 1
            let digits = input[at...].prefix(3).prefix { ("0"..."7").contains($0) }
            at += digits.count
            return [try Self.scalar(digits, radix: 8)]
        default: return ["\\", scalar]
        }
    }

    private mutating func code(digits count: Int) throws -> [Unicode.Scalar] {
        guard at + count <= input.count else { throw NoLiteral() }
        defer { at += count }
        return [try Self.scalar(input[at..<at + count], radix: 16)]
    }

    private static func scalar(_ digits: ArraySlice<Unicode.Scalar>, radix: Int) throws -> Unicode.Scalar {
        guard let code = UInt32(String(String.UnicodeScalarView(digits)), radix: radix),
            let scalar = Unicode.Scalar(code)
        else { throw NoLiteral() }
        return scalar
    }

    /// An integer of any base, or a float; `_` may part digits, and a decimal number has no leading zero.
    private mutating func number() throws -> JSON {
        let start = at
        while let scalar = next, scalar.isDigit || scalar.properties.isAlphabetic || scalar == "_" || scalar == "." {
            at += 1
            if scalar == "e" || scalar == "E", next == "+" || next == "-", !isHexadecimal(start) { at += 1 }
        }
        let written = String(String.UnicodeScalarView(input[start..<at]))
        guard !written.contains("__"), written.last != "_" else { throw NoLiteral() }
        let text = written.filter { $0 != "_" }.lowercased()
        for (prefix, radix) in [("0x", 16), ("0o", 8), ("0b", 2)] where text.hasPrefix(prefix) {
            guard let number = Int64(text.dropFirst(2), radix: radix) else { throw NoLiteral() }
            return .integer(number)
        }
        if text.allSatisfy(\.isNumber) {
            // Numbers beyond 64 bits stay text, which keeps their digits.
            guard text.first != "0" || text.allSatisfy({ $0 == "0" }), let number = Int64(text) else {
                throw NoLiteral()
            }
            return .integer(number)
        }
        guard text.contains(where: \.isNumber), text.allSatisfy({ $0.isNumber || ".e+-".contains($0) }),
            let number = Double((text.first == "." ? "0" : "") + text), number.isFinite
        else { throw NoLiteral() }
        return .number(number)
    }

    private func isHexadecimal(_ start: Int) -> Bool {
        start + 1 < input.count && input[start] == "0" && (input[start + 1] == "x" || input[start + 1] == "X")
    }
}

extension Unicode.Scalar {
    fileprivate var isDigit: Bool { ("0"..."9").contains(self) }
}
