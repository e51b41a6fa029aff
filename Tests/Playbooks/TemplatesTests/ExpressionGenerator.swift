import JSON

/// Random expressions and templates, the same for the same seed; most of them make sense.
struct ExpressionGenerator {
    /// SplitMix64.
    struct Numbers: RandomNumberGenerator {
        var state: UInt64

        mutating func next() -> UInt64 {
            state &+= 0x9E37_79B9_7F4A_7C15
            var mixed = state
            mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
            mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
            return mixed ^ (mixed >> 31)
        }
    }

    enum Kind: CaseIterable { case integer, float, text, truth, integers, texts, any }

    var numbers: Numbers

    init(seed: UInt64) { numbers = Numbers(state: seed &* 7919 &+ 1) }

    /// What the expressions' names stand for.
    static let variables: JSONObject = [
        "n": 5, "z": 0, "neg": -3, "f": 2.5, "s": "Hello World", "e": "", "t": true, "no": false, "nul": nil,
        "l": [3, 1, 2], "w": ["pear", "Apple", "fig"], "d": ["a": 1, "b": ["c": [10, 20]], "k": "v"],
        "users": [["name": "bob", "age": 30], ["name": "al", "age": 25], ["name": "cy", "age": 30]],
    ]

    mutating func pick(_ choices: [String]) -> String { choices.randomElement(using: &numbers) ?? "" }
    mutating func chance(_ one: Int) -> Bool { Int.random(in: 0..<one, using: &numbers) == 0 }

    mutating func template() -> String {
        let expression = { (generator: inout Self) in
            generator.expression(Kind.allCases.randomElement(using: &generator.numbers) ?? .any, 3)
        }
        let first = chance(25) ? pick(["missing", "d.missing + 1", "l[9] ~ 'x'", "s.missing"]) : expression(&self)
        switch Int.random(in: 0..<12, using: &numbers) {
        case 0: return "{% for x in \(self.expression(.integers, 2)) %}{{ loop.index }}:{{ x }} {% endfor %}"
        case 1: return "{% if \(first) %}yes{% else %}no{% endif %}"
        case 2: return "{% set v = \(first) %}a {{ v }} b {{ v is string }}"
        case 3:
            return
                "{% for x in \(self.expression(.texts, 2)) if x is \(pick(Self.textTests)) %}{{ x | upper }},{% else %}-{% endfor %}"
        case 4:
            return "{% macro m(a, b=\(self.expression(.integer, 1))) %}{{ a }}/{{ b }}{% endmacro %}{{ m(\(first)) }}"
        case 5:
            return
                "{% filter \(pick(["upper", "trim", "replace('a', 'b')", "title"])) %} x{{ \(first) }} {% endfilter %}"
        case 6:
            return
                "{{ \(first) }}\(pick([" ", "\n", " \n "])){%- if t -%}\(pick([" ", "\n"]))y {% endif %}\n{{ n -}} \n z"
        default: return "{{ \(first) }}"
        }
    }

    mutating func expression(_ kind: Kind, _ depth: Int) -> String {
        if chance(60), kind == .any || kind == .truth { return "nul" }
        if chance(30) {
            return "(\(pick(["missing", "d.missing", "l[9]", "d.missing.more"])) | default(\(atom(kind))))"
        }
        guard depth > 0 else { return atom(kind) }
        if chance(8) {
            return
                "(\(expression(kind, depth - 1)) if \(expression(.truth, depth - 1)) else \(expression(kind, depth - 1)))"
        }
        if chance(12) { return "(\(expression(kind, depth - 1)) | default(\(atom(kind))))" }
        switch kind {
        case .integer: return integer(depth - 1)
        case .float: return float(depth - 1)
        case .text: return text(depth - 1)
        case .truth: return truth(depth - 1)
        case .integers: return integers(depth - 1)
        case .texts: return texts(depth - 1)
        case .any:
            let kinds: [Kind] = [.integer, .float, .text, .truth, .integers, .texts]
            return expression(kinds.randomElement(using: &numbers) ?? .integer, depth)
        }
    }

