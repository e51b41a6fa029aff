package import JSON

/// Takes secrets out of what others will read; texts shorter than four characters are too common to be told apart.
package struct Masking: Sendable {
    private static let mark = "********"
    /// Longest first, so that a secret within another leaves nothing of it.
    private let secrets: [String]

    package init(_ secrets: some Sequence<String>) {
        self.secrets = Set(secrets).filter { $0.count >= 4 }.sorted { ($0.count, $0) > ($1.count, $1) }
    }

    /// The text with a mark in each secret's place.
    package func text(_ text: String) -> String {
        var text = text
        for secret in secrets where text.contains(secret) { text = text.replacing(secret, with: Self.mark) }
        return text
    }

    /// The value with all texts in it masked, and numbers that are secrets.
    package func json(_ value: JSON) -> JSON {
        if secrets.isEmpty { return value }
        switch value {
        case .string(let text): return .string(self.text(text))
        case .integer, .number: return secrets.contains(value.text) ? .string(Self.mark) : value
        case .array(let elements): return .array(elements.map(json))
        case .object(let members): return .object(JSONObject(members.map { (text($0.key), json($0.value)) }))
        case .bool, .null: return value
        }
    }
}
