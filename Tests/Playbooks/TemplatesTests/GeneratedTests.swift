import Foundation
import JSON
import Testing

@testable import Templates

/// Generated templates: whatever comes in, an answer or a located error comes out.
@Suite struct GeneratedTests {
    private static let pieces = [
        "{{", "}}", "{%", "%}", "{#", "#}", "-", "+", " ", "\n", "if ", "else", "elif x", "endif", "for ", "in ",
        "endfor", "set ", "=", "a", "b.c",
        "[", "]", "(", ")", "{", "}", ",", ":", "|", "default('x')", "join", "map('upper')", "is ", "not ", "defined",
        "1", "-7", "2.5", "'s'", "\"",
        "'", "\\", "and ", "or ", "~", "*", "**", "//", "%", "<", "==", "raw", "endraw", "loop.index", "range(3)",
        ".split()", "é", "\u{0}", "[::-1]", "macro m(a) ", "endmacro", "call m() ", "endcall", "block b ", "endblock",
        "include 'x'", "extends 'x'",
        "import 'x' as q", "do ", "break", "recursive", "loop(", "m(", "caller()", "super()", "namespace(", "**", "*a",
        "#jinja2: ", "password_hash('md5', 'x')", "to_nice_yaml", "from_yaml", "json_query('a[*].b')", "ipaddr('net')",
        "lookup('sequence', '3')", "regex_search('(a+)+$')", "format(1)", ".format(", "human_to_bytes",
        "strftime(1e10)",
        "random(seed=1)", "combinations(2)", "wordwrap(3)", "to_datetime", "urlsplit", "comment('c')", ".append(1)",
        "int", "regex_replace('(', 'x')", "combine({})", "sort", "'%s%d' % ", "9223372036854775807", "ternary(1)",
        "batch(0)", "round(400)",
    ]
    private let scope = FixedScope(["a": [1, "two", nil], "b": ["c": "text", "d": 2], "x": true])

    private func survives(_ text: String) throws {
        for dialect in [TemplateDialect.value, .file(lstripBlocks: true)] {
            do {
                let template = try Template(parsing: text, dialect: dialect)
                _ = try template.render(scope)
                _ = try template.value(scope)
            } catch is TemplateError {
                continue
            }
        }
    }

    private func survives(_ generator: inout ExpressionGenerator) throws {
        let count = Int.random(in: 1...14, using: &generator.numbers)
        let body = (0..<count).map { _ in generator.pick(Self.pieces) }.joined()
        try survives(body)
        try survives("{{ " + body + " }}")
        try survives("{% for q in a %}{% if " + body + " %}y{% endif %}{% endfor %}")
        // A template that makes sense, with something amiss in the middle.
        let whole = generator.template()
        let cut = whole.index(
            whole.startIndex, offsetBy: Int.random(in: 0...whole.count, using: &generator.numbers))
        try survives(whole[..<cut] + generator.pick(Self.pieces) + whole[cut...])
        try survives(String(whole[..<cut]))
    }

    @Test(arguments: 0..<20) func `No text crashes the parser or the renderer`(seed: Int) throws {
        var generator = ExpressionGenerator(seed: UInt64(seed))
        for _ in 0..<80 { try survives(&generator) }
    }

    /// FUZZ_SECONDS says how long; nothing may crash, and nothing may take seconds.
    @Test(.enabled(if: fuzzSeconds > 0)) func `Nothing crashes or hangs for minutes`() throws {
        let clock = ContinuousClock()
        let end = clock.now + .seconds(Self.fuzzSeconds)
        let seed = UInt64.random(in: 0...UInt64.max)
        var generator = ExpressionGenerator(seed: seed)
        var rounds = 0
        while clock.now < end {
            let state = generator.numbers.state
            let time = try clock.measure { try survives(&generator) }
            rounds += 1
            #expect(time < .seconds(5), "the generator's state \(state) takes \(time)")
        }
        print("\(rounds) rounds of five templates from seed \(seed)")
    }

    private static let fuzzSeconds =
        ProcessInfo.processInfo.environment["FUZZ_SECONDS"].flatMap { Int($0) } ?? 0

    @Test(arguments: ["(", "[", "{'a':", "not ", "-", "a.", "a[0]", "a|list", "1+", "'a'~"])
    func `Depth is bounded`(piece: String) throws {
        try survives("{{ " + String(repeating: piece, count: 20_000) + "a }}")
        try survives(String(repeating: "{% if a %}", count: 20_000))
        try survives(String(repeating: "{% for x in a %}", count: 500) + String(repeating: "{% endfor %}", count: 500))
    }

    @Test func `Results that would fill the memory are refused`() {
        for text in [
            "{{ 'x' * 99999999999 }}", "{{ range(99999999999) }}", "{{ [1] * 99999999999 }}", "{{ 9 ** 99999 }}",
        ] {
            #expect(throws: TemplateError.self) { try Template(parsing: text).render(scope) }
        }
    }
}