    private mutating func atom(_ kind: Kind) -> String {
        switch kind {
        case .integer: pick(["n", "z", "neg", "1", "2", "7", "-4", "d.a", "users[0].age", "l[1]", "0x1F"])
        case .float: pick(["f", "0.5", "1.0", "2.25", "-1.5", "1e3"])
        case .text:
            pick(["s", "e", "'abc'", "'a b'", "\"it's\"", "d.k", "w[0]", "'x-y_z'", "'é☃'", "'12'", "'  pad '"])
        case .truth: pick(["t", "no", "true", "false", "(nul is none)"])
        case .integers: pick(["l", "[1, 2, 3]", "[]", "range(4) | list", "d.b.c", "[n, z]"])
        case .texts: pick(["w", "['a', 'b']", "s.split()", "d.keys() | list", "['x']"])
        case .any: pick(["n", "s", "l", "d", "t", "f"])
        }
    }

    private mutating func integer(_ depth: Int) -> String {
        switch Int.random(in: 0..<12, using: &numbers) {
        case 0...2: "(\(expression(.integer, depth)) \(pick(["+", "-", "*"])) \(expression(.integer, depth)))"
        case 3: "(\(expression(.integer, depth)) \(pick(["//", "%"])) \(atom(.integer)))"
        case 4: "(\(expression(.text, depth)) | length)"
        case 5: "((\(expression(.integers, depth)) + [2]) | \(pick(["sum", "max", "min", "first", "last", "length"])))"
        case 6: "(\(expression(.float, depth)) | int)"
        case 7: "(\(expression(.text, depth)) | int(\(atom(.integer))))"
        case 8: "-\(atom(.integer))"
        case 9: "(\(expression(.integer, depth)) | abs)"
        case 10: "\(expression(.text, depth)).\(pick(["find", "count", "rfind"]))('\(pick(["a", "l", "b", "zz"]))')"
        default: "(\(atom(.integer)) ** \(pick(["0", "1", "2", "3"])))"
        }
    }

    private mutating func float(_ depth: Int) -> String {
        switch Int.random(in: 0..<6, using: &numbers) {
        case 0: "(\(expression(.float, depth)) \(pick(["+", "-", "*"])) \(expression(.integer, depth)))"
        case 1: "(\(expression(.integer, depth)) / \(pick(["2", "4", "3", "n", "z"])))"
        case 2: "(\(expression(.float, depth)) | round(\(pick(["0", "1", "2"]))))"
        case 3: "(\(expression(.integer, depth)) | float)"
        case 4: "(\(expression(.float, depth)) \(pick(["//", "%"])) \(atom(.float)))"
        default: "(\(expression(.float, depth)) | abs)"
        }
    }

    private mutating func text(_ depth: Int) -> String {
        let filters = [
            "upper", "lower", "title", "capitalize", "trim", "reverse", "replace('l', 'L')", "replace('a', '')",
            "center(9)", "truncate(5, true, '.', 0)", "indent(2, true)", "string", "wordcount | string", "urlencode",
            "first", "last", "striptags",
        ]
        let methods = [
            "upper()", "strip()", "lower()", "replace('o', '0')", "zfill(6)", "ljust(7)", "rjust(7, '.')", "title()",
            "swapcase()", "rstrip('d')", "lstrip(' H')", "center(8, '*')", "capitalize()", "removeprefix('a')",
        ]
        switch Int.random(in: 0..<10, using: &numbers) {
        case 0...2: return "(\(expression(.text, depth)) | \(pick(filters)))"
        case 3: return "\(expression(.text, depth)).\(pick(methods))"
        case 4: return "(\(expression(.text, depth)) ~ \(expression(.any, depth)))"
        case 5: return "(\(expression(.texts, depth)) | join(\(pick(["','", "'-'", "''"]))))"
        case 6:
            return
                "\(expression(.text, depth))[\(pick(["0", "-1", "1:", ":2", "::-1", "::2", "-3:", "1:-1", "5:1:-1"]))]"
        case 7:
            return
                "('%\(pick(["s", "5s", "-6s|", ".2s"])) %\(pick(["d", "03d", "x", "+d"]))' % (\(expression(.text, depth)), \(expression(.integer, depth))))"
        case 8: return "(\(expression(.text, depth)) * \(pick(["0", "1", "2"])))"
        default: return "'{\(pick(["", ":>8", ":<8", ":^8", "!r", ":*^9"]))}'.format(\(expression(.text, depth)))"
        }
    }

