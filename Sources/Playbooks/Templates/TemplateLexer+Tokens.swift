// The tokens within an output or a statement.
extension TemplateLexer {
    mutating func tokens(until end: [UInt8], isBlock: Bool, opened: Int) throws(TemplateError) -> [Token] {
        var tokens: [Token] = []
        var open: [UInt8] = []
        while true {
            skipSpace()
            guard at < input.count else {
                throw failure("this is not closed by '\(String(decoding: end, as: UTF8.self))'", opened)
            }
            if open.isEmpty {
                let marked = input[at] == UInt8(ascii: "-") || (isBlock && input[at] == UInt8(ascii: "+"))
                let close = marked ? at + 1 : at
                if stands(end, at: close) {
                    stripsNext = marked && input[at] == UInt8(ascii: "-")
                    dropsNewline = isBlock && !(marked && input[at] == UInt8(ascii: "+"))
                    tokens.append(Token(kind: .end, offset: at))
                    at = close + end.count
                    return tokens
                }
            }
            let token = try token(after: tokens.last)
            if case .symbol(let symbol) = token.kind { try balance(symbol, &open, token.offset) }
            tokens.append(token)
        }
    }

    private func balance(_ symbol: String, _ open: inout [UInt8], _ offset: Int) throws(TemplateError) {
        switch symbol {
        case "(", "[", "{": open.append(symbol.utf8.first ?? 0)
        case ")", "]", "}":
            let expected: UInt8 =
                symbol == ")" ? UInt8(ascii: "(") : symbol == "]" ? UInt8(ascii: "[") : UInt8(ascii: "{")
            guard open.popLast() == expected else { throw failure("unexpected '\(symbol)'", offset) }
        default: break
        }
    }

    private mutating func token(after previous: Token?) throws(TemplateError) -> Token {
        let offset = at
        switch input[at] {
        case UInt8(ascii: "'"), UInt8(ascii: "\""): return Token(kind: .string(try string()), offset: offset)
        case UInt8(ascii: "0")...UInt8(ascii: "9"):
            return Token(kind: try number(isMember: previous?.isSymbol(".") == true), offset: offset)
        case let byte where isNameStart(byte): return Token(kind: .name(word()), offset: offset)
        default: return Token(kind: .symbol(try symbol()), offset: offset)
        }
    }

    private mutating func symbol() throws(TemplateError) -> String {
        let offset = at
        if at + 1 < input.count {
            let two = String(decoding: input[at...at + 1], as: UTF8.self)
            if ["==", "!=", "<=", ">=", "//", "**"].contains(two) {
                at += 2
                return two
            }
        }
        guard "+-*/%~()[]{}<>=.,:|".utf8.contains(input[at]) else {
            throw failure("unexpected character", offset)
        }
        at += 1
        return String(decoding: [input[at - 1]], as: UTF8.self)
    }

    private mutating func string() throws(TemplateError) -> String {
        let (opened, quote) = (at, input[at])
        var bytes: [UInt8] = []
        at += 1
        while at < input.count, input[at] != quote {
            if input[at] == UInt8(ascii: "\\"), at + 1 < input.count {
                at += 1
                if keepsBackslashes {
                    bytes.append(contentsOf: [UInt8(ascii: "\\"), input[at]])
                } else {
                    try escape(into: &bytes)
                }
            } else {
                bytes.append(input[at])
            }
            at += 1
        }
        guard at < input.count else { throw failure("the string is not closed", opened) }
        at += 1
        return String(decoding: bytes, as: UTF8.self)
    }

    private static let escapes: [UInt8: UInt8] = [
        UInt8(ascii: "n"): 0x0A, UInt8(ascii: "t"): 0x09, UInt8(ascii: "r"): 0x0D, UInt8(ascii: "a"): 0x07,
        UInt8(ascii: "b"): 0x08, UInt8(ascii: "f"): 0x0C, UInt8(ascii: "v"): 0x0B, UInt8(ascii: "\\"): 0x5C,
        UInt8(ascii: "'"): 0x27, UInt8(ascii: "\""): 0x22,
    ]

