internal import Glibc
internal import JSON

extension FilterTable {
    static let mathFilters: [String: Filter] = [
        "abs": plain { value, _ in
            if let number = value.whole { return .integer(number == .min ? .max : abs(number)) }
            return .number(abs(try number("abs", value)))
        },
        "round": plain { value, arguments in try rounded(value, arguments) },
        "int": plain { value, arguments in
            let base = try arguments.integer(1, "base") ?? 10
            return try Conversions.integer(value, base: base).map { .integer($0) } ?? arguments.json(0, "default") ?? 0
        },
        "float": plain { value, arguments in
            try Conversions.float(value).map { .number($0) } ?? arguments.json(0, "default") ?? 0.0
        },
        "log": plain { value, arguments in
            let number = try number("log", value)
            let base = try arguments.json(0, "base").map { try Self.number("log", $0) }
            guard number > 0, base.map({ $0 > 0 && $0 != 1 }) ?? true else {
                throw TemplateProblemThrown.bad("log", "it needs positive numbers")
            }
            return .number(base.map { $0 == 10 ? log10(number) : log(number) / log($0) } ?? log(number))
        },
        "pow": plain { value, arguments in
            .number(
                try Arithmetic.power(
                    try number("pow", value), try number("pow", try arguments.required(0, "y", of: "pow"))))
        },
        "root": plain { value, arguments in
            let number = try number("root", value)
            let base = try arguments.json(0, "base").map { try Self.number("root", $0) } ?? 2
            guard number >= 0, base != 0 else { throw TemplateProblemThrown.bad("root", "it needs positive numbers") }
            return .number(base == 2 ? number.squareRoot() : pow(number, 1 / base))
        },
        "human_readable": plain { value, arguments in
            .string(
                try HumanSize.text(
                    try number("human_readable", value), isBits: try arguments.flag(0, "isbits") ?? false,
                    unit: try arguments.json(1, "unit").flatMap { $0.isNull ? nil : $0.pythonText }))
        },
        "human_to_bytes": plain { value, arguments in
            let unit = try arguments.json(0, "default_unit").flatMap { $0.isNull ? nil : $0.pythonText }
            return JSON(
                try HumanSize.bytes(value.pythonText, unit: unit, isBits: try arguments.flag(1, "isbits") ?? false))
        },
        "filesizeformat": plain { value, arguments in
            guard let bytes = Conversions.float(value) else {
                throw TemplateProblemThrown.bad("filesizeformat", "\(value.pythonType) is no number")
            }
            return .string(HumanSize.fileSize(bytes, isBinary: try arguments.flag(0, "binary") ?? false))
        },
        "random": plain { value, arguments in try random(value, arguments) },
        "shuffle": plain { value, arguments in
            var elements = try value.elements()
            // Without a seed, and with an empty one, every run has its own order.
            guard let seed = try arguments.json(0, "seed"), seed.isTruthy else { return .array(elements.shuffled()) }
            var generator = PythonRandom(seed: seed)
            for index in elements.indices.dropFirst().reversed() {
                elements.swapAt(index, generator.below(index + 1))
            }
            return .array(elements)
        },
    ]

    private static func number(_ name: String, _ value: JSON) throws -> Double {
        guard let number = value.numeric else {
            throw TemplateProblemThrown.bad(name, "\(value.pythonType) is not a number")
        }
        return number
    }

    private static func rounded(_ value: JSON, _ arguments: CallArguments) throws -> JSON {
        let number = try number("round", value)
        let method = try arguments.text(1, "method") ?? "common"
        let digits = max(-15, min(15, try arguments.integer(0, "precision") ?? 0))
        let scale = pow(10, Double(abs(digits)))
        switch method {
        case "common":
            guard digits < 0 else {
                // C writes the nearest decimal of the exact value.
                return value.whole != nil ? value : .number(Double(PrintfFormat.fixed(number, digits)) ?? number)
            }
            let result = (number / scale).rounded(.toNearestOrEven) * scale
            return value.whole != nil ? .integer(Int64(exactly: result) ?? 0) : .number(result)
        case "ceil", "floor":
            let rule: FloatingPointRoundingRule = method == "ceil" ? .up : .down
            return .number(
                digits < 0 ? (number / scale).rounded(rule) * scale : (number * scale).rounded(rule) / scale)
        default: throw TemplateProblemThrown.bad("round", "the method is common, ceil or floor, not '\(method)'")
        }
    }