    static let textTests = ["string", "lower", "upper", "defined", "in s", "eq('fig')", "not none", "iterable"]

    private mutating func truth(_ depth: Int) -> String {
        switch Int.random(in: 0..<9, using: &numbers) {
        case 0, 1:
            "(\(expression(.integer, depth)) \(pick(["<", "<=", ">", ">=", "==", "!="])) \(expression(.integer, depth)))"
        case 2:
            "(\(expression(.text, depth)) \(pick(["==", "!=", "<", ">", "in", "not in"])) \(expression(.text, depth)))"
        case 3: "(\(expression(.any, depth)) \(pick(["and", "or"])) \(expression(.truth, depth)))"
        case 4: "(not \(expression(.any, depth)))"
        case 5: "(\(expression(.text, depth)) is \(pick(Self.textTests)))"
        case 6:
            "(\(expression(.integer, depth)) is \(pick(["odd", "even", "number", "integer", "float", "divisibleby(3)", "string", "none", "defined", "sameas(5)", "gt(2)"])))"
        case 7: "(\(expression(.integer, depth)) \(pick(["in", "not in"])) \(expression(.integers, depth)))"
        default:
            "(\(expression(.any, depth)) is \(pick(["mapping", "sequence", "iterable", "boolean", "true", "undefined", "callable"])))"
        }
    }

    private mutating func integers(_ depth: Int) -> String {
        switch Int.random(in: 0..<10, using: &numbers) {
        case 0: "(\(expression(.integers, depth)) + \(expression(.integers, depth)))"
        case 1:
            "(\(expression(.integers, depth)) | \(pick(["sort", "sort(reverse=true)", "unique | list", "reverse | list", "list"])))"
        case 2: "(\(expression(.integers, depth)) | select(\(pick(["'odd'", "'even'", "'gt', 1"]))) | list)"
        case 3: "(\(expression(.integers, depth)) | reject('odd') | list)"
        case 4: "(\(expression(.integers, depth)) | map('\(pick(["abs", "string", "float"]))') | list)"
        case 5: "\(expression(.integers, depth))[\(pick(["1:", ":2", "::-1", "-1:", "::2"]))]"
        case 6: "[\(expression(.integer, depth)), \(expression(.integer, depth))]"
        case 7: "(users | map(attribute='age') | list)"
        case 8: "(\(expression(.integers, depth)) | batch(2) | map('sum') | list)"
        default: "(range(\(pick(["3", "1, 5", "5, 0, -2"]))) | list)"
        }
    }

    private mutating func texts(_ depth: Int) -> String {
        switch Int.random(in: 0..<8, using: &numbers) {
        case 0:
            "(\(expression(.texts, depth)) | \(pick(["sort", "sort(case_sensitive=true)", "unique | list", "reverse | list"])))"
        case 1: "(\(expression(.texts, depth)) | map('\(pick(["upper", "length", "trim", "reverse"]))') | list)"
        case 2: "\(expression(.text, depth)).split(\(pick(["", "' '", "'l'", "'l', 1"])))"
        case 3: "(\(expression(.texts, depth)) + \(expression(.texts, depth)))"
        case 4: "(users | map(attribute='name') | list)"
        case 5: "(users | selectattr('age', '\(pick(["gt", "eq", "lt"]))', 27) | map(attribute='name') | list)"
        case 6: "(\(expression(.text, depth)) | list)"
        default: "[\(expression(.text, depth)), \(expression(.text, depth))]"
        }
    }
}
