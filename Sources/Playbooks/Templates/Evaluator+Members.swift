internal import JSON

// What is within a value: members, elements, slices.
extension Evaluator {
    func described(_ expression: Expression) -> String {
        switch expression.kind {
        case .name(let name): name
        case .attribute(let base, let name): described(base) + "." + name
        case .item(let base, let index):
            if case .literal(let key) = index.kind {
                "\(described(base))[\(key.pythonRepresentation)]"
            } else {
                described(base) + "[…]"
            }
        default: "the value"
        }
    }

    func member(_ name: String, of value: TemplateValue, _ base: Expression) throws -> TemplateValue {
        switch value {
        case .undefined: return value
        case .object(let object):
            return try outer(base.offset) { try object.member(name) } ?? .undefined(described(base) + "." + name)
        case .json(.object(let members)):
            return members[name].map { .json($0) } ?? .undefined(described(base) + "." + name)
        // A group of `groupby` is a pair whose parts have names.
        case .json(.array(let pair)) where pair.count == 2 && (name == "grouper" || name == "list"):
            return .json(pair[name == "grouper" ? 0 : 1])
        case .json: return .undefined(described(base) + "." + name)
        }
    }

    func item(_ key: JSON, of value: TemplateValue, _ base: Expression) throws -> TemplateValue {
        let missing = TemplateValue.undefined("\(described(base))[\(key.pythonRepresentation)]")
        switch value {
        case .undefined: return value
        case .object(let object): return try outer(base.offset) { try object.member(key.pythonText) } ?? missing
        case .json(.object(let members)): return members[key.pythonText].map { .json($0) } ?? missing
        case .json(.array(let elements)):
            guard let index = key.whole.flatMap({ Int(exactly: $0) }) else { return missing }
            let position = index < 0 ? elements.count + index : index
            return elements.indices.contains(position) ? .json(elements[position]) : missing
        case .json(.string(let text)):
            let scalars = Array(text.unicodeScalars)
            guard let index = key.whole.flatMap({ Int(exactly: $0) }) else { return missing }
            let position = index < 0 ? scalars.count + index : index
            return scalars.indices.contains(position) ? .json(.string(String(scalars[position]))) : missing
        case .json: return missing
        }
    }

    /// A path such as `metadata.name` or `0.address`, as `map(attribute=…)` takes it.
    func path(_ path: JSON, of value: JSON) throws -> TemplateValue {
        let base = Expression(kind: .name("item"), offset: 0)
        if case .integer = path { return try item(path, of: .json(value), base) }
        return try path.pythonText.split(separator: ".").reduce(.json(value)) { value, step in
            try item(Int64(step).map { .integer($0) } ?? .string(String(step)), of: value, base)
        }
    }

    static func slice(_ value: JSON, _ bounds: [JSON]) throws -> JSON {
        let isText = value.string != nil
        guard isText || value.array != nil else {
            throw TemplateProblemThrown(.typeMismatch("\(value.pythonType) cannot be sliced"))
        }
        let numbers = try bounds.map { bound -> Int? in
            if bound.isNull { return nil }
            guard let number = bound.whole else {
                throw TemplateProblemThrown(.typeMismatch("a slice needs integers, not \(bound.pythonType)"))
            }
            return Int(clamping: number)
        }
        let elements = try value.elements()
        let count = elements.count
        let step = max(-count - 1, min(count + 1, numbers[2] ?? 1))
        guard step != 0 else { throw TemplateProblemThrown(.typeMismatch("a slice's step cannot be 0")) }
        func bound(_ number: Int?, _ fallback: Int) -> Int {
            guard let number else { return fallback }
            let position = number < 0 ? max(-count - 1, number) + count : min(number, count)
            return step > 0 ? max(0, min(count, position)) : max(-1, min(count - 1, position))
        }
        let (from, to) = (bound(numbers[0], step > 0 ? 0 : count - 1), bound(numbers[1], step > 0 ? count : -1))
        let picked = stride(from: from, to: to, by: step).map { elements[$0] }
        return isText ? .string(picked.map(\.pythonText).joined()) : .array(picked)
    }
}
