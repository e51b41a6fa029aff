package import JSON

/// Why a selector cannot be read.
package struct SelectorError: Error, Hashable, Sendable, CustomStringConvertible {
    package var description: String

    package init(description: String) { self.description = description }
}

/// A query over labels: every requirement must hold.
package struct LabelSelector: Hashable, Sendable {
    package enum Requirement: Hashable, Sendable {
        case among(String, Set<String>)
        case notAmong(String, Set<String>)
        case exists(String)
        case missing(String)
    }

    package var requirements: [Requirement]

    package init(_ requirements: [Requirement] = []) { self.requirements = requirements }

    package var isEmpty: Bool { requirements.isEmpty }

    /// Reads `app=web,tier in (a, b),!canary,x!=y`.
    package init(parsing text: String) throws(SelectorError) {
        var requirements: [Requirement] = []
        for part in Self.split(text) where !part.isEmpty { requirements.append(try Self.requirement(part, in: text)) }
        self.requirements = requirements
    }

    /// Reads a LabelSelector object: `matchLabels` and `matchExpressions`.
    package init(_ object: JSON) throws(SelectorError) {
        requirements = []
        for (key, value) in object["matchLabels"]?.object ?? [:] {
            requirements.append(.among(key, [value.string ?? ""]))
        }
        for expression in object["matchExpressions"]?.array ?? [] {
            let key = expression["key"]?.string ?? ""
            let values = Set((expression["values"]?.array ?? []).compactMap(\.string))
            switch expression["operator"]?.string {
            case "In": requirements.append(.among(key, values))
            case "NotIn": requirements.append(.notAmong(key, values))
            case "Exists": requirements.append(.exists(key))
            case "DoesNotExist": requirements.append(.missing(key))
            case let other:
                throw SelectorError(description: "\"\(other ?? "")\" is not a valid label selector operator")
            }
        }
    }

    private static func split(_ text: String) -> [String] {
        var parts: [String] = [""]
        var depth = 0
        for character in text {
            if character == "(" { depth += 1 }
            if character == ")" { depth -= 1 }
            if character == ",", depth == 0 { parts.append("") } else { parts[parts.count - 1].append(character) }
        }
        return parts.map(trimmed)
    }

    private static func requirement(_ part: String, in text: String) throws(SelectorError) -> Requirement {
        func failure() -> SelectorError {
            SelectorError(description: "unable to parse requirement: found '\(part)' in the selector '\(text)'")
        }
        func key(_ text: some StringProtocol) throws(SelectorError) -> String {
            let key = trimmed(text)
            guard !key.isEmpty, key.allSatisfy({ $0.isLetter || $0.isNumber || "-_./".contains($0) }) else {
                throw failure()
            }
            return key
        }
        if let open = part.firstIndex(of: "(") {
            guard part.hasSuffix(")") else { throw failure() }
            let words = part[..<open].split(separator: " ")
            let values = part[part.index(after: open)...].dropLast().split(
                separator: ",", omittingEmptySubsequences: false)
            guard words.count == 2 else { throw failure() }
            switch words[1] {
            case "in": return .among(try key(words[0]), Set(values.map(trimmed)))
            case "notin": return .notAmong(try key(words[0]), Set(values.map(trimmed)))
            default: throw failure()
            }
        }
        if part.hasPrefix("!") { return .missing(try key(part.dropFirst())) }
        guard let equals = part.firstIndex(of: "=") else { return .exists(try key(part)) }
        var value = part[part.index(after: equals)...]
        if value.hasPrefix("=") { value = value.dropFirst() }
        let before = part[..<equals]
        if before.hasSuffix("!") { return .notAmong(try key(before.dropLast()), [trimmed(value)]) }
        return .among(try key(before), [trimmed(value)])
    }

    /// Whether an object's labels satisfy every requirement.
    package func matches(labels: JSON?) -> Bool {
        requirements.allSatisfy { requirement in
            switch requirement {
            case .among(let key, let values): labels?[key]?.string.map(values.contains) ?? false
            case .notAmong(let key, let values): labels?[key]?.string.map { !values.contains($0) } ?? true
            case .exists(let key): labels?[key] != nil
            case .missing(let key): labels?[key] == nil
            }
        }
    }

    /// The selector as a query's text: `a=b,c in (d,e)`.
    package var text: String {
        requirements.map { requirement in
            switch requirement {
            case .among(let key, let values) where values.count == 1: "\(key)=\(values.first ?? "")"
            case .among(let key, let values): "\(key) in (\(values.sorted().joined(separator: ",")))"
            case .notAmong(let key, let values) where values.count == 1: "\(key)!=\(values.first ?? "")"
            case .notAmong(let key, let values): "\(key) notin (\(values.sorted().joined(separator: ",")))"
            case .exists(let key): key
            case .missing(let key): "!\(key)"
            }
        }.joined(separator: ",")
    }
}

/// A query over a few fields that a kind offers.
package struct FieldSelector: Hashable, Sendable {
    package struct Term: Hashable, Sendable {
        package var field: String
        package var value: String
        package var isEqual: Bool
    }

    package var terms: [Term]

    package init(_ terms: [Term] = []) { self.terms = terms }

    package var isEmpty: Bool { terms.isEmpty }

    /// Reads `metadata.name=web,status.phase!=Failed`.
    package init(parsing text: String) throws(SelectorError) {
        terms = []
        for part in text.split(separator: ",") {
            guard let equals = part.firstIndex(of: "=") else {
                throw SelectorError(description: "invalid selector: '\(part)'; can't understand '\(part)'")
            }
            var value = part[part.index(after: equals)...]
            if value.hasPrefix("=") { value = value.dropFirst() }
            let before = part[..<equals]
            let isEqual = !before.hasSuffix("!")
            terms.append(
                Term(field: trimmed(isEqual ? before : before.dropLast()), value: trimmed(value), isEqual: isEqual))
        }
    }

    /// The value that a field must have, where one is demanded.
    package func value(of field: String) -> String? { terms.first { $0.field == field && $0.isEqual }?.value }

    /// Whether every term holds; a missing field counts as empty text.
    package func matches(_ object: JSON) -> Bool {
        terms.allSatisfy { term in
            var value: JSON? = object
            for part in term.field.split(separator: ".") { value = value?[String(part)] }
            let text: String =
                switch value {
                case .string(let text): text
                case .bool(let flag): flag ? "true" : "false"
                case .integer(let number): String(number)
                default: term.field == "spec.unschedulable" ? "false" : ""
                }
            return (text == term.value) == term.isEqual
        }
    }
}

private func trimmed(_ text: some StringProtocol) -> String {
    var rest = Substring(text)
    while rest.first == " " { rest.removeFirst() }
    while rest.last == " " { rest.removeLast() }
    return String(rest)
}
