import JSON

/// As much of JSON Schema (draft 7) as the Clusterfile's schema uses.
struct SchemaValidator {
    private var patterns: [String: Regex<AnyRegexOutput>] = [:]

    /// Where a value does not fit a schema, or nil. An unknown word of the schema is a fault too.
    mutating func fault(in value: JSON, _ schema: JSON, at path: String = "") throws -> String? {
        for (word, argument) in schema.object ?? JSONObject() {
            if try !holds(word, argument, schema, value, path) { return "\(path): \(word)" }
        }
        for (name, member) in value.object ?? JSONObject() {
            let inner: JSON? =
                schema[path: "properties", name]
                ?? (name.hasPrefix("x-") ? schema[path: "patternProperties", "^x-"] : nil)
                ?? schema["additionalProperties"]
            guard let inner else { continue }
            if inner == false { return "\(path): unknown \(name)" }
            if let fault = try fault(in: member, inner, at: "\(path).\(name)") { return fault }
        }
        if let items = schema["items"] {
            for element in value.array ?? [] {
                if let fault = try fault(in: element, items, at: path + "[]") { return fault }
            }
        }
        return nil
    }

    private mutating func holds(_ word: String, _ argument: JSON, _ schema: JSON, _ value: JSON, _ path: String) throws
        -> Bool
    {
        switch word {
        case "$schema", "title", "description", "examples", "properties", "patternProperties", "additionalProperties",
            "items":
            return true
        case "type":
            if let types = argument.array {
                return try types.contains { try holds("type", $0, schema, value, path) }
            }
            switch argument.string {
            case "object": return value.object != nil
            case "array": return value.array != nil
            case "string": return value.string != nil
            case "integer": return value.integer != nil
            default: return argument == "boolean" && value.bool != nil
            }
        case "enum": return argument.array?.contains(value) == true
        case "minimum": return value.integer.map { $0 >= argument.integer ?? 0 } ?? true
        case "maximum": return value.integer.map { $0 <= argument.integer ?? 0 } ?? true
        case "minItems": return value.array.map { $0.count >= argument.integer ?? 0 } ?? true
        case "pattern": return try value.string.map { try matches($0, argument.string ?? "") } ?? true
        case "required": return (argument.array ?? []).allSatisfy { value[$0.string ?? ""] != nil }
        case "dependencies":
            return (argument.object ?? JSONObject()).allSatisfy { key, needed in
                value[key] == nil || (needed.array ?? []).allSatisfy { value[$0.string ?? ""] != nil }
            }
        case "anyOf", "oneOf":
            var count = 0
            for alternative in argument.array ?? [] where try fault(in: value, alternative, at: path) == nil {
                count += 1
            }
            return word == "anyOf" ? count > 0 : count == 1
        default: return false
        }
    }

    private mutating func matches(_ text: String, _ pattern: String) throws -> Bool {
        let regex = try patterns[pattern] ?? Regex(pattern)
        patterns[pattern] = regex
        return text.firstMatch(of: regex) != nil
    }
}
