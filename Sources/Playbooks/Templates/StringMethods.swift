internal import JSON

/// Python's methods on strings.
enum StringMethods {
    typealias Method = @Sendable (String, CallArguments) throws -> JSON

    static let all: [String: Method] = [cuts, shapes, questions, searches].reduce(into: [:]) {
        $0.merge($1) { first, _ in first }
    }

    private static let cuts: [String: Method] = [
        "split": { text, arguments in try split(text, arguments) },
        "rsplit": { text, arguments in try rsplit(text, arguments) },
        "splitlines": { text, arguments in
            JSON(Texts.lines(text, keepsEnds: try arguments.flag(0, "keepends") ?? false))
        },
        "partition": { text, arguments in
            let separator = try separator("partition", arguments)
            guard let range = text.firstRange(of: separator) else { return [.string(text), "", ""] }
            return [
                .string(String(text[..<range.lowerBound])), .string(separator),
                .string(String(text[range.upperBound...])),
            ]
        },
        "rpartition": { text, arguments in
            let separator = try separator("rpartition", arguments)
            guard let range = text.ranges(of: separator).last else { return ["", "", .string(text)] }
            return [
                .string(String(text[..<range.lowerBound])), .string(separator),
                .string(String(text[range.upperBound...])),
            ]
        },
        "join": { text, arguments in
            .string(
                try arguments.required(0, "iterable", of: "join").elements().map { element in
                    guard case .string(let part) = element else {
                        throw TemplateProblemThrown.bad("join", "it joins strings, not \(element.pythonType)")
                    }
                    return part
                }.joined(separator: text))
        },
        "removeprefix": { text, arguments in
            let affix = try arguments.required(0, "prefix", of: "removeprefix").pythonText
            return .string(text.hasPrefix(affix) ? String(text.dropFirst(affix.count)) : text)
        },
        "removesuffix": { text, arguments in
            let affix = try arguments.required(0, "suffix", of: "removesuffix").pythonText
            return .string(text.hasSuffix(affix) ? String(text.dropLast(affix.count)) : text)
        },
    ]

    private static let shapes: [String: Method] = [
        "strip": { text, arguments in .string(Conversions.trimmed(text, of: try characters(arguments))) },
        "lstrip": { text, arguments in
            .string(Conversions.trimmed(text, of: try characters(arguments), atEnd: false))
        },
        "rstrip": { text, arguments in
            .string(Conversions.trimmed(text, of: try characters(arguments), atStart: false))
        },
        "lower": { text, _ in .string(text.lowercased()) },
        "casefold": { text, _ in .string(text.lowercased()) },
        "upper": { text, _ in .string(text.uppercased()) },
        "title": { text, _ in .string(Texts.pythonTitle(text)) },
        "swapcase": { text, _ in
            .string(text.map { $0.isUppercase ? $0.lowercased() : $0.uppercased() }.joined())
        },
        "capitalize": { text, _ in .string(text.prefix(1).uppercased() + text.dropFirst().lowercased()) },
        "replace": { text, arguments in
            .string(
                Texts.replace(
                    text, try arguments.required(0, "old", of: "replace").pythonText,
                    try arguments.required(1, "new", of: "replace").pythonText,
                    maximum: try arguments.integer(2, "count")))
        },
        "expandtabs": { text, arguments in .string(Texts.expandedTabs(text, try arguments.integer(0, "tabsize") ?? 8))
        },
        "format": { text, arguments in .string(try BraceFormat.format(text, arguments)) },
        "zfill": { text, arguments in
            let width = min(4096, try arguments.integer(0, "width") ?? 0)
            let zeros = String(repeating: "0", count: max(0, width - text.unicodeScalars.count))
            return .string(
                text.hasPrefix("-") || text.hasPrefix("+") ? text.prefix(1) + zeros + text.dropFirst() : zeros + text)
        },
        "ljust": { text, arguments in .string(text + (try padding(text, arguments))) },
        "rjust": { text, arguments in .string(try padding(text, arguments) + text) },
        "center": { text, arguments in
            let padding = try padding(text, arguments)
            return .string(Texts.centered(text, in: padding, width: try arguments.integer(0, "width") ?? 0))
        },
        "encode": { text, _ in .string(text) },
        "decode": { text, _ in .string(text) },
    ]

    private static func question(_ holds: @escaping @Sendable (Character) -> Bool) -> Method {
        { text, _ in .bool(!text.isEmpty && text.allSatisfy(holds)) }
    }

    private static let questions: [String: Method] = [
        "startswith": { text, arguments in .bool(try affixes("startswith", arguments).contains { text.hasPrefix($0) })
        },
        "endswith": { text, arguments in .bool(try affixes("endswith", arguments).contains { text.hasSuffix($0) }) },
        "isdigit": question { $0.isNumber && $0.wholeNumberValue != nil },
        "isdecimal": question { $0.isNumber && $0.wholeNumberValue != nil },
        "isnumeric": question { $0.isNumber },
        "isalpha": question { $0.isLetter },
        "isalnum": question { $0.isLetter || $0.isNumber },
        "isspace": question { $0.isWhitespace },
        "isascii": { text, _ in .bool(text.utf8.allSatisfy { $0 < 0x80 }) },
        "isupper": { text, _ in .bool(Texts.isUpper(text)) },
        "islower": { text, _ in .bool(Texts.isLower(text)) },
        "istitle": { text, _ in .bool(text.contains(where: \.isLetter) && Texts.pythonTitle(text) == text) },
        "isidentifier": { text, _ in
            .bool(
                text.first.map { $0.isLetter || $0 == "_" } ?? false
                    && text.allSatisfy { $0.isLetter || $0.isNumber || $0 == "_" })
        },
    ]

