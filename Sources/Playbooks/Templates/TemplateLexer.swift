/// Cuts a template into text, outputs and statements, with `trim_blocks` on as Ansible sets it.
struct TemplateLexer {
    private let input: [UInt8]
    private let dialect: TemplateDialect
    private var keepsBackslashes = false
    private var at = 0
    private var segments: [Segment] = []
    private var stripsNext = false
    private var dropsNewline = false

    init(_ text: String, dialect: TemplateDialect) {
        input = Array(text.utf8)
        self.dialect = dialect
    }

    mutating func segmentsOfTemplate() throws(TemplateError) -> [Segment] {
        var start = 0
        while at < input.count {
            guard input[at] == UInt8(ascii: "{"), at + 1 < input.count,
                let kind = Delimiter(rawValue: input[at + 1])
            else {
                at += 1
                continue
            }
            let opened = at
            at += 2
            let marker = at < input.count ? input[at] : 0
            addText(
                from: start, to: opened, stripsEnd: marker == UInt8(ascii: "-"),
                stripsLine: dialect.lstripBlocks && kind != .output && marker != UInt8(ascii: "+"))
            if marker == UInt8(ascii: "-") || (marker == UInt8(ascii: "+") && kind != .output) { at += 1 }
            switch kind {
            case .comment: try skipComment(opened)
            case .output:
                keepsBackslashes = dialect == .value
                let tokens = try tokens(until: "}}", opened: opened)
                keepsBackslashes = false
                segments.append(.output(tokens))
            case .block:
                let tokens = try tokens(until: "%}", opened: opened)
                if tokens.first?.isName("raw") == true, tokens.count == 2 {
                    try addRaw(opened)
                } else {
                    segments.append(.block(tokens))
                }
            }
            start = at
        }
        addText(from: start, to: input.count, stripsEnd: false, stripsLine: false)
        return segments
    }

    private enum Delimiter: UInt8 {
        case output = 0x7B  // {
        case block = 0x25  // %
        case comment = 0x23  // #
    }

    private mutating func addText(from start: Int, to end: Int, stripsEnd: Bool, stripsLine: Bool) {
        var (start, end) = (start, end)
        if dropsNewline, start < end, input[start] == 0x0A { start += 1 }
        if stripsNext { while start < end, isSpace(input[start]) { start += 1 } }
        (dropsNewline, stripsNext) = (false, false)
        if stripsEnd {
            while end > start, isSpace(input[end - 1]) { end -= 1 }
        } else if stripsLine {
            var line = end
            while line > start, input[line - 1] == 0x20 || input[line - 1] == 0x09 { line -= 1 }
            if line == 0 || input[line - 1] == 0x0A { end = line }
        }
        if start < end { segments.append(.text(String(decoding: input[start..<end], as: UTF8.self))) }
    }

    private mutating func skipComment(_ opened: Int) throws(TemplateError) {
        while at + 1 < input.count {
            if input[at] == UInt8(ascii: "#"), input[at + 1] == UInt8(ascii: "}") {
                stripsNext = at > opened + 2 && input[at - 1] == UInt8(ascii: "-")
                dropsNewline = !(at > opened + 2 && input[at - 1] == UInt8(ascii: "+"))
                at += 2
                return
            }
            at += 1
        }
        throw failure("the comment is not closed by '#}'", opened)
    }

    /// Copies everything up to `{% endraw %}`.
    private mutating func addRaw(_ opened: Int) throws(TemplateError) {
        let start = at
        while at + 1 < input.count {
            if input[at] == UInt8(ascii: "{"), input[at + 1] == UInt8(ascii: "%") {
                let end = at
                at += 2
                let strips = at < input.count && input[at] == UInt8(ascii: "-")
                if strips { at += 1 }
                skipSpace()
                if word() == "endraw" {
                    addText(from: start, to: end, stripsEnd: strips, stripsLine: dialect.lstripBlocks && !strips)
                    _ = try tokens(until: "%}", opened: end)
                    return
                }
                at = end
            }
            at += 1
        }
        throw failure("'raw' is not closed by 'endraw'", opened)
    }