    /// Python's escapes; unknown ones keep their backslash.
    private mutating func escape(into bytes: inout [UInt8]) throws(TemplateError) {
        switch input[at] {
        case let byte where Self.escapes[byte] != nil: bytes.append(Self.escapes[byte] ?? byte)
        case 0x0A: break
        case UInt8(ascii: "0")...UInt8(ascii: "7"):
            let digits = input[at...].prefix(3).prefix { (UInt8(ascii: "0")...UInt8(ascii: "7")).contains($0) }
            try append(digits, radix: 8, to: &bytes)
            at += digits.count - 1
        case UInt8(ascii: "x"), UInt8(ascii: "u"), UInt8(ascii: "U"):
            let count = input[at] == UInt8(ascii: "x") ? 2 : input[at] == UInt8(ascii: "u") ? 4 : 8
            guard at + count < input.count else { throw failure("a malformed escape", at) }
            try append(input[at + 1...at + count], radix: 16, to: &bytes)
            at += count
        default: bytes.append(contentsOf: [UInt8(ascii: "\\"), input[at]])
        }
    }

    private func append(_ digits: ArraySlice<UInt8>, radix: Int, to bytes: inout [UInt8]) throws(TemplateError) {
        guard let code = UInt32(String(decoding: digits, as: UTF8.self), radix: radix),
            let scalar = Unicode.Scalar(code)
        else { throw failure("a malformed escape", at) }
        bytes.append(contentsOf: Array(String(Character(scalar)).utf8))
    }

    /// Behind a dot there are only whole numbers, as in `pairs.0.1`.
    private mutating func number(isMember: Bool) throws(TemplateError) -> Token.Kind {
        let start = at
        if let value = try prefixedInteger() { return .integer(value) }
        var isFloat = false
        while at < input.count {
            let byte = input[at]
            if isDigit(byte) || (byte == UInt8(ascii: "_") && at + 1 < input.count && isDigit(input[at + 1])) {
                at += 1
            } else if isMember {
                break
            } else if byte == UInt8(ascii: "."), !isFloat, at + 1 < input.count, isDigit(input[at + 1]) {
                isFloat = true
                at += 1
            } else if byte | 0x20 == UInt8(ascii: "e"), at + 1 < input.count,
                isDigit(input[at + 1])
                    || (at + 2 < input.count && "+-".utf8.contains(input[at + 1]) && isDigit(input[at + 2]))
            {
                isFloat = true
                at += 2
            } else {
                break
            }
        }
        let text = String(decoding: input[start..<at].filter { $0 != UInt8(ascii: "_") }, as: UTF8.self)
        if !isFloat, text.hasPrefix("0"), text.contains(where: { $0 != "0" }) {
            throw failure("a number does not begin with 0: octal ones begin with 0o", start)
        }
        if !isFloat, let value = Int64(text) { return .integer(value) }
        guard isFloat, let value = Double(text) else { throw failure("the number is too large", start) }
        return .float(value)
    }

    /// `0x1F`, `0o17` or `0b11`, else nil.
    private mutating func prefixedInteger() throws(TemplateError) -> Int64? {
        guard input[at] == UInt8(ascii: "0"), at + 1 < input.count else { return nil }
        let radix =
            switch input[at + 1] | 0x20 {
            case UInt8(ascii: "x"): 16
            case UInt8(ascii: "o"): 8
            case UInt8(ascii: "b"): 2
            default: 0
            }
        guard radix > 0 else { return nil }
        let digits = input[(at + 2)...].prefix { byte in
            byte == UInt8(ascii: "_") || UInt8(String(UnicodeScalar(byte)), radix: radix) != nil
        }
        guard digits.contains(where: { $0 != UInt8(ascii: "_") }) else { return nil }
        let text = String(decoding: digits.filter { $0 != UInt8(ascii: "_") }, as: UTF8.self)
        guard let value = Int64(text, radix: radix) else { throw failure("the number is too large", at) }
        at += 2 + digits.count
        return value
    }

    mutating func word() -> String {
        let start = at
        while at < input.count, isNameStart(input[at]) || isDigit(input[at]) { at += 1 }
        return String(decoding: input[start..<at], as: UTF8.self)
    }

    mutating func skipSpace() {
        while at < input.count, isSpace(input[at]) { at += 1 }
    }

    func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0D).contains(byte) }
    private func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }
    private func isNameStart(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: "_") || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20) || byte >= 0x80
    }

    func failure(_ reason: String, _ offset: Int) -> TemplateError {
        TemplateError(.syntax(reason), at: TemplatePosition(of: offset, in: input))
    }
}
