import JSON
import Testing

@testable import YAML

@Suite struct YAMLWriterTests {
    @Test func writesBlocksThatReadWell() {
        let value: JSON = [
            "name": "kube", "port": 6443, "empty": [], "none": [:], "nothing": nil,
            "list": ["a", ["b", "c"], ["k": "v", "l": ["x"]]], "map": ["yes": "yes", "n": "12"],
        ]
        #expect(
            value.yamlText == """
                name: kube
                port: 6443
                empty: []
                none: {}
                nothing: null
                list:
                  - a
                  - - b
                    - c
                  - k: v
                    l:
                      - x
                map:
                  "yes": "yes"
                  "n": "12"

                """)
    }

    @Test(arguments: [
        "", " ", "a b", "a: b", "- a", "#x", "a #x", "yes", "No", "~", "null", "12", "0644", "1e3", "0o17", "1.5", ".5",
        "-1",
        "+1", "2026-11-21", "10:30", "=", "@x", "`", "*a", "&a", "!x", "%x", "{", "[", "\"", "'", "\\", "a\nb", "a\tb",
        "\r",
        "\0", "\u{7f}", "\u{85}", "\u{9f}", "\u{a0}", "\u{2028}", "\u{feff}", "\u{ffff}", "é", "🙂", "<<", "---", "...",
        "?",
        "? a", "a:", "y", "192.168.56.11", ",a", "a,", "|", ">", "1_000",
    ])
    func everyStringIsReadBackAsValueAndAsKey(text: String) throws {
        let value: JSON = .object(
            JSONObject([
                (text == "<<" ? "key" : text, .string(text)),
                ("list", .array([.string(text), .array([.string(text)])])),
            ]))
        #expect(try YAML.document(value.yamlText, file: "f").json == value)
        #expect(try YAML.document(JSON.string(text).yamlText, file: "f").json == .string(text))
    }

    @Test(arguments: 0..<300)
    func everyValueIsReadBack(seed: Int) throws {
        var dice = Dice(seed: seed)
        let value = randomJSON(depth: 4, &dice)
        #expect(try YAML.document(value.yamlText, file: "f").json == value, "\(value.yamlText)")
    }
}

private func randomJSON(depth: Int, _ dice: inout Dice) -> JSON {
    switch Int.random(in: 0..<(depth > 0 ? 8 : 6), using: &dice) {
    case 0: .null
    case 1: .bool(.random(using: &dice))
    case 2: .integer(.random(in: .min ... .max, using: &dice))
    case 3: .number(Double.random(in: -1e6...1e6, using: &dice))
    case 4, 5: .string(randomText(&dice))
    case 6: .array((0..<Int.random(in: 0...4, using: &dice)).map { _ in randomJSON(depth: depth - 1, &dice) })
    default:
        .object(
            JSONObject(
                (0..<Int.random(in: 0...4, using: &dice)).map { number in
                    ("\(number)" + randomText(&dice), randomJSON(depth: depth - 1, &dice))
                }))
    }
}

private func randomText(_ dice: inout Dice) -> String {
    let alphabet = Array("ab01 :-#'\"\\\n\t[]{},&*!|>%@`~?=_.é🙂\u{85}\u{2028}")
    return String((0..<Int.random(in: 0...6, using: &dice)).compactMap { _ in alphabet.randomElement(using: &dice) })
}

/// A small generator of repeatable randomness (SplitMix64).
private struct Dice: RandomNumberGenerator {
    private var state: UInt64

    init(seed: Int) { state = UInt64(bitPattern: Int64(seed)) &* 0x9e37_79b9_7f4a_7c15 }

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var bits = state
        bits = (bits ^ (bits >> 30)) &* 0xbf58_476d_1ce4_e5b9
        bits = (bits ^ (bits >> 27)) &* 0x94d0_49bb_1331_11eb
        return bits ^ (bits >> 31)
    }
}
