internal import JSON

/// What a filter, test, method or function was called with.
struct CallArguments {
    var positional: [TemplateValue] = []
    var named: [(name: String, value: TemplateValue)] = []

    /// The argument at a position or under a name, or nil where it was not given.
    func value(_ position: Int, _ name: String) -> TemplateValue? {
        positional.indices.contains(position) ? positional[position] : named.first { $0.name == name }?.value
    }

    /// The arguments under names, as a dict.
    func namedValues(except names: Set<String> = []) throws -> JSONObject {
        JSONObject(try named.filter { !names.contains($0.name) }.map { ($0.name, try $0.value.resolved()) })
    }

    func json(_ position: Int, _ name: String) throws -> JSON? { try value(position, name)?.resolved() }

    func text(_ position: Int, _ name: String) throws -> String? { try json(position, name)?.pythonText }

    func integer(_ position: Int, _ name: String) throws -> Int? {
        guard let value = try json(position, name), !value.isNull else { return nil }
        guard let number = value.whole else {
            throw TemplateProblemThrown(.typeMismatch("'\(name)' must be an integer, not \(value.pythonType)"))
        }
        return Int(clamping: number)
    }

    func flag(_ position: Int, _ name: String) throws -> Bool? { try json(position, name)?.isTruthy }

    func required(_ position: Int, _ name: String, of callee: String) throws -> JSON {
        guard let value = try json(position, name) else {
            throw TemplateProblemThrown.bad(callee, "it needs '\(name)'")
        }
        return value
    }

    /// The arguments behind the first ones.
    func dropping(_ count: Int) -> CallArguments {
        CallArguments(positional: Array(positional.dropFirst(count)), named: named)
    }
}
