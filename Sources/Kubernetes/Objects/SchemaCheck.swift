package import JSON

/// An object as its type wants it, and what of the client's text did not fit.
package struct CheckedObject: Hashable, Sendable {
    /// Without unknown members and nulls.
    package var object: JSON
    /// Paths of members that the type does not have.
    package var unknown: [String]
    /// What holds a value of a wrong type, in words.
    package var wrong: [String]
}

extension Schema {
    /// Takes what a type knows out of an object, and tells what else there was.
    package func check(_ object: JSON, type: String) -> CheckedObject {
        var result = CheckedObject(object: object, unknown: [], wrong: [])
        result.object = take(object, .object(type), at: "", &result) ?? [:]
        return result
    }

    private func take(_ value: JSON, _ type: FieldType, at path: String, _ result: inout CheckedObject) -> JSON? {
        if value.isNull { return nil }
        switch (type, value) {
        case (.object(let name), .object(let members)):
            guard let type = self[name] else { return value }
            return .object(takeMembers(members, type, at: path, &result))
        case (.map(let element), .object(let members)):
            var taken = JSONObject()
            for (key, member) in members { taken[key] = take(member, element, at: "\(path)[\(key)]", &result) }
            return .object(taken)
        case (.list(let element), .array(let elements)):
            return .array(
                elements.enumerated().compactMap { take($0.element, element, at: "\(path)[\($0.offset)]", &result) })
        case (.any, _), (.string, .string), (.boolean, .bool), (.number, .integer), (.number, .number): return value
        case (.integer, .integer): return value
        case (.integer, .number(let number)) where number == number.rounded() && abs(number) < 9e15:
            return .integer(Int64(number))
        case (.intOrString, .string), (.intOrString, .integer): return value
        case (.quantity, .string), (.quantity, .integer), (.quantity, .number):
            if Quantity(value) != nil { return value.string == nil ? .string(value.text) : value }
            result.wrong.append(
                "\(path): quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'")
        case (.time, .string(let text)), (.microTime, .string(let text)):
            if Timestamp(text) != nil { return value }
            result.wrong.append("\(path): \"\(text)\" is not a time in RFC 3339")
        case (.bytes, .string(let text)):
            if isBase64(text) { return value }
            result.wrong.append("\(path): illegal base64 data")
        default: result.wrong.append("\(path): cannot take \(describe(value)), wants \(describe(type))")
        }
        return nil
    }

    private func takeMembers(
        _ members: JSONObject, _ type: ObjectType, at path: String, _ result: inout CheckedObject
    ) -> JSONObject {
        var taken = JSONObject()
        for (key, member) in members {
            let place = path.isEmpty ? key : "\(path).\(key)"
            guard let field = type[key] else {
                result.unknown.append(place)
                continue
            }
            taken[key] = take(member, field.type, at: place, &result)
        }
        return taken
    }

    private func describe(_ value: JSON) -> String {
        switch value {
        case .null: "null"
        case .bool: "a boolean"
        case .integer, .number: "a number"
        case .string: "a string"
        case .array: "a list"
        case .object: "an object"
        }
    }

    private func describe(_ type: FieldType) -> String {
        switch type {
        case .string: "a string"
        case .integer: "a whole number"
        case .number: "a number"
        case .boolean: "a boolean"
        case .quantity: "a quantity"
        case .intOrString: "a whole number or a string"
        case .time, .microTime: "a time"
        case .bytes: "base64 text"
        case .any: "anything"
        case .object, .map: "an object"
        case .list: "a list"
        }
    }
}

/// Whether a text is base 64 with its padding; line breaks are allowed.
private func isBase64(_ text: String) -> Bool {
    let bytes = text.utf8.filter { $0 != 0x0A && $0 != 0x0D }
    let padding = bytes.suffix(2).filter { $0 == 0x3D }.count
    return bytes.count % 4 == 0
        && bytes.dropLast(padding).allSatisfy {
            (0x61...0x7A).contains($0 | 0x20) || (0x30...0x39).contains($0) || $0 == 0x2B || $0 == 0x2F
        }
}