    private mutating func tokens(until end: StaticString, opened: Int) throws(TemplateError) -> [Token] {
        let (first, isBlock) = (end.utf8Start[0], end.utf8Start[0] == UInt8(ascii: "%"))
        var tokens: [Token] = []
        var open: [UInt8] = []
        while true {
            skipSpace()
            guard at < input.count else { throw failure("this is not closed by '\(end)'", opened) }
            if open.isEmpty {
                let marked = input[at] == UInt8(ascii: "-") || (isBlock && input[at] == UInt8(ascii: "+"))
                let close = marked ? at + 1 : at
                if close + 1 < input.count, input[close] == first, input[close + 1] == UInt8(ascii: "}") {
                    stripsNext = marked && input[at] == UInt8(ascii: "-")
                    dropsNewline = isBlock && !(marked && input[at] == UInt8(ascii: "+"))
                    tokens.append(Token(kind: .end, offset: at))
                    at = close + 2
                    return tokens
                }
            }
            let token = try token()
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

    private mutating func token() throws(TemplateError) -> Token {
        let offset = at
        switch input[at] {
        case UInt8(ascii: "'"), UInt8(ascii: "\""): return Token(kind: .string(try string()), offset: offset)
        case UInt8(ascii: "0")...UInt8(ascii: "9"): return Token(kind: try number(), offset: offset)
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

    /// Python's escapes; unknown ones keep their backslash.
    private mutating func escape(into bytes: inout [UInt8]) throws(TemplateError) {
        switch input[at] {
        case UInt8(ascii: "n"): bytes.append(0x0A)
        case UInt8(ascii: "t"): bytes.append(0x09)
        case UInt8(ascii: "r"): bytes.append(0x0D)
        case UInt8(ascii: "0"): bytes.append(0)
        case UInt8(ascii: "\\"), UInt8(ascii: "'"), UInt8(ascii: "\""): bytes.append(input[at])
        case UInt8(ascii: "x"), UInt8(ascii: "u"):
            let digits = input[at] == UInt8(ascii: "x") ? 2 : 4
            guard at + digits < input.count,
                let code = UInt32(String(decoding: input[at + 1...at + digits], as: UTF8.self), radix: 16),
                let scalar = Unicode.Scalar(code)
            else { throw failure("a malformed escape", at) }
            bytes.append(contentsOf: Array(String(Character(scalar)).utf8))
            at += digits
        default: bytes.append(contentsOf: [UInt8(ascii: "\\"), input[at]])
        }
    }

    private mutating func number() throws(TemplateError) -> Token.Kind {
        let start = at
        var isFloat = false
        while at < input.count {
            let byte = input[at]
            if isDigit(byte) || byte == UInt8(ascii: "_") {
                at += 1
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
        if !isFloat, let value = Int64(text) { return .integer(value) }
        guard isFloat, let value = Double(text) else { throw failure("the number is too large", start) }
        return .float(value)
    }

    private mutating func word() -> String {
        let start = at
        while at < input.count, isNameStart(input[at]) || isDigit(input[at]) { at += 1 }
        return String(decoding: input[start..<at], as: UTF8.self)
    }

    private mutating func skipSpace() {
        while at < input.count, isSpace(input[at]) { at += 1 }
    }

    private func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0D).contains(byte) }
    private func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }
    private func isNameStart(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: "_") || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20) || byte >= 0x80
    }

    private func failure(_ reason: String, _ offset: Int) -> TemplateError {
        TemplateError(.syntax(reason), at: TemplatePosition(of: offset, in: input))
    }
}

extension TemplatePosition {
    init(of offset: Int, in input: [UInt8]) {
        let before = input.prefix(offset)
        line = before.count { $0 == 0x0A } + 1
        column = offset - (before.lastIndex(of: 0x0A).map { $0 + 1 } ?? 0) + 1
    }
}
