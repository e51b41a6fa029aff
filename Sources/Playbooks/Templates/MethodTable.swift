internal import JSON

/// Python's methods on strings, lists and dicts, as templates call them.
enum MethodTable {
    static func apply(_ name: String, _ value: TemplateValue, _ arguments: CallArguments) throws -> TemplateValue {
        if case .object(let object) = value, name == "cycle" || name == "get" {
            if name == "get" {
                return try object.member(arguments.text(0, "key") ?? "") ?? arguments.value(1, "default")
                    ?? .json(.null)
            }
            guard !arguments.positional.isEmpty, let index = try object.member("index0")?.resolved().integer else {
                throw unknown(name, value)
            }
            return arguments.positional[index % arguments.positional.count]
        }
        let json = try value.resolved()
        switch json {
        case .string(let text):
            guard let method = strings[name] else { throw unknown(name, value) }
            return .json(try method(text, arguments))
        case .object(let members):
            switch name {
            case "items": return .json(try items(json))
            case "keys": return .json(.array(members.keys.map { .string($0) }))
            case "values": return .json(.array(members.members.map(\.value)))
            case "get":
                let key = try arguments.required(0, "key", of: "get").pythonText
                return members[key].map { .json($0) } ?? arguments.value(1, "default") ?? .json(.null)
            default: throw unknown(name, value)
            }
        case .array(let elements):
            switch name {
            case "index":
                let item = try arguments.required(0, "item", of: "index")
                guard let index = elements.firstIndex(where: { $0.equals(item) }) else {
                    throw TemplateProblemThrown.bad("index", "the item is not in the list")
                }
                return .json(JSON(index))
            case "count":
                let item = try arguments.required(0, "item", of: "count")
                return .json(JSON(elements.count { $0.equals(item) }))
            default: throw unknown(name, value)
            }
        default: throw unknown(name, value)
        }
    }

    private static func unknown(_ name: String, _ value: TemplateValue) -> TemplateProblemThrown {
        let type = if case .json(let json) = value { json.pythonType } else { "this" }
        return TemplateProblemThrown(.typeMismatch("\(type) has no method '\(name)'"))
    }

    static func items(_ value: JSON) throws -> JSON {
        guard case .object(let members) = value else {
            throw TemplateProblemThrown.bad("items", "\(value.pythonType) is not a dict")
        }
        return .array(members.members.map { .array([.string($0.key), $0.value]) })
    }

