internal import JSON

/// Every test (`x is …`) by its name.
enum TestTable {
    typealias Test = @Sendable (TemplateValue, CallArguments, Evaluator) throws -> Bool

    static let all: [String: Test] = [types, truths, comparisons, texts, results, paths, addresses].reduce(into: [:]) {
        $0.merge($1) { first, _ in first }
    }

    static func apply(_ name: String, _ value: TemplateValue, _ arguments: CallArguments, _ evaluator: Evaluator) throws
        -> Bool
    {
        guard let test = all[name] else { throw TemplateProblemThrown(.unknownTest(name, nearest: nil)) }
        return try test(value, arguments, evaluator)
    }

    static func plain(_ test: @escaping @Sendable (JSON, CallArguments) throws -> Bool) -> Test {
        { value, arguments, _ in try test(try value.resolved(), arguments) }
    }

    /// A question of what kind a value is: what is undefined is of none.
    private static func kind(_ test: @escaping @Sendable (JSON) -> Bool) -> Test {
        { value, _, _ in value.isUndefined ? false : test(try value.resolved()) }
    }

    private static let types: [String: Test] = [
        "defined": { value, _, _ in !value.isUndefined },
        "undefined": { value, _, _ in value.isUndefined },
        "none": kind(\.isNull),
        "boolean": kind { $0.bool != nil },
        "true": kind { $0.bool == true },
        "false": kind { $0.bool == false },
        "integer": kind { if case .integer = $0 { true } else { false } },
        "float": kind { if case .number = $0 { true } else { false } },
        "number": kind { $0.numeric != nil },
        "string": kind { $0.string != nil },
        "mapping": { value, _, _ in
            switch value {
            case .undefined: return false
            case .object(let object): return !(object is any TemplateCallable) && !(object is any TemplateScalar)
            case .json(let json): return json.object != nil
            }
        },
        "sequence": kind { $0.array != nil || $0.string != nil || $0.object != nil },
        "iterable": plain { value, _ in value.array != nil || value.string != nil || value.object != nil },
        "callable": { value, _, _ in
            if case .object(let object) = value { object is any TemplateCallable } else { false }
        },
        "escaped": { _, _, _ in false },
        "filter": plain { value, _ in FilterTable.all[FilterTable.shortName(of: value.pythonText)] != nil },
        "test": plain { value, _ in all[FilterTable.shortName(of: value.pythonText)] != nil },
        // Secrets are read before a template sees them.
        "vault_encrypted": plain { value, _ in value.string?.hasPrefix("$ANSIBLE_VAULT;") ?? false },
    ]

    private static func truth(_ value: JSON, _ arguments: CallArguments) throws -> Bool {
        guard try arguments.flag(0, "convert_bool") == true else { return value.isTruthy }
        guard case .string(let text) = value else { return value.isTruthy }
        if ["no", "n", "off", "0", "false", "f"].contains(Conversions.trimmed(text).lowercased()) { return false }
        return value.isTruthy
    }

    private static let truths: [String: Test] = [
        "truthy": plain { value, arguments in try truth(value, arguments) },
        "falsy": plain { value, arguments in try !truth(value, arguments) },
        "any": plain { value, _ in try value.elements().contains(where: \.isTruthy) },
        "all": plain { value, _ in try value.elements().allSatisfy(\.isTruthy) },
        "even": plain { value, _ in try Arithmetic.apply(.remainder, try number(value), 2).equals(0) },
        "odd": plain { value, _ in try Arithmetic.apply(.remainder, try number(value), 2).equals(1) },
        "divisibleby": plain { value, arguments in
            try Arithmetic.apply(
                .remainder, try number(value), try number(try arguments.required(0, "num", of: "divisibleby"))
            ).equals(0)
        },
        "nan": plain { value, _ in value.double?.isNaN ?? false },
        "isnan": plain { value, _ in value.double?.isNaN ?? false },
    ]

    private static func number(_ value: JSON) throws -> JSON {
        guard value.numeric != nil else {
            throw TemplateProblemThrown(.typeMismatch("\(value.pythonType) is not a number"))
        }
        return value
    }

