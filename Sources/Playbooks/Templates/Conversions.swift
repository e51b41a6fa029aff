package import JSON

/// Conversions as Ansible's `bool` and Jinja2's `int` and `float` do them.
package enum Conversions {
    /// Ansible's idea of truth in a word: yes, on, true, 1.
    package static func boolean(_ value: JSON) -> Bool {
        switch value {
        case .bool(let value): value
        case .string(let text): ["yes", "on", "1", "true", "y", "t"].contains(text.lowercased())
        default: value.numeric == 1
        }
    }

    /// Python's `int(x)`, nil where it fails.
    package static func integer(_ value: JSON, base: Int = 10) -> Int64? {
        switch value {
        case .string(let text):
            var digits = trimmed(text).replacing("_", with: "").lowercased()
            guard (2...36).contains(base) else { return nil }
            for (prefix, radix) in [("0x", 16), ("0b", 2), ("0o", 8)] where base == radix && digits.hasPrefix(prefix) {
                digits.removeFirst(2)
            }
            if digits.hasPrefix("+") { digits.removeFirst() }
            return Int64(digits, radix: base)
                ?? (base == 10 ? float(value).flatMap { Int64(exactly: $0.rounded(.towardZero)) } : nil)
        case .number(let number): return Int64(exactly: number.rounded(.towardZero))
        default: return value.whole
        }
    }

    /// Python's `float(x)`, nil where it fails.
    package static func float(_ value: JSON) -> Double? {
        if case .string(let text) = value { Double(trimmed(text)) } else { value.numeric }
    }

    /// Python's `int(text, 0)`: decimal, or with 0x, 0o or 0b before it; nil where it fails.
    static func literalInteger(_ text: String) -> Int? {
        let text = text.lowercased()
        for (prefix, radix) in [("0x", 16), ("0o", 8), ("0b", 2)] where text.hasPrefix(prefix) {
            return Int(text.dropFirst(2), radix: radix)
        }
        guard !text.hasPrefix("0") || text.allSatisfy({ $0 == "0" }) else { return nil }
        return Int(text)
    }

    /// The text without white space, or without some characters, around it.
    package static func trimmed(
        _ text: String, of characters: String? = nil, atStart: Bool = true, atEnd: Bool = true
    ) -> String {
        let drops: (Unicode.Scalar) -> Bool = { scalar in
            characters.map { $0.unicodeScalars.contains(scalar) } ?? scalar.properties.isWhitespace
        }
        var scalars = text.unicodeScalars[...]
        while atStart, let first = scalars.first, drops(first) { scalars.removeFirst() }
        while atEnd, let last = scalars.last, drops(last) { scalars.removeLast() }
        return String(scalars)
    }
}