    /// A number below `end`, or an element; the same ones for the same seed as in Python.
    private static func random(_ value: JSON, _ arguments: CallArguments) throws -> JSON {
        let seed = try arguments.json(2, "seed") ?? .null
        var generator = seed.isNull ? nil : PythonRandom(seed: seed)
        func below(_ count: Int) -> Int { generator?.below(count) ?? Int.random(in: 0..<count) }
        let start = try arguments.integer(0, "start") ?? 0
        let step = try arguments.integer(1, "step").flatMap { $0 == 0 ? nil : $0 } ?? 1
        if case .integer(let end) = value {
            let (width, overflow) = Int(clamping: end).subtractingReportingOverflow(start)
            let count = overflow || step == .min ? 0 : step > 0 ? (width - 1) / step + 1 : (width + 1) / step + 1
            guard count > 0, (width > 0) == (step > 0), width != 0 else {
                throw TemplateProblemThrown.bad("random", "there is no number from \(start) to \(end)")
            }
            return JSON(start + step * below(count))
        }
        guard start == 0, step == 1 else {
            throw TemplateProblemThrown.bad("random", "start and step are for integers")
        }
        let elements = try value.elements()
        guard !elements.isEmpty else { throw TemplateProblemThrown.bad("random", "the list is empty") }
        return elements[below(elements.count)]
    }
}

/// Sizes as people write them.
enum HumanSize {
    /// From the largest.
    private static let units: [(letter: Character, size: Double)] = [
        ("Y", 1_208_925_819_614_629_174_706_176), ("Z", 1_180_591_620_717_411_303_424),
        ("E", 1_152_921_504_606_846_976),
        ("P", 1_125_899_906_842_624), ("T", 1_099_511_627_776), ("G", 1_073_741_824), ("M", 1_048_576), ("K", 1024),
        ("B", 1),
    ]

    static func text(_ size: Double, isBits: Bool, unit: String?) throws -> String {
        let found = units.first { candidate in
            unit.map { $0.uppercased().first == candidate.letter } ?? (size >= candidate.size)
        }
        let (letter, limit) = found ?? ("B", 1)
        let base = isBits ? "bits" : "Bytes"
        let suffix = letter == "B" ? base : "\(letter)\(isBits ? "b" : "B")"
        return PrintfFormat.fixed(size / limit, 2) + " " + suffix
    }

    static func bytes(_ text: String, unit: String?, isBits: Bool) throws -> Int {
        let trimmed = Conversions.trimmed(text)
        let digits = trimmed.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
        guard let number = Double(digits) else { throw bad("'\(text)' is no size") }
        let rest = Conversions.trimmed(String(trimmed.dropFirst(digits.count)))
        let name = rest.isEmpty ? unit ?? "" : rest
        guard name.allSatisfy({ $0.isLetter }) else { throw bad("'\(text)' is no size") }
        let first = name.uppercased().first ?? "B"
        guard let limit = units.first(where: { $0.letter == first })?.size else { throw bad("unknown unit '\(name)'") }
        let (word, letter): (String, Character) = isBits ? ("bit", "b") : ("byte", "B")
        if name.count > 1, !name.lowercased().contains(word), name.dropFirst().first != letter {
            throw bad("'\(name)' is no unit of \(word)s")
        }
        guard let whole = Int(exactly: (number * limit).rounded(.toNearestOrEven)) else {
            throw bad("'\(text)' is too large")
        }
        return whole
    }

    /// Jinja2's `filesizeformat`.
    static func fileSize(_ bytes: Double, isBinary: Bool) -> String {
        let base: Double = isBinary ? 1024 : 1000
        if bytes == 1 { return "1 Byte" }
        if bytes < base { return PrintfFormat.fixed(bytes.rounded(.towardZero), 0) + " Bytes" }
        let prefixes =
            isBinary
            ? ["KiB", "MiB", "GiB", "TiB", "PiB", "EiB", "ZiB", "YiB"]
            : ["kB", "MB", "GB", "TB", "PB", "EB", "ZB", "YB"]
        var unit = base
        for prefix in prefixes {
            unit *= base
            if bytes < unit || prefix == prefixes.last {
                return PrintfFormat.fixed(base * bytes / unit, 1) + " " + prefix
            }
        }
        return ""
    }

    private static func bad(_ reason: String) -> TemplateProblemThrown { .bad("human_to_bytes", reason) }
}
