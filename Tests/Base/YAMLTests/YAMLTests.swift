import Diagnostics
import JSON
import Testing

@testable import YAML

private func read(_ text: String) throws -> JSON { try YAML.document(text, file: "f").json }

private func mistake(_ text: String) -> String? {
    #expect(throws: Diagnoses.self) { try YAML.documents(text, file: "f") }?.description
}

@Suite struct YAMLTests {
    /// A text and the JSON it stands for.
    static let readings: [(String, String)] = [
        ("a: 1\nb: [x, 2, ~]\n", #"{"a": 1, "b": ["x", 2, null]}"#),
        ("- {a: yes}\n- 'yes'\n- \"1\"\n- |\n  12\n", #"[{"a": true}, "yes", "1", "12\n"]"#),
        ("a: !!str 12\nb: !vault 12\n", #"{"a": "12", "b": 12}"#),
        ("yes: 1\n1: 2\n~: 3\n", #"{"yes": 1, "1": 2, "~": 3}"#),
        ("? [a, b]\n: c\n", #"{"[\"a\",\"b\"]": "c"}"#),
        ("a:\nb: ''\n", #"{"a": null, "b": ""}"#),
        ("--- x\n...\n", #""x""#),
        ("", "{}"),
        ("# nothing\n", "{}"),
        ("mode: 0644\n", #"{"mode": 420}"#),
        ("{a: &x [1, 2], b: *x}", #"{"a": [1, 2], "b": [1, 2]}"#),
    ]

    @Test(arguments: readings)
    func readsWhatAnsibleReads(text: String, json: String) throws {
        #expect(try read(text) == JSON(parsing: json))
    }

    @Test func mergeKeysYieldToTheMappingsOwnAndToEarlierOnes() throws {
        let text = """
            x: &x {a: 1, b: 1}
            y: &y {b: 2, c: 2}
            one: {b: 0, <<: *x}
            two: {<<: [*x, *y], d: 3}
            """
        #expect(try read(text)["one"] == ["a": 1, "b": 0])
        #expect(try read(text)["two"] == ["a": 1, "b": 1, "c": 2, "d": 3])
    }

    @Test func nodesKnowTheirPlaces() throws {
        let root = try YAML.document("a: 1\nés: \"x\"\nb:\n  - {c: 2}\n", file: "dir/f.yml")
        #expect(root.location.description == "dir/f.yml:1:1")
        #expect(root["és"]?.location.description == "dir/f.yml:2:5")
        #expect(root["b"]?.sequence?.first?["c"]?.location.description == "dir/f.yml:4:9")
        #expect(root.mapping?[2].key.location.description == "dir/f.yml:3:1")
    }

    @Test func anAliasIsPlacedWhereItsAnchorIs() throws {
        let root = try YAML.document("a: &x [1]\nb: *x\n", file: "f")
        #expect(root["b"]?.location.description == "f:1:4")
    }

    @Test func scalarsKeepWhatTheUserWrote() throws {
        let root = try YAML.document("a: 0644\nb: 'no'\nc: no\n", file: "f")
        #expect(root["a"]?.text == "0644")
        #expect(root["b"]?.content == .scalar(.init(text: "no", isPlain: false)))
        #expect(root["b"]?.kind == "a string" && root["c"]?.kind == "a boolean" && root["a"]?.kind == "a number")
        #expect(root.kind == "a mapping")
    }

    @Test func severalDocumentsAreRead() throws {
        let documents = try YAML.documents("a: &x 1\n---\nb: 2\n---\n", file: "f")
        #expect(documents.map(\.json) == [["a": 1], ["b": 2], nil])
        #expect(
            mistakeOfOne("a: 1\n---\nb: 2\n")
                == "f:3:1: more than one YAML document\n  fix: keep one, without '---' after it")
    }

    private func mistakeOfOne(_ text: String) -> String? {
        #expect(throws: Diagnoses.self) { try YAML.document(text, file: "f") }?.description
    }

    /// A text and what is said of it.
    static let refusals: [(String, String)] = [
        ("a: [1\n", "f:2:1: this is not YAML: did not find expected ',' or ']' while parsing a flow sequence"),
        ("a: 1\n b: 2\n", "f:2:3: this is not YAML: mapping values are not allowed in this context"),
        ("é: 1\nü:\n\t- a\n", "f:3:1: this is not YAML: a tab indents nothing\n  fix: indent with spaces"),
        ("a: 1\nb: \u{1}\n", "f:2:4: this is not YAML: control characters are not allowed\n  fix: remove it"),
        ("a: 1\nb: 2\na: 3\n", "f:3:1: the key 'a' stands twice: it is already at line 1\n  fix: keep one of them"),
        ("a: 1\n\"a\": 3\n", "f:2:1: the key 'a' stands twice: it is already at line 1\n  fix: keep one of them"),
        ("a: *b\n", "f:1:4: unknown alias '*b'\n  fix: define it before with '&b'"),
        ("a: &a [*a]\n", "f:1:8: unknown alias '*a'\n  fix: define it before with '&a'"),
        ("a: &x 1\n---\nb: *x\n", "f:3:4: unknown alias '*x'\n  fix: define it before with '&x'"),
        ("<<: 3\n", "f:1:5: '<<' merges mappings, and this is a number"),
    ]

    @Test(arguments: refusals)
    func refuses(text: String, message: String) {
        #expect(mistake(text) == message)
    }

    @Test func aliasesOfAliasesDoNotFillTheMemory() {
        var text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
        for level in 1..<9 {
            text +=
                "a\(level): &a\(level) [" + Array(repeating: "*a\(level - 1)", count: 10).joined(separator: ", ")
                + "]\n"
        }
        #expect(mistake(text)?.contains("stands for too much") == true)
    }

    @Test func nestingIsBoundedAlsoThroughAliases() {
        let broad = "[" + Array(repeating: "[], {a: 1}", count: 300).joined(separator: ", ") + "]"
        #expect(throws: Never.self) { try YAML.documents(broad, file: "f") }
        let deep = String(repeating: "[", count: 101) + String(repeating: "]", count: 101)
        #expect(mistake(deep)?.contains("nested more than 100 levels deep") == true)
        var text = "a0: &a0 [x]\n"
        for level in 1..<120 { text += "a\(level): &a\(level) [*a\(level - 1)]\n" }
        #expect(mistake(text)?.contains("stands for too much") == true)
    }
}
