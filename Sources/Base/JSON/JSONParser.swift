/// Where and why a text is not JSON; lines and columns count from 1, columns in bytes.
package struct JSONSyntaxError: Error, Hashable, Sendable, CustomStringConvertible {
    package var reason: String
    package var offset: Int
    package var line: Int
    package var column: Int

    package var description: String { "invalid JSON at line \(line), column \(column): \(reason)" }
}

extension JSON {
    /// Parses one JSON text (RFC 8259) and nothing after it but white space; at most 512 levels deep.
    package init(parsing bytes: some Collection<UInt8>) throws(JSONSyntaxError) {
        let contiguous = ContiguousArray(bytes)
        let result: Result<JSON, JSONSyntaxError> = contiguous.withUnsafeBufferPointer { buffer in
            var parser = JSONParser(buffer)
            do throws(JSONSyntaxError) {
                return .success(try parser.document())
            } catch {
                return .failure(error)
            }
        }
        self = try result.get()
    }

    /// Parses one JSON text.
    package init(parsing text: String) throws(JSONSyntaxError) {
        try self.init(parsing: Array(text.utf8))
    }
}

private struct JSONParser {
    private let input: UnsafeBufferPointer<UInt8>
    private var at = 0
    private var depth = 0

    init(_ input: UnsafeBufferPointer<UInt8>) { self.input = input }

    mutating func document() throws(JSONSyntaxError) -> JSON {
        skipSpace()
        let value = try self.value()
        skipSpace()
        guard at == input.count else { throw failure("unexpected text after the value") }
        return value
    }