    private static let strings: [String: @Sendable (String, CallArguments) throws -> JSON] = [
        "split": { text, arguments in try split(text, arguments) },
        "rsplit": { text, arguments in
            guard let separator = try arguments.text(0, "sep"), let maximum = try arguments.integer(1, "maxsplit"),
                maximum >= 0
            else {
                return try split(text, arguments)
            }
            let parts = text.split(separator: separator, omittingEmptySubsequences: false).map(String.init)
            let kept = max(1, parts.count - maximum)
            return JSON([parts.prefix(kept).joined(separator: separator)] + parts.dropFirst(kept))
        },
        "splitlines": { text, _ in JSON(Texts.lines(text)) },
        "strip": { text, arguments in .string(Conversions.trimmed(text, of: try arguments.text(0, "chars"))) },
        "lstrip": { text, arguments in .string(trimmedStart(text, of: try arguments.text(0, "chars"))) },
        "rstrip": { text, arguments in
            .string(String(trimmedStart(String(text.reversed()), of: try arguments.text(0, "chars")).reversed()))
        },
        "lower": { text, _ in .string(text.lowercased()) },
        "upper": { text, _ in .string(text.uppercased()) },
        "title": { text, _ in .string(Texts.title(text)) },
        "capitalize": { text, _ in .string(text.prefix(1).uppercased() + text.dropFirst().lowercased()) },
        "startswith": { text, arguments in .bool(try affixes("startswith", arguments).contains { text.hasPrefix($0) })
        },
        "endswith": { text, arguments in .bool(try affixes("endswith", arguments).contains { text.hasSuffix($0) }) },
        "replace": { text, arguments in
            .string(
                Texts.replace(
                    text, try arguments.required(0, "old", of: "replace").pythonText,
                    try arguments.required(1, "new", of: "replace").pythonText,
                    maximum: try arguments.integer(2, "count")))
        },
        "find": { text, arguments in
            let part = try arguments.required(0, "sub", of: "find").pythonText
            return JSON(
                text.firstRange(of: part).map { text.unicodeScalars.distance(from: text.startIndex, to: $0.lowerBound) }
                    ?? -1)
        },
        "count": { text, arguments in
            let part = try arguments.required(0, "sub", of: "count").pythonText
            return JSON(part.isEmpty ? text.unicodeScalars.count + 1 : text.ranges(of: part).count)
        },
        "join": { text, arguments in
            .string(
                try arguments.required(0, "iterable", of: "join").elements().map(\.pythonText).joined(separator: text))
        },
        "format": { text, arguments in .string(try braces(text, arguments)) },
        "isdigit": { text, _ in .bool(!text.isEmpty && text.allSatisfy { $0.isNumber }) },
        "isalpha": { text, _ in .bool(!text.isEmpty && text.allSatisfy { $0.isLetter }) },
        "isalnum": { text, _ in .bool(!text.isEmpty && text.allSatisfy { $0.isLetter || $0.isNumber }) },
        "zfill": { text, arguments in
            let width = min(4096, try arguments.integer(0, "width") ?? 0)
            let zeros = String(repeating: "0", count: max(0, width - text.count))
            return .string(
                text.hasPrefix("-") || text.hasPrefix("+") ? text.prefix(1) + zeros + text.dropFirst() : zeros + text)
        },
        "ljust": { text, arguments in
            .string(
                text
                    + String(
                        repeating: " ", count: max(0, min(4096, try arguments.integer(0, "width") ?? 0) - text.count)))
        },
        "rjust": { text, arguments in
            .string(
                String(repeating: " ", count: max(0, min(4096, try arguments.integer(0, "width") ?? 0) - text.count))
                    + text)
        },
    ]

    private static func affixes(_ name: String, _ arguments: CallArguments) throws -> [String] {
        let affix = try arguments.required(0, "prefix", of: name)
        return affix.array?.map(\.pythonText) ?? [affix.pythonText]
    }

    private static func trimmedStart(_ text: String, of characters: String?) -> String {
        String(text.drop { character in characters.map { $0.contains(character) } ?? character.isWhitespace })
    }

    static func split(_ text: String, _ arguments: CallArguments) throws -> JSON {
        let maximum = try arguments.integer(1, "maxsplit").map { $0 < 0 ? Int.max : $0 } ?? Int.max
        guard let separator = try arguments.json(0, "sep"), !separator.isNull else {
            return JSON(text.split(maxSplits: maximum) { $0.isWhitespace }.map(String.init))
        }
        guard !separator.pythonText.isEmpty else { throw TemplateProblemThrown.bad("split", "the separator is empty") }
        return JSON(
            text.split(separator: separator.pythonText, maxSplits: maximum, omittingEmptySubsequences: false).map(
                String.init))
    }

    /// Python's `str.format` with plain fields: `{}`, `{0}`, `{name}`.
    private static func braces(_ format: String, _ arguments: CallArguments) throws -> String {
        var (result, next) = ("", 0)
        var rest = Substring(format)
        while let character = rest.popFirst() {
            if character == "{", rest.first == "{" || character == "}", rest.first == "}" {
                result.append(character)
                rest = rest.dropFirst()
            } else if character == "{" {
                guard let end = rest.firstIndex(of: "}") else {
                    throw TemplateProblemThrown.bad("format", "a '{' is not closed")
                }
                let field = String(rest[..<end])
                rest = rest[rest.index(after: end)...]
                let value = try field.isEmpty ? arguments.json(next, "") : arguments.json(Int(field) ?? -1, field)
                if field.isEmpty { next += 1 }
                guard let value else { throw TemplateProblemThrown.bad("format", "there is no value for '{\(field)}'") }
                result += value.pythonText
            } else {
                result.append(character)
            }
        }
        return result
    }
}
