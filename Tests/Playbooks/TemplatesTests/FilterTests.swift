import Diagnostics
import JSON
import Testing

@testable import Templates

/// What the peer's table cannot hold: what is random, what the peer lacks a library for, and what is kept different.
@Suite struct FilterTests {
    private static let scope = FixedScope([:])
    private static let document =
        #"{"m": [{"name": "a", "n": 3, "t": ["x"]}, {"name": "b", "n": 1, "t": ["y", "z"]}], "x": {"a": {"b": [1, 2, 3]}}}"#

    private func value(_ text: String) throws -> JSON { try Template(parsing: text).value(Self.scope) }

    private static let queries: [(String, String)] = [
        ("m[*].name", #"["a", "b"]"#), ("m[0].t[0]", #""x""#), ("m[-1].name", #""b""#),
        ("m[].t[]", #"["x", "y", "z"]"#), ("m[?n > `1`].name", #"["a"]"#), ("m[?name == 'b'] | [0].n", "1"),
        ("m[?contains(t, 'z')].name", #"["b"]"#),
        ("m[*].{id: name, count: n}", #"[{"id": "a", "count": 3}, {"id": "b", "count": 1}]"#),
        ("m[*].[name, n]", #"[["a", 3], ["b", 1]]"#), ("sort_by(m, &n)[*].name", #"["b", "a"]"#),
        ("max_by(m, &n).name", #""a""#), ("length(m)", "2"), ("sum(m[*].n)", "4"), ("x.a.b[1:]", "[2, 3]"),
        ("x.*.b[0]", "[1]"), ("x.a.b[::-1]", "[3, 2, 1]"), ("nope.deep", "null"),
        ("m[?n > `1` && name == 'a'].n", "[3]"), ("m[?!(name == 'a')].name | [0]", #""b""#),
        ("join(',', m[*].name)", #""a,b""#), ("keys(x)", #"["a"]"#), ("@.x.a.\"b\"[2]", "3"),
        ("not_null(q, x.a.b[0])", "1"), ("map(&n, m)", "[3, 1]"), ("type(m)", #""array""#),
        ("to_string(x.a.b)", #""[1,2,3]""#), ("starts_with('abc', 'ab')", "true"), ("avg(m[*].n)", "2.0"),
        ("q || 'none'", #""none""#), ("reverse(x.a.b)", "[3, 2, 1]"),
    ]

    @Test(arguments: queries) func `A query over JSON`(query: String, expected: String) throws {
        let found = try JMESPath(parsing: query).value(of: JSON(parsing: Self.document))
        #expect(try found.equals(JSON(parsing: expected)), "\(found.text)")
    }

    @Test(arguments: ["m[", "m[?", "&x", "nofunction(m)", "m.", "length(m, m)", "a b", "`", "{a}"])
    func `A malformed query is an error`(query: String) {
        #expect(throws: TemplateProblemThrown.self) { try JMESPath(parsing: query).value(of: ["m": []]) }
    }

    /// The examples of the OpenBSD and the jBCrypt suites.
    @Test(arguments: [
        ("U*U", "CCCCCCCCCCCCCCCCCCCCC.", "$2b$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW"),
        ("", "CCCCCCCCCCCCCCCCCCCCC.", "$2b$05$CCCCCCCCCCCCCCCCCCCCC.7uG0VCzI2bS7j6ymqJi9CdcdxiRTWNy"),
    ])
    func `bcrypt's hashes`(password: String, salt: String, hash: String) throws {
        #expect(try Bcrypt.hashed(Array(password.utf8), salt: salt, cost: 5, ident: "2b") == hash)
    }

    @Test func `Every hash of a password has its own salt`() throws {
        let text = "{{ 'secret' | password_hash('sha512') }}"
        let (first, second) = (try value(text), try value(text))
        #expect(first != second && first.string?.hasPrefix("$6$") == true)
    }

    @Test func `Shuffling keeps the elements`() throws {
        #expect(try value("{{ range(20) | list | shuffle | sort }}") == value("{{ range(20) | list }}"))
        #expect(try value("{{ 20 | random }}").string.flatMap { Int($0) }.map((0..<20).contains) == true)
    }

    /// Ansible takes these only with jinja2_extensions; here they are always there.
    @Test(arguments: [
        ("{% for i in range(9) %}{% if i == 3 %}{% break %}{% endif %}{{ i }}{% endfor %}", "012"),
        ("{% for i in range(5) %}{% if i is odd %}{% continue %}{% endif %}{{ i }}{% endfor %}", "024"),
        ("{% set l = [1] %}{% do l.append(2) %}{{ l | join('-') }}", "1-2"),
    ])
    func `Extensions of Jinja2`(text: String, expected: String) throws {
        #expect(try Template(parsing: text, dialect: .file()).render(Self.scope) == expected)
    }

    @Test(arguments: ["{% break %}", "{% for i in [1] %}{% macro m() %}{% continue %}{% endmacro %}{% endfor %}"])
    func `What leaves a loop stands in one`(text: String) {
        #expect(throws: TemplateError.self) { try Template(parsing: text) }
    }

    @Test(arguments: [
        ("{% macro m(n) %}{{ m(n) }}{% endmacro %}{{ m(1) }}", 1, 20),
        ("a\n{{ nope }}", 2, 4), ("{% for i in [1] %}\n  {{ i + nope }}{% endfor %}", 2, 10),
        ("{{ 'a' | to_uuid('x') }}", 1, 10), ("{{ undef(hint='h') }}", 1, 4),
    ])
    func `What fails has a place`(text: String, line: Int, column: Int) {
        let error = #expect(throws: TemplateError.self) {
            try Template(parsing: text, dialect: .file()).render(Self.scope)
        }
        #expect(error?.position == TemplatePosition(line: line, column: column))
    }

    @Test func `What fails in an included template is told at its place there`() {
        let variables = Variables(layers: [], lookups: { _, _, _ in ["line\n{{ nope }}"] })
        let error = #expect(throws: TemplateError.self) {
            try Template(parsing: "{% include 'inner.j2' %}", dialect: .file()).render(variables)
        }
        #expect(error?.origin == SourceLocation(file: "inner.j2", line: 1, column: 1))
        #expect(error?.position == TemplatePosition(line: 2, column: 4))
    }

    @Test func `What fails in a variable's template is told where it is used`() {
        let variables = Variables(layers: [.written(["a": "xxxxxxxxxxxx {{ nope }}"])])
        let error = #expect(throws: TemplateError.self) {
            try Template(parsing: "{{ a }}", at: SourceLocation(file: "t.j2", line: 7, column: 1)).render(variables)
        }
        #expect(error?.diagnosis.location == SourceLocation(file: "t.j2", line: 7, column: 4))
    }
}
