/// All object types that the API knows, by name; the source of strategic merges, strict field checks and openapi.
package struct Schema: Sendable {
    package let types: [String: ObjectType]
    /// Names in the order of the tables.
    package let names: [String]

    /// Every type of the tables beside this file.
    package static let shared = Schema(
        parsing: [metaTypes, podTypes, volumeTypes, coreTypes, appsTypes])

    package subscript(name: String) -> ObjectType? { types[name] }

    /// Reads the tables' notation: a line `package PREFIX`, then `Type: field type, …` over one or more lines.
    ///
    /// `[T]` is a list, `{T}` a map, `!` required; `[T]@key` merges by key, `[T]@` as a set, `~` honours retainKeys.
    init(parsing tables: [String]) {
        var types: [String: ObjectType] = [:]
        var names: [String] = []
        for table in tables {
            var prefix = ""
            var statements: [String] = []
            for line in table.split(separator: "\n") {
                if line.hasPrefix("package ") || !line.hasPrefix(" ") {
                    statements.append(String(line))
                } else {
                    statements[statements.count - 1] += line
                }
            }
            for statement in statements {
                if statement.hasPrefix("package ") {
                    prefix = String(statement.dropFirst("package ".count))
                    continue
                }
                let halves = statement.split(separator: ":", maxSplits: 1)
                let name = String(halves[0])
                let fields = halves.count < 2 ? [] : halves[1].split(separator: ",").map(Self.field)
                types[name] = ObjectType(name: name, definition: prefix + "." + name, fields: fields)
                names.append(name)
            }
        }
        self.types = types
        self.names = names
    }

    private static func field(_ text: Substring) -> Field {
        let words = text.split(separator: " ")
        precondition(words.count == 2, "a field is a name and a type: \(text)")
        var type = words[1]
        var field = Field(name: String(words[0]), type: .any)
        if type.hasSuffix("~") {
            field.retainsKeys = true
            type = type.dropLast()
        }
        if let at = type.firstIndex(of: "@") {
            field.mergeKey = String(type[type.index(after: at)...])
            type = type[..<at]
        }
        if type.hasSuffix("!") {
            field.isRequired = true
            type = type.dropLast()
        }
        field.type = Self.type(type)
        return field
    }

    private static func type(_ text: Substring) -> FieldType {
        switch text {
        case "string": .string
        case "int": .integer
        case "number": .number
        case "bool": .boolean
        case "quantity": .quantity
        case "intstr": .intOrString
        case "time": .time
        case "microtime": .microTime
        case "bytes": .bytes
        case "any": .any
        default:
            if text.hasPrefix("[") {
                .list(type(text.dropFirst().dropLast()))
            } else if text.hasPrefix("{") {
                .map(type(text.dropFirst().dropLast()))
            } else {
                .object(String(text))
            }
        }
    }
}
