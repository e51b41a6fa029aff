import Testing

@testable import JSON

@Suite struct JSONParserTests {
    static let values: [(String, JSON)] = [
        ("null", .null), (" true ", .bool(true)), ("false", .bool(false)), ("0", .integer(0)), ("-0", .integer(0)),
        ("-12", .integer(-12)), ("9223372036854775807", .integer(.max)), ("-9223372036854775808", .integer(.min)),
        ("9223372036854775808", .number(9_223_372_036_854_775_808)), ("1.5", .number(1.5)), ("1e2", .number(100)),
        ("-1.5E-2", .number(-0.015)), ("\"\"", .string("")), ("\"é🙂\"", .string("é🙂")),
        (#""\"\\\/\b\f\n\r\t""#, .string("\"\\/\u{8}\u{c}\n\r\t")), (#""\u00e9\uD83D\uDE42\u0000""#, .string("é🙂\0")),
        (#""a\u0062c""#, .string("abc")), ("[]", .array([])), ("[ ]", .array([])), ("{ }", .object([:])),
        ("[1,[2],{}]", .array([.integer(1), .array([.integer(2)]), .object([:])])),
        ("\t{\"a\" : 1 ,\r\n\"b\":[ null ] }\n", .object(["a": .integer(1), "b": .array([.null])])),
        (#"{"a":1,"a":2}"#, .object(["a": .integer(2)])),
    ]

    @Test(arguments: values)
    func reads(text: String, value: JSON) throws {
        #expect(try JSON(parsing: text) == value)
    }

    static let refusals: [(String, String)] = [
        ("", "line 1, column 1: the text ends where a value should be"),
        ("nul", "line 1, column 1: an unknown word"),
        ("nan", "line 1, column 1: an unknown word"),
        ("1 2", "line 1, column 3: unexpected text after the value"),
        ("[1,]", "line 1, column 4: a value cannot start with this character"),
        ("[1 2]", "line 1, column 4: expected ',' or ']'"),
        ("[1", "line 1, column 3: expected ',' or ']'"),
        ("{\"a\"}", "line 1, column 5: expected ':'"),
        ("{\"a\":1,}", "line 1, column 8: expected a member's name"),
        ("{\n  a: 1}", "line 2, column 3: expected a member's name"),
        ("01", "line 1, column 3: a malformed number"),
        ("-", "line 1, column 2: a malformed number"),
        ("1.", "line 1, column 3: a malformed number"),
        ("1e+", "line 1, column 4: a malformed number"),
        ("+1", "line 1, column 1: a value cannot start with this character"),
        ("1e999", "line 1, column 6: a number out of range"),
        ("\"a", "line 1, column 3: the text ends within a string"),
        ("\"a\nb\"", "line 1, column 3: a control character must be escaped"),
        (#""\x""#, "line 1, column 3: an unknown escape"),
        (#""\u12"#, "line 1, column 3: the text ends within an escape"),
        (#""\u12g4""#, "line 1, column 6: expected four hexadecimal digits"),
    ]

    @Test(arguments: refusals)
    func refusesAndSaysWhere(text: String, message: String) {
        let error = #expect(throws: JSONSyntaxError.self) { try JSON(parsing: text) }
        #expect(error?.description == "invalid JSON at \(message)")
    }

    @Test(arguments: [#""\ud800""#, #""\udc00""#, #""\ud800\u0041""#, #""\ud800x""#, #""\ud83d\ud83d""#])
    func refusesALoneSurrogate(text: String) {
        #expect(throws: JSONSyntaxError.self) { try JSON(parsing: text) }
    }

    @Test(
        arguments: [[0x22, 0xFF, 0x22], [0x22, 0xC3, 0x22], [0x22, 0x5C, 0x6E, 0xED, 0xA0, 0x80, 0x22]] as [[UInt8]])
    func refusesWhatIsNotUTF8(bytes: [UInt8]) {
        #expect(throws: JSONSyntaxError.self) { try JSON(parsing: bytes) }
    }

    @Test func nestsFiveHundredAndTwelveLevelsAndNoMore() throws {
        func nested(_ depth: Int) -> String {
            String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
        }
        _ = try JSON(parsing: nested(512))
        #expect(throws: JSONSyntaxError.self) { try JSON(parsing: nested(513)) }
        #expect(throws: JSONSyntaxError.self) { try JSON(parsing: String(repeating: "{\"a\":", count: 100_000)) }
    }

    @Test(arguments: 0..<300)
    func noByteStringCrashesIt(seed: Int) {
        var dice = Dice(seed: seed)
        let alphabet = Array("{}[]\",:0123456789.eE+-\\untrufalse \u{1}é".utf8)
        for _ in 0..<50 {
            let bytes = (0..<Int.random(in: 0...20, using: &dice)).compactMap { _ in
                alphabet.randomElement(using: &dice)
            }
            if let value = try? JSON(parsing: bytes) {  // most are no JSON, and that is what is tried
                #expect((try? JSON(parsing: value.bytes)) == value)
            }
        }
    }
}
