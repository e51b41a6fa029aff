internal import JSON

/// Python's methods that change the list or dict that they are called on.
enum Mutations {
    /// What the call yields and the value afterwards, or nil where the method changes nothing.
    static func apply(_ name: String, to value: JSON, _ arguments: CallArguments) throws -> (JSON, changed: JSON)? {
        switch value {
        case .array(let elements): try list(name, elements, arguments)
        case .object(let members): try dictionary(name, members, arguments)
        default: nil
        }
    }

    private static func list(_ name: String, _ before: [JSON], _ arguments: CallArguments) throws -> (
        JSON, changed: JSON
    )? {
        var elements = before
        switch name {
        case "append": elements.append(try arguments.required(0, "object", of: name))
        case "extend": elements += try arguments.required(0, "iterable", of: name).elements()
        case "insert":
            let index = try arguments.required(0, "index", of: name).whole.map { Int(clamping: $0) } ?? 0
            let position = index < 0 ? max(0, elements.count + max(index, -elements.count)) : min(index, elements.count)
            elements.insert(try arguments.required(1, "object", of: name), at: position)
        case "pop":
            let index = try arguments.integer(0, "index") ?? -1
            let position = index < 0 ? elements.count + max(index, -elements.count - 1) : index
            guard elements.indices.contains(position) else { throw TemplateProblemThrown.bad(name, "no such element") }
            return (elements.remove(at: position), .array(elements))
        case "remove":
            let item = try arguments.required(0, "value", of: name)
            guard let index = elements.firstIndex(where: { $0.equals(item) }) else {
                throw TemplateProblemThrown.bad(name, "the item is not in the list")
            }
            elements.remove(at: index)
        case "reverse": elements.reverse()
        case "sort":
            let descends = try arguments.flag(1, "reverse") ?? false
            elements = try elements.sorted { try descends ? Evaluator.less($1, $0) : Evaluator.less($0, $1) }
        case "clear": elements = []
        default: return nil
        }
        guard elements.count <= 1 << 20 else { throw TemplateProblemThrown(.typeMismatch("the list is too large")) }
        return (.null, .array(elements))
    }

    private static func dictionary(
        _ name: String, _ before: JSONObject, _ arguments: CallArguments
    ) throws -> (JSON, changed: JSON)? {
        var members = before
        switch name {
        case "update":
            let other = try arguments.positional.first?.resolved()
            let pairs = try other.map { try $0.object?.members.map { ($0.key, $0.value) } ?? $0.pairs() } ?? []
            for (key, value) in pairs { members[key] = value }
            for (key, value) in try arguments.namedValues() { members[key] = value }
        case "setdefault":
            let key = try arguments.required(0, "key", of: name).pythonText
            let value = try members[key] ?? arguments.json(1, "default") ?? .null
            members[key] = value
            return (value, .object(members))
        case "pop":
            let key = try arguments.required(0, "key", of: name).pythonText
            guard let value = try members[key] ?? arguments.json(1, "default") else {
                throw TemplateProblemThrown.bad(name, "there is no key '\(key)'")
            }
            members[key] = nil
            return (value, .object(members))
        case "popitem":
            guard let last = members.members.last else { throw TemplateProblemThrown.bad(name, "the dict is empty") }
            members[last.key] = nil
            return (.array([.string(last.key), last.value]), .object(members))
        case "clear": members = JSONObject()
        default: return nil
        }
        return (.null, .object(members))
    }
}
