internal import JSON

/// Every test (`x is …`) by its name.
enum TestTable {
    typealias Test = @Sendable (TemplateValue, CallArguments, Evaluator) throws -> Bool

    static let all: [String: Test] = [basic, comparisons, results, paths].reduce(into: [:]) {
        $0.merge($1) { first, _ in first }
    }

    static func apply(_ name: String, _ value: TemplateValue, _ arguments: CallArguments, _ evaluator: Evaluator) throws
        -> Bool
    {
        guard let test = all[name] else { throw TemplateProblemThrown(.unknownTest(name, nearest: nil)) }
        return try test(value, arguments, evaluator)
    }

    private static func plain(_ test: @escaping @Sendable (JSON, CallArguments) throws -> Bool) -> Test {
        { value, arguments, _ in try test(try value.resolved(), arguments) }
    }

    private static let basic: [String: Test] = [
        "defined": { value, _, _ in !value.isUndefined },
        "undefined": { value, _, _ in value.isUndefined },
        "none": plain { value, _ in value.isNull },
        "boolean": plain { value, _ in value.bool != nil },
        "true": plain { value, _ in value.bool == true },
        "false": plain { value, _ in value.bool == false },
        "truthy": plain { value, _ in value.isTruthy },
        "falsy": plain { value, _ in !value.isTruthy },
        "integer": plain { value, _ in if case .integer = value { true } else { false } },
        "float": plain { value, _ in if case .number = value { true } else { false } },
        "number": plain { value, _ in value.numeric != nil },
        "string": plain { value, _ in value.string != nil },
        "mapping": { value, _, _ in if case .object = value { true } else { try value.resolved().object != nil } },
        "sequence": plain { value, _ in value.array != nil || value.string != nil || value.object != nil },
        "iterable": plain { value, _ in value.array != nil || value.string != nil || value.object != nil },
        "lower": plain { value, _ in
            value.pythonText == value.pythonText.lowercased() && value.pythonText.contains { $0.isLetter }
        },
        "upper": plain { value, _ in
            value.pythonText == value.pythonText.uppercased() && value.pythonText.contains { $0.isLetter }
        },
        "even": plain { value, _ in (value.whole ?? 1) % 2 == 0 },
        "odd": plain { value, _ in (value.whole ?? 0) % 2 != 0 },
        "divisibleby": plain { value, arguments in
            guard let divisor = try arguments.integer(0, "num"), divisor != 0 else {
                throw TemplateProblemThrown.bad("divisibleby", "it needs a number")
            }
            return (value.whole ?? 1) % Int64(divisor) == 0
        },
        "callable": { _, _, _ in false },
    ]

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
        return [
            "eq": equal, "equalto": equal, "==": equal, "sameas": comparison { $0 == $1 },
            "ne": notEqual, "!=": notEqual, "lt": less, "lessthan": less, "<": less, "gt": greater,
            "greaterthan": greater, ">": greater,
            "le": atMost, "<=": atMost, "ge": atLeast, ">=": atLeast,
            "in": comparison { try $1.holds($0) },
            "contains": comparison { try $0.holds($1) },
            "subset": comparison { try $0.elements().allSatisfy($1.holds) },
            "superset": comparison { try $1.elements().allSatisfy($0.holds) },
            "match": { value, arguments, _ in try regex(arguments).matchesStart(of: try value.resolved().pythonText) },
            "search": { value, arguments, _ in try regex(arguments).isFound(in: try value.resolved().pythonText) },
            "regex": { value, arguments, _ in try regex(arguments).isFound(in: try value.resolved().pythonText) },
            "version": plain { value, arguments in
                try Versions.compare(
                    value.pythonText, try arguments.required(0, "version", of: "version").pythonText,
                    try arguments.text(1, "operator") ?? "==")
            },
        ]
    }()

    private static func regex(_ arguments: CallArguments) throws -> PythonRegex {
        try PythonRegex(
            try arguments.required(0, "pattern", of: "the test").pythonText, arguments, ignorecase: 1, multiline: 2)
    }

    private static func result(_ holds: @escaping @Sendable (JSON) -> Bool) -> Test {
        plain { value, _ in
            guard value.object != nil else {
                throw TemplateProblemThrown(.typeMismatch("\(value.pythonType) is not a task's result"))
            }
            return holds(value)
        }
    }

    /// What a registered result says of its task.
    private static let results: [String: Test] = {
        let failed = result { $0["failed"]?.isTruthy ?? false }
        let succeeded = result { !($0["failed"]?.isTruthy ?? false) }
        let changed = result { $0["changed"]?.isTruthy ?? false }
        let skipped = result { $0["skipped"]?.isTruthy ?? false }
        return [
            "failed": failed, "failure": failed, "success": succeeded, "succeeded": succeeded, "successful": succeeded,
            "changed": changed, "change": changed, "skipped": skipped, "skip": skipped,
        ]
    }()

    private static let paths: [String: Test] = [
        "abs": plain { value, _ in value.pythonText.hasPrefix("/") }
    ]
}

/// Versions as Python's LooseVersion orders them.
enum Versions {
    static func compare(_ left: String, _ right: String, _ relation: String) throws -> Bool {
        let order = order(parts(left), parts(right))
        switch relation {
        case "==", "=", "eq": return order == 0
        case "!=", "<>", "ne": return order != 0
        case "<", "lt": return order < 0
        case "<=", "le": return order <= 0
        case ">", "gt": return order > 0
        case ">=", "ge": return order >= 0
        default: throw TemplateProblemThrown.bad("version", "'\(relation)' is not a comparison")
        }
    }

    private static func parts(_ version: String) -> [JSON] {
        var parts: [JSON] = []
        var run = ""
        func flush() {
            if !run.isEmpty { parts.append(Int64(run).map { .integer($0) } ?? .string(run)) }
            run = ""
        }
        for character in version {
            let isDigit = character.isASCII && character.isNumber
            if character == "." || (run.last.map { ($0.isASCII && $0.isNumber) != isDigit } ?? false) { flush() }
            if character != "." { run.append(character) }
        }
        flush()
        return parts
    }

    private static func order(_ left: [JSON], _ right: [JSON]) -> Int {
        for (a, b) in zip(left, right) where !a.equals(b) {
            return (a.isLess(than: b) ?? (a.pythonText < b.pythonText)) ? -1 : 1
        }
        return left.count - right.count
    }
}
