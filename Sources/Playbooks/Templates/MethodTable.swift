internal import JSON

/// Python's methods on strings, lists and dicts, as templates call them.
enum MethodTable {
    static func apply(_ name: String, _ value: TemplateValue, _ arguments: CallArguments) throws -> TemplateValue {
        if case .object(let object) = value, !(object is any TemplateScalar) {
            return try member(name, of: object, arguments)
        }
        let json = try value.resolved()
        switch json {
        case .string(let text):
            guard let method = StringMethods.all[name] else { throw unknown(name, value) }
            return .json(try method(text, arguments))
        case .object(let members):
            switch name {
            case "items": return .json(try items(json))
            case "keys": return .json(.array(members.keys.map { .string($0) }))
            case "values": return .json(.array(members.members.map(\.value)))
            case "copy": return value
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
            case "copy": return value
            default: throw unknown(name, value)
            }
        case .number(let number) where name == "is_integer": return .json(.bool(number == number.rounded()))
        case .integer(let number) where name == "bit_length":
            return .json(JSON(UInt64.bitWidth - number.magnitude.leadingZeroBitCount))
        default: throw unknown(name, value)
        }
    }

    /// The methods of a dict on what is looked into by member, such as `hostvars`.
    private static func member(
        _ name: String, of object: any TemplateObject, _ arguments: CallArguments
    ) throws -> TemplateValue {
        switch name {
        case "get":
            let key = try arguments.required(0, "key", of: "get").pythonText
            return try object.member(key) ?? arguments.value(1, "default") ?? .json(.null)
        case "keys": return .json(JSON(object.memberNames))
        case "items", "values":
            let whole = try TemplateValue.object(object).resolved()
            return try apply(name, .json(whole), arguments)
        default: throw unknown(name, .object(object))
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
}