    private static func comparison(_ holds: @escaping @Sendable (JSON, JSON) throws -> Bool) -> Test {
        plain { value, arguments in try holds(value, try arguments.required(0, "other", of: "the test")) }
    }

    private static let comparisons: [String: Test] = {
        let equal = comparison { $0.equals($1) }
        let notEqual = comparison { !$0.equals($1) }
        let less = comparison { try Evaluator.less($0, $1) }
        let greater = comparison { try Evaluator.less($1, $0) }
        let atMost = comparison { try $0.equals($1) || Evaluator.less($0, $1) }
        let atLeast = comparison { try $0.equals($1) || Evaluator.less($1, $0) }
        let subset = comparison { left, right in
            let right = try right.elements()
            return try left.elements().allSatisfy { element in right.contains { $0.equals(element) } }
        }
        let superset = comparison { left, right in
            let left = try left.elements()
            return try right.elements().allSatisfy { element in left.contains { $0.equals(element) } }
        }
        return [
            "eq": equal, "equalto": equal, "==": equal,
            "sameas": { value, arguments, _ in
                try value.isUndefined
                    ? false : value.resolved() == arguments.required(0, "other", of: "sameas")
            },
            "ne": notEqual, "!=": notEqual, "lt": less, "lessthan": less, "<": less, "gt": greater,
            "greaterthan": greater, ">": greater,
            "le": atMost, "<=": atMost, "ge": atLeast, ">=": atLeast,
            "in": comparison { try $1.holds($0) },
            "contains": comparison { try $0.holds($1) },
            "subset": subset, "issubset": subset, "superset": superset, "issuperset": superset,
        ]
    }()

    private static let texts: [String: Test] = {
        let version = plain { value, arguments in
            let other = try arguments.required(0, "version", of: "version").pythonText
            let strict = try arguments.json(2, "strict") ?? .null
            let type = try arguments.json(3, "version_type") ?? .null
            guard strict.isNull || type.isNull else {
                throw TemplateProblemThrown.bad("version", "'strict' and 'version_type' exclude each other")
            }
            return try Versions.compare(
                value.pythonText, other, try arguments.text(1, "operator") ?? "==",
                type: strict.isTruthy ? "strict" : type.isTruthy ? type.pythonText : "loose")
        }
        return [
            "lower": plain { value, _ in Texts.isLower(value.pythonText) },
            "upper": plain { value, _ in Texts.isUpper(value.pythonText) },
            "match": plain { value, arguments in try regex(arguments).matchesStart(of: value.pythonText) },
            "search": plain { value, arguments in try regex(arguments).isFound(in: value.pythonText) },
            "regex": plain { value, arguments in
                switch try arguments.text(3, "match_type") ?? "search" {
                case "match": return try regex(arguments).matchesStart(of: value.pythonText)
                case "fullmatch": return try regex(arguments).matchesWhole(value.pythonText)
                default: return try regex(arguments).isFound(in: value.pythonText)
                }
            },
            "version": version, "version_compare": version,
            "uri": plain { value, arguments in try isURI(value, arguments) != nil },
            "url": plain { value, arguments in
                try isURI(value, arguments).map { !$0.authority.isEmpty || $0.scheme == "file" } ?? false
            },
            "urn": plain { value, _ in (try? URLParts(value.pythonText))?.scheme == "urn" },
        ]
    }()

    private static func regex(_ arguments: CallArguments) throws -> PythonRegex {
        try PythonRegex(try arguments.text(0, "pattern") ?? "", arguments, ignorecase: 1, multiline: 2)
    }

    /// The parts of what is a URI, of one of some schemes if they are given.
    private static func isURI(_ value: JSON, _ arguments: CallArguments) throws -> URLParts? {
        // What cannot be taken apart is none.
        guard let parts = try? URLParts(value.pythonText) else { return nil }
        guard let schemes = try arguments.json(0, "schemes"), schemes.isTruthy else { return parts }
        return try schemes.elements().contains(.string(parts.scheme)) ? parts : nil
    }
}