    private static let searches: [String: Method] = [
        "find": { text, arguments in JSON(try position(text, arguments, fromEnd: false) ?? -1) },
        "rfind": { text, arguments in JSON(try position(text, arguments, fromEnd: true) ?? -1) },
        "index": { text, arguments in JSON(try found("index", text, arguments, fromEnd: false)) },
        "rindex": { text, arguments in JSON(try found("rindex", text, arguments, fromEnd: true)) },
        "count": { text, arguments in
            let part = try arguments.required(0, "sub", of: "count").pythonText
            return JSON(part.isEmpty ? text.unicodeScalars.count + 1 : text.ranges(of: part).count)
        },
    ]

    private static func found(_ name: String, _ text: String, _ arguments: CallArguments, fromEnd: Bool) throws -> Int {
        guard let position = try position(text, arguments, fromEnd: fromEnd) else {
            throw TemplateProblemThrown.bad(name, "the text does not hold it")
        }
        return position
    }

    /// Where a part begins, in scalars, between the optional bounds.
    private static func position(_ text: String, _ arguments: CallArguments, fromEnd: Bool) throws -> Int? {
        let part = Array(try arguments.required(0, "sub", of: "find").pythonText.unicodeScalars)
        let scalars = Array(text.unicodeScalars)
        func bound(_ position: Int, _ name: String) throws -> Int? {
            try arguments.integer(position, name).map { number in
                let wrapped = number < 0 ? max(0, scalars.count + max(number, -scalars.count)) : number
                return wrapped
            }
        }
        let (from, to) = (try bound(1, "start") ?? 0, min(scalars.count, try bound(2, "end") ?? scalars.count))
        guard to - from >= part.count else { return nil }
        let starts = Array(from...(to - part.count))
        let matches = { (start: Int) in scalars[start..<start + part.count].elementsEqual(part) }
        return fromEnd ? starts.last(where: matches) : starts.first(where: matches)
    }

    private static func characters(_ arguments: CallArguments) throws -> String? {
        guard let characters = try arguments.json(0, "chars"), !characters.isNull else { return nil }
        return characters.pythonText
    }

    private static func padding(_ text: String, _ arguments: CallArguments) throws -> String {
        let fill = try arguments.text(1, "fillchar") ?? " "
        guard fill.count == 1 else { throw TemplateProblemThrown.bad("padding", "it takes one character") }
        let width = min(4096, try arguments.integer(0, "width") ?? 0)
        return String(repeating: fill, count: max(0, width - text.unicodeScalars.count))
    }

    private static func separator(_ name: String, _ arguments: CallArguments) throws -> String {
        let separator = try arguments.required(0, "sep", of: name).pythonText
        guard !separator.isEmpty else { throw TemplateProblemThrown.bad(name, "the separator is empty") }
        return separator
    }

    private static func affixes(_ name: String, _ arguments: CallArguments) throws -> [String] {
        let affix = try arguments.required(0, "prefix", of: name)
        return affix.array?.map(\.pythonText) ?? [affix.pythonText]
    }

    private static func limit(_ arguments: CallArguments) throws -> Int {
        try arguments.integer(1, "maxsplit").map { $0 < 0 ? Int.max : $0 } ?? Int.max
    }

    static func split(_ text: String, _ arguments: CallArguments) throws -> JSON {
        let maximum = try limit(arguments)
        guard let separator = try arguments.json(0, "sep"), !separator.isNull else {
            guard maximum != Int.max else { return JSON(text.split { $0.isWhitespace }.map(String.init)) }
            let trimmed = Conversions.trimmed(text, atEnd: false)
            let parts = trimmed.split(maxSplits: maximum) { $0.isWhitespace }.map(String.init)
            // White space before the rest goes, white space behind it stays.
            return JSON(
                parts.enumerated().map { $0 < maximum ? $1 : Conversions.trimmed($1, atEnd: false) }.filter {
                    !$0.isEmpty
                })
        }
        let text = text.split(
            separator: try Self.separator("split", arguments), maxSplits: maximum, omittingEmptySubsequences: false)
        return JSON(text.map(String.init))
    }

    private static func rsplit(_ text: String, _ arguments: CallArguments) throws -> JSON {
        let maximum = try limit(arguments)
        guard maximum < Int.max else { return try split(text, arguments) }
        guard let separator = try arguments.json(0, "sep"), !separator.isNull else {
            let reversed = String(text.reversed())
            let flipped = CallArguments(positional: [.json(.null), .json(JSON(maximum))])
            return .array(
                try split(reversed, flipped).elements().reversed().map { .string(String($0.pythonText.reversed())) })
        }
        let parts = text.split(
            separator: try Self.separator("rsplit", arguments), omittingEmptySubsequences: false
        ).map(String.init)
        let kept = max(1, parts.count - min(maximum, parts.count))
        return JSON([parts.prefix(kept).joined(separator: separator.pythonText)] + parts.dropFirst(kept))
    }
}
