import JSON
import Testing

@testable import Templates

/// Generated templates: whatever comes in, an answer or a located error comes out.
@Suite struct GeneratedTests {
    /// The same numbers at every run (SplitMix64).
    private struct Generator: RandomNumberGenerator {
        var state: UInt64

        mutating func next() -> UInt64 {
            state &+= 0x9E37_79B9_7F4A_7C15
            var mixed = state
            mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
            mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
            return mixed ^ (mixed >> 31)
        }
    }

    private static let pieces = [
        "{{", "}}", "{%", "%}", "{#", "#}", "-", "+", " ", "\n", "if ", "else", "elif x", "endif", "for ", "in ",
        "endfor", "set ", "=", "a", "b.c",
        "[", "]", "(", ")", "{", "}", ",", ":", "|", "default('x')", "join", "map('upper')", "is ", "not ", "defined",
        "1", "-7", "2.5", "'s'", "\"",
        "'", "\\", "and ", "or ", "~", "*", "**", "//", "%", "<", "==", "raw", "endraw", "loop.index", "range(3)",
        ".split()", "é", "\u{0}", "[::-1]",
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

    @Test(arguments: 0..<20) func `No text crashes the parser or the renderer`(seed: Int) throws {
        var generator = Generator(state: UInt64(seed) &* 7919)
        for _ in 0..<150 {
            let count = Int.random(in: 1...14, using: &generator)
            let body = (0..<count).map { _ in Self.pieces.randomElement(using: &generator) ?? "" }.joined()
            try survives(body)
            try survives("{{ " + body + " }}")
            try survives("{% for q in a %}{% if " + body + " %}y{% endif %}{% endfor %}")
        }
    }

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
