package import JSON

// Python's ideas of truth, text, equality and order, since Jinja2's are those.
extension JSON {
    /// Python's `bool(x)`.
    package var isTruthy: Bool {
        switch self {
        case .null: false
        case .bool(let value): value
        case .integer(let value): value != 0
        case .number(let value): value != 0
        case .string(let text): !text.isEmpty
        case .array(let elements): !elements.isEmpty
        case .object(let members): !members.isEmpty
        }
    }

    /// Python's `str(x)`.
    package var pythonText: String {
        if case .string(let text) = self { text } else { pythonRepresentation }
    }

    /// Python's `repr(x)`.
    package var pythonRepresentation: String {
        switch self {
        case .null: "None"
        case .bool(let value): value ? "True" : "False"
        case .integer(let value): String(value)
        case .number(let value): value.isNaN ? "nan" : value.isInfinite ? (value < 0 ? "-inf" : "inf") : "\(value)"
        case .string(let text): Self.quoted(text)
        case .array(let elements): "[" + elements.map(\.pythonRepresentation).joined(separator: ", ") + "]"
        case .object(let object):
            "{"
                + object.members.map { "\(Self.quoted($0.key)): \($0.value.pythonRepresentation)" }.joined(
                    separator: ", ")
                + "}"
        }
    }

    private static func quoted(_ text: String) -> String {
        let quote: Unicode.Scalar = text.contains("'") && !text.contains("\"") ? "\"" : "'"
        var result = String(quote)
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\n": result += "\\n"
            case "\r": result += "\\r"
            case "\t": result += "\\t"
            case "\\": result += "\\\\"
            case quote: result += "\\" + String(quote)
            case _ where scalar.value < 0x20 || scalar.value == 0x7F:
                let digits = String(scalar.value, radix: 16)
                result += "\\x" + (digits.count < 2 ? "0" : "") + digits
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + String(quote)
    }

    /// Python's `==`: numbers and booleans compare by value.
    package func equals(_ other: JSON) -> Bool {
        switch (self, other) {
        case (.array(let left), .array(let right)):
            left.count == right.count && zip(left, right).allSatisfy { $0.equals($1) }
        case (.object(let left), .object(let right)):
            left.count == right.count
                && left.members.allSatisfy { member in right[member.key].map { member.value.equals($0) } ?? false }
        case (.integer(let left), .integer(let right)): left == right
        default:
            if let left = numeric, let right = other.numeric { left == right } else { self == other }
        }
    }

    /// A number or a boolean as a number, else nil.
    var numeric: Double? {
        if case .bool(let value) = self { value ? 1 : 0 } else { double }
    }

    /// A whole number or a boolean as Python's int, else nil.
    var whole: Int64? {
        switch self {
        case .integer(let value): value
        case .bool(let value): value ? 1 : 0
        default: nil
        }
    }

    /// Python's `<`; nil where the two have no order.
    func isLess(than other: JSON) -> Bool? {
        if let left = whole, let right = other.whole { return left < right }
        if let left = numeric, let right = other.numeric { return left < right }
        switch (self, other) {
        case (.string(let left), .string(let right)):
            return left.unicodeScalars.lexicographicallyPrecedes(right.unicodeScalars)
        case (.array(let left), .array(let right)):
            for (a, b) in zip(left, right) where !a.equals(b) { return a.isLess(than: b) }
            return left.count < right.count
        default: return nil
        }
    }

    /// What kind of value this is, in Python's words.
    var pythonType: String {
        switch self {
        case .null: "None"
        case .bool: "a boolean"
        case .integer: "an integer"
        case .number: "a float"
        case .string: "a string"
        case .array: "a list"
        case .object: "a dict"
        }
    }

    /// What a loop or a filter over a sequence sees: elements, a dict's keys, or a string's characters.
    func elements() throws -> [JSON] {
        switch self {
        case .array(let elements): return elements
        case .object(let members): return members.keys.map { .string($0) }
        case .string(let text): return text.unicodeScalars.map { .string(String($0)) }
        default: throw TemplateProblemThrown(.typeMismatch("\(pythonType) is not a list"))
        }
    }

    /// What Python's `dict(…)` takes: the members of a dict, or pairs.
    func pairs() throws -> [(String, JSON)] {
        if case .object(let members) = self { return members.members.map { ($0.key, $0.value) } }
        return try elements().map { element in
            guard let pair = try? element.elements(), pair.count == 2 else {
                throw TemplateProblemThrown(.typeMismatch("a dict is made of pairs, not of \(element.pythonType)"))
            }
            return (pair[0].pythonText, pair[1])
        }
    }

    /// Python's `item in self`.
    func holds(_ item: JSON) throws -> Bool {
        switch self {
        case .string(let text):
            guard case .string(let part) = item else {
                throw TemplateProblemThrown(.typeMismatch("'in' a string needs a string, not \(item.pythonType)"))
            }
            return part.isEmpty || text.contains(part)
        case .object(let members): return members[item.pythonText] != nil
        case .array(let elements): return elements.contains { $0.equals(item) }
        default: throw TemplateProblemThrown(.typeMismatch("\(pythonType) holds nothing"))
        }
    }
}
