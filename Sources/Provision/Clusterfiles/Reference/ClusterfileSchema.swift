package import JSON

/// The table of keys as a JSON Schema (draft 7, which editors know), so that they complete and check a Clusterfile.
package enum ClusterfileSchema {
    package static var json: JSON {
        var members: [(String, JSON)] = [
            ("$schema", "http://json-schema.org/draft-07/schema#"), ("title", "Clusterfile"),
            ("description", "What a cluster of virtual machines is; `clusterfile schema --reference` says more."),
        ]
        members += schema(of: .file).map { ($0.key, $0.value) }
        return .object(JSONObject(members))
    }

    private static func schema(of section: Section) -> JSONObject {
        let properties = section.keys.map { ($0.name, Self.schema(of: $0)) }
        var schema: JSONObject = [
            "type": "object", "additionalProperties": false, "properties": .object(JSONObject(properties)),
        ]
        let required = section.keys.filter(\.isRequired).map(\.name)
        if !required.isEmpty { schema["required"] = JSON(required) }
        if section.hasExtensions { schema["patternProperties"] = ["^x-": [:]] }
        if !section.exactlyOne.isEmpty {
            schema["oneOf"] = .array(section.exactlyOne.map { ["required": JSON([$0])] })
        }
        if !section.companions.isEmpty {
            schema["dependencies"] = .object(JSONObject(section.companions.map { ($0.key, JSON([$0.needs])) }))
        }
        return schema
    }

    private static func schema(of key: any AnyKey) -> JSON {
        var schema = Self.schema(of: key.form)
        schema["description"] = .string(key.summary + (key.fallback.map { " Without it: \($0)." } ?? ""))
        return schema
    }

    private static func schema(of form: Form) -> JSON {
        switch form {
        case .text(let pattern, let examples):
            // A text that may be all digits is a number to an editor where it stands without quotes.
            let mayBeNumber = examples.contains { Int($0) != nil }
            var schema: JSON = ["type": mayBeNumber ? ["string", "integer"] : "string", "examples": JSON(examples)]
            if let pattern { schema["pattern"] = .string("\(pattern)|\(variable)") }
            return schema
        case .number(let range):
            return orVariable([
                "type": "integer", "minimum": JSON(range.lowerBound), "maximum": JSON(range.upperBound),
            ])
        case .boolean: return orVariable(["type": "boolean"])
        case .choice(let words): return orVariable(["enum": JSON(words)])
        case .list(let element, let mayBeEmpty):
            var schema: JSON = ["type": "array", "items": Self.schema(of: element)]
            if !mayBeEmpty { schema["minItems"] = 1 }
            return schema
        case .names(let element, _): return ["type": "object", "additionalProperties": schema(of: element)]
        case .section(let section): return .object(schema(of: section))
        case .either(let forms): return ["anyOf": .array(forms.map { Self.schema(of: $0) })]
        case .anything: return [:]
        }
    }

    /// A value that comes from the environment.
    private static let variable = "\\$\\{"

    private static func orVariable(_ schema: JSON) -> JSON {
        ["anyOf": [schema, ["type": "string", "pattern": .string(variable)]]]
    }
}