    private mutating func value() throws(JSONSyntaxError) -> JSON {
        guard at < input.count else { throw failure("the text ends where a value should be") }
        switch input[at] {
        case UInt8(ascii: "{"): return try object()
        case UInt8(ascii: "["): return try array()
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "t"): return try word("true", .bool(true))
        case UInt8(ascii: "f"): return try word("false", .bool(false))
        case UInt8(ascii: "n"): return try word("null", .null)
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return try number()
        default: throw failure("a value cannot start with this character")
        }
    }

    private mutating func object() throws(JSONSyntaxError) -> JSON {
        try enter()
        var members = JSONObject()
        if try !closes(UInt8(ascii: "}")) {
            repeat {
                skipSpace()
                guard at < input.count, input[at] == UInt8(ascii: "\"") else {
                    throw failure("expected a member's name")
                }
                let key = try string()
                skipSpace()
                guard at < input.count, input[at] == UInt8(ascii: ":") else { throw failure("expected ':'") }
                at += 1
                skipSpace()
                members[key] = try value()
            } while try separated(until: UInt8(ascii: "}"))
        }
        depth -= 1
        return .object(members)
    }

    private mutating func array() throws(JSONSyntaxError) -> JSON {
        try enter()
        var elements: [JSON] = []
        if try !closes(UInt8(ascii: "]")) {
            repeat {
                skipSpace()
                elements.append(try value())
            } while try separated(until: UInt8(ascii: "]"))
        }
        depth -= 1
        return .array(elements)
    }

    private mutating func enter() throws(JSONSyntaxError) {
        depth += 1
        guard depth <= 512 else { throw failure("nested more than 512 levels deep") }
        at += 1
    }

    private mutating func closes(_ end: UInt8) throws(JSONSyntaxError) -> Bool {
        skipSpace()
        guard at < input.count, input[at] == end else { return false }
        at += 1
        return true
    }

    private mutating func separated(until end: UInt8) throws(JSONSyntaxError) -> Bool {
        skipSpace()
        guard at < input.count, input[at] == end || input[at] == UInt8(ascii: ",") else {
            throw failure("expected ',' or '\(Character(UnicodeScalar(end)))'")
        }
        defer { at += 1 }
        return input[at] == UInt8(ascii: ",")
    }

    private mutating func string() throws(JSONSyntaxError) -> String {
        at += 1
        let start = at
        while at < input.count, input[at] != UInt8(ascii: "\""), input[at] != UInt8(ascii: "\\"), input[at] >= 0x20 {
            at += 1
        }
        if at < input.count, input[at] == UInt8(ascii: "\"") {
            let text = try decode(UnsafeBufferPointer(rebasing: input[start..<at]))
            at += 1
            return text
        }
        var unescaped = ContiguousArray(input[start..<at])
        while at < input.count, input[at] != UInt8(ascii: "\"") {
            if input[at] == UInt8(ascii: "\\") {
                try escape(into: &unescaped)
            } else if input[at] < 0x20 {
                throw failure("a control character must be escaped")
            } else {
                unescaped.append(input[at])
                at += 1
            }
        }
        guard at < input.count else { throw failure("the text ends within a string") }
        let text = try unescaped.withUnsafeBufferPointer { buffer throws(JSONSyntaxError) in try decode(buffer) }
        at += 1
        return text
    }

    private func decode(_ bytes: UnsafeBufferPointer<UInt8>) throws(JSONSyntaxError) -> String {
        guard let text = String(validating: bytes, as: UTF8.self) else { throw failure("a string is not valid UTF-8") }
        return text
    }

    private mutating func escape(into bytes: inout ContiguousArray<UInt8>) throws(JSONSyntaxError) {
        at += 1
        guard at < input.count else { throw failure("the text ends within a string") }
        defer { at += 1 }
        switch input[at] {
        case UInt8(ascii: "n"): bytes.append(0x0A)
        case UInt8(ascii: "t"): bytes.append(0x09)
        case UInt8(ascii: "r"): bytes.append(0x0D)
        case UInt8(ascii: "b"): bytes.append(0x08)
        case UInt8(ascii: "f"): bytes.append(0x0C)
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): bytes.append(input[at])
        case UInt8(ascii: "u"):
            var code = try hexadecimal()
            if (0xD800..<0xDC00).contains(code), at + 2 < input.count, input[at + 1] == UInt8(ascii: "\\"),
                input[at + 2] == UInt8(ascii: "u")
            {
                at += 2
                let low = try hexadecimal()
                guard (0xDC00..<0xE000).contains(low) else { throw failure("a lone surrogate") }
                code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00)
            }
            guard let scalar = Unicode.Scalar(code) else { throw failure("a lone surrogate") }
            bytes.append(contentsOf: UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
        default: throw failure("an unknown escape")
        }
    }

    private mutating func hexadecimal() throws(JSONSyntaxError) -> UInt32 {
        guard at + 4 < input.count else { throw failure("the text ends within an escape") }
        var code: UInt32 = 0
        for _ in 0..<4 {
            at += 1
            guard let digit = Character(UnicodeScalar(input[at])).hexDigitValue else {
                throw failure("expected four hexadecimal digits")
            }
            code = code << 4 | UInt32(digit)
        }
        return code
    }

    private mutating func number() throws(JSONSyntaxError) -> JSON {
        let start = at
        if input[at] == UInt8(ascii: "-") { at += 1 }
        let digits = skipDigits()
        guard digits > 0, digits == 1 || input[at - digits] != UInt8(ascii: "0") else {
            throw failure("a malformed number")
        }
        var whole = true
        if at < input.count, input[at] == UInt8(ascii: ".") {
            whole = false
            at += 1
            guard skipDigits() > 0 else { throw failure("a malformed number") }
        }
        if at < input.count, input[at] | 0x20 == UInt8(ascii: "e") {
            whole = false
            at += 1
            if at < input.count, input[at] == UInt8(ascii: "+") || input[at] == UInt8(ascii: "-") { at += 1 }
            guard skipDigits() > 0 else { throw failure("a malformed number") }
        }
        let text = String(decoding: UnsafeBufferPointer(rebasing: input[start..<at]), as: UTF8.self)
        if whole, let integer = Int64(text) { return .integer(integer) }
        guard let double = Double(text), double.isFinite else { throw failure("a number out of range") }
        return .number(double)
    }

    private mutating func skipDigits() -> Int {
        let start = at
        while at < input.count, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(input[at]) { at += 1 }
        return at - start
    }

    private mutating func word(_ word: StaticString, _ value: JSON) throws(JSONSyntaxError) -> JSON {
        let end = at + word.utf8CodeUnitCount
        guard end <= input.count,
            input[at..<end].elementsEqual(UnsafeBufferPointer(start: word.utf8Start, count: end - at))
        else { throw failure("an unknown word") }
        at = end
        return value
    }

    private mutating func skipSpace() {
        while at < input.count, input[at] == 0x20 || input[at] == 0x0A || input[at] == 0x0D || input[at] == 0x09 {
            at += 1
        }
    }

    private func failure(_ reason: String) -> JSONSyntaxError {
        let before = input[0..<min(at, input.count)]
        let line = before.count { $0 == 0x0A } + 1
        let column = at - (before.lastIndex(of: 0x0A).map { $0 + 1 } ?? 0) + 1
        return JSONSyntaxError(reason: reason, offset: at, line: line, column: column)
    }
}
