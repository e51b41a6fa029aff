internal import JSON

extension FilterTable {
    static let markupFilters: [String: Filter] = [
        "escape": text { value, _ in Texts.escaped(value) },
        "e": text { value, _ in Texts.escaped(value) },
        "forceescape": text { value, _ in Texts.escaped(value) },
        "striptags": text { value, _ in Markup.withoutTags(value) },
        "xmlattr": plain { value, arguments in
            guard case .object(let members) = value else {
                throw TemplateProblemThrown.bad("xmlattr", "\(value.pythonType) is not a dict")
            }
            let pairs = try members.members.filter { !$0.value.isNull }.map { member in
                guard !member.key.contains(where: { $0.isWhitespace || "/>=".contains($0) }) else {
                    throw TemplateProblemThrown.bad("xmlattr", "'\(member.key)' cannot be an attribute's name")
                }
                return Texts.escaped(member.key) + "=\"" + Texts.escaped(member.value.pythonText) + "\""
            }
            let leads = try arguments.flag(0, "autospace") ?? true && !pairs.isEmpty
            return .string((leads ? " " : "") + pairs.joined(separator: " "))
        },
        "urlize": text { value, arguments in try Markup.linked(value, arguments) },
        "urlencode": plain { value, _ in
            // A dict or pairs make a query.
            guard value.object != nil || value.array != nil else {
                return .string(Texts.percentEncoded(value.pythonText, keeps: "/"))
            }
            return .string(
                try value.pairs().map {
                    Texts.queryEncoded($0.0) + "=" + Texts.queryEncoded($0.1.pythonText)
                }.joined(separator: "&"))
        },
        "urldecode": text { value, _ in Texts.percentDecoded(value.replacing("+", with: " ")) },
        "urlsplit": plain { value, arguments in
            let parts = try URLParts(value.pythonText).values
            guard let name = try arguments.text(0, "query"), !name.isEmpty else { return .object(parts) }
            guard let part = parts[name] else {
                throw TemplateProblemThrown.bad("urlsplit", "a URL has no part '\(name)'")
            }
            return part
        },
    ]
}

/// HTML within texts.
enum Markup {
    static func withoutTags(_ text: String) -> String {
        var (result, rest) = ("", text[...])
        while let open = rest.firstIndex(of: "<") {
            result += rest[..<open]
            let tag = rest[open...]
            let end =
                tag.hasPrefix("<!--")
                ? tag.firstRange(of: "-->")?.upperBound : tag.firstIndex(of: ">").map(tag.index(after:))
            guard let end else {
                result += tag
                rest = ""
                break
            }
            rest = tag[end...]
        }
        let plain = result + rest
        return unescaped(plain.split { $0.isWhitespace }.joined(separator: " "))
    }

    private static func unescaped(_ text: String) -> String {
        [
            ("&lt;", "<"), ("&gt;", ">"), ("&#34;", "\""), ("&quot;", "\""), ("&#39;", "'"), ("&nbsp;", "\u{A0}"),
            ("&amp;", "&"),
        ]
        .reduce(text) { $0.replacing($1.0, with: $1.1) }
    }

    /// Links around the addresses of a text.
    static func linked(_ text: String, _ arguments: CallArguments) throws -> String {
        let limit = try arguments.integer(0, "trim_url_limit")
        let relations = try (arguments.text(3, "rel") ?? "").split(separator: " ").map(String.init)
        let rel = Set(relations + (try arguments.flag(1, "nofollow") == true ? ["nofollow"] : []) + ["noopener"])
        let target = try arguments.json(2, "target").flatMap { $0.isNull ? nil : $0.pythonText }
        let attributes =
            " rel=\"\(rel.sorted().joined(separator: " "))\""
            + (target.map { " target=\"\(Texts.escaped($0))\"" } ?? "")
        func shown(_ url: String) -> String {
            guard let limit, limit > 0, url.count > limit else { return url }
            return url.prefix(limit) + "..."
        }
        return Texts.escaped(text).split(separator: " ", omittingEmptySubsequences: false).map { word in
            let tail = word.reversed().prefix { ".,;:!?)".contains($0) }.count
            let (core, rest) = (String(word.dropLast(tail)), word.suffix(tail))
            if core.hasPrefix("http://") || core.hasPrefix("https://") {
                return "<a href=\"\(core)\"\(attributes)>\(shown(core))</a>\(rest)"
            }
            if core.hasPrefix("www.") {
                return "<a href=\"https://\(core)\"\(attributes)>\(shown(core))</a>\(rest)"
            }
            return String(word)
        }.joined(separator: " ")
    }
}
