internal import Diagnostics
package import JSON
internal import Templates
internal import YAML

/// A variable that a person is asked for when its play begins (`vars_prompt`).
package struct VariablePrompt: Hashable, Sendable {
    package var name: String
    package var question: String
    /// What an empty answer means.
    package var fallback: String?
    /// Whether the answer is not to be seen.
    package var isPrivate = true
    /// Whether it is asked for twice.
    package var isConfirmed = false
    /// The hash that takes the answer's place, with its salt.
    private var hash: String?
    private var salt: String?
    private var saltSize: Int?

    private static let keywords = [
        "name", "prompt", "default", "private", "confirm", "encrypt", "salt", "salt_size", "unsafe",
    ]

    /// Nil where the node names none; every mistake is noted.
    init?(_ node: YAMLNode, _ reader: NodeReader) {
        let entries = reader.entries(node, "a prompt")
        guard let name = node["name"].flatMap({ reader.text($0, "'name'") }) else {
            reader.problems.add(.missingKeyword("name", of: "a prompt", at: node.location))
            return nil
        }
        (self.name, question) = (name, name)
        for entry in entries {
            let value = entry.value
            switch entry.key.text ?? "" {
            case "prompt": question = reader.text(value, "'prompt'") ?? name
            case "default": fallback = value.text
            case "private": isPrivate = reader.flag(value, "'private'") ?? true
            case "confirm": isConfirmed = reader.flag(value, "'confirm'") ?? false
            case "encrypt": hash = reader.text(value, "'encrypt'")
            case "salt": salt = reader.text(value, "'salt'")
            case "salt_size": saltSize = reader.number(value, "'salt_size'").map { Int($0) }
            case "name", "unsafe": break
            case let other:
                reader.problems.add(
                    .unknownKeyword(
                        other, of: "a prompt", nearest: nearestName(to: other, among: Self.keywords),
                        at: entry.key.location))
            }
        }
    }

    /// The variable's value after that answer.
    package func value(of answer: String) throws -> JSON {
        guard let hash else { return .string(answer) }
        var call = "password_hash(method"
        if salt != nil { call += ", salt=salt" }
        if saltSize != nil { call += ", salt_size=size" }
        let variables = Variables(layers: [
            .observed([
                "answer": .string(answer), "method": .string(hash), "salt": .string(salt ?? ""),
                "size": JSON(saltSize ?? 0),
            ])
        ])
        return try variables.render(.string("{{ answer | \(call)) }}"))
    }
}
