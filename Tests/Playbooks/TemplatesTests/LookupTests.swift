import Diagnostics
import JSON
import Testing

@testable import Templates

/// Lookups: what is computed here, what is asked of the surroundings, and what `with_X` loops over.
@Suite struct LookupTests {
    private struct Controller: TemplateScope {
        func value(of name: String) -> TemplateValue? { name == "n" ? .json(5) : nil }

        func lookup(_ plugin: String, _ terms: [JSON], _ options: JSONObject) throws -> [JSON] {
            switch plugin {
            case "env": return terms.map { $0 == "HOME" ? "/root" : options["default"] ?? "" }
            case "template": return terms.compactMap { $0 == "a.j2" ? "n is {{ n }}{{ x | default('') }}" : nil }
            case "file": throw TemplateError(.badArgument(of: "file", reason: "it is not there"))
            default: return [.string(plugin), .array(terms), .object(options)]
            }
        }
    }

    private func value(_ text: String) throws -> JSON { try Template(parsing: text).value(Controller()) }

    private static let lookups: [(String, String)] = [
        ("{{ lookup('env', 'HOME') }}", #""/root""#),
        ("{{ lookup('ansible.builtin.env', 'HOME', 'X', default='d') }}", #""/root,d""#),
        ("{{ query('pipe', 'date', x=1) }}", #"["pipe", ["date"], {"x": 1}]"#),
        ("{{ lookup('template', 'a.j2') }}", #""n is 5""#),
        ("{{ lookup('template', 'a.j2', template_vars={'x': '!'}) }}", #""n is 5!""#),
        ("{{ lookup('file', 'x', errors='ignore') }}", #""""#),
        ("{{ query('file', 'x', errors='warn') }}", "[]"),
    ]

    @Test(arguments: lookups) func `Lookups of the controller`(text: String, expected: String) throws {
        #expect(try value(text) == JSON(parsing: expected))
    }

    @Test(arguments: [
        "{{ lookup('file', 'x') }}", "{{ lookup('template', 'missing.j2') }}", "{% include 'missing.j2' %}",
    ])
    func `A lookup that fails is a located error`(text: String) {
        let error = #expect(throws: TemplateError.self) { try value(text) }
        #expect(error?.position != nil)
    }

    @Test func `Where no controller is, the lookup's error says so`() {
        let error = #expect(throws: TemplateError.self) {
            try Template(parsing: "a {{ lookup('env', 'HOME') }}").render(FixedScope([:]))
        }
        #expect(error?.problem == .lookupUnavailable("env"))
        #expect(error?.position == TemplatePosition(line: 1, column: 6))
    }

    private static let loops: [(String, String, String)] = [
        ("items", "[1, [2, [3]]]", "[1, 2, [3]]"),
        ("items", #""x""#, #"["x"]"#),
        ("items", #"{"a": 1}"#, #"["a"]"#),
        ("list", "[[1, 2], 3]", "[[1, 2], 3]"),
        ("community.general.flattened", "[1, [2, [3]]]", "[1, 2, 3]"),
        ("dict", #"{"a": 1}"#, #"[{"key": "a", "value": 1}]"#),
        ("nested", "[[1, 2], [3, 4]]", "[[1, 3], [1, 4], [2, 3], [2, 4]]"),
        ("together", "[[1, 2], [3]]", "[[1, 3], [2, null]]"),
        ("indexed_items", #"["a", ["b"]]"#, #"[[0, "a"], [1, "b"]]"#),
        ("sequence", #""start=1 end=5 stride=2 format=n%02d""#, #"["n01", "n03", "n05"]"#),
        ("subelements", #"[[{"n": 1, "k": [2, 3]}], "k"]"#, #"[[{"n": 1}, 2], [{"n": 1}, 3]]"#),
        ("random_choice", #"["only"]"#, #"["only"]"#),
        ("ansible.builtin.fileglob", #""*.txt""#, #"["fileglob", ["*.txt"], {}]"#),
    ]

    @Test(arguments: loops) func `What a loop goes over`(plugin: String, terms: String, expected: String) throws {
        let items = try Lookups.items(of: plugin, terms: JSON(parsing: terms), in: Controller())
        #expect(try .array(items) == JSON(parsing: expected))
    }

    @Test func `An unknown loop names the nearest`() {
        let error = #expect(throws: TemplateError.self) {
            try Lookups.items(of: "iems", terms: [], in: Controller())
        }
        #expect(error?.problem == .unknownLookup("iems", nearest: "items"))
    }
}
