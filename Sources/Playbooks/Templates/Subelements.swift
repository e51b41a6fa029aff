internal import JSON

/// Elements paired with each of what a path within them holds, as the lookup and the filter `subelements` do.
enum Subelements {
    /// The lookup: `[elements, path, {skip_missing: …}]`; what a path leads to is taken out of its element.
    static func pairs(_ terms: [JSON]) throws -> [JSON] {
        guard (2...3).contains(terms.count), case .string(let path) = terms[1] else {
            throw bad("it takes a list or dict, a path, and maybe {'skip_missing': true}")
        }
        let skipsMissing = terms.count > 2 && Conversions.boolean(terms[2]["skip_missing"] ?? false)
        let steps = path.split(separator: ".").map(String.init)
        let elements: [JSON]
        switch terms[0] {
        case .object(let members):
            // A task that was skipped has no elements.
            if members["skipped"]?.isTruthy == true { return [] }
            elements = members.members.map(\.value)
        case .array(let list): elements = list
        default: throw bad("its elements are a list or a dict, not \(terms[0].pythonType)")
        }
        return try elements.flatMap { element -> [JSON] in
            guard element.object != nil else { throw bad("an element is \(element.pythonType), not a dict") }
            if element["skipped"]?.isTruthy == true { return [] }
            guard let found = try list(at: steps, of: element, skipsMissing: skipsMissing) else { return [] }
            let rest = removing(steps[...], from: element)
            return found.map { .array([rest, $0]) }
        }
    }

    /// The filter: elements stay whole.
    static func pairs(_ value: JSON, path: JSON, skipsMissing: Bool) throws -> [JSON] {
        let steps = path.array?.map(\.pythonText) ?? path.pythonText.split(separator: ".").map(String.init)
        guard value.object != nil || value.array != nil else {
            throw bad("its elements are a list or a dict, not \(value.pythonType)")
        }
        let elements = value.object?.members.map(\.value) ?? value.array ?? []
        return try elements.flatMap { element in
            (try list(at: steps, of: element, skipsMissing: skipsMissing) ?? []).map { .array([element, $0]) }
        }
    }

    private static func list(at steps: [String], of element: JSON, skipsMissing: Bool) throws -> [JSON]? {
        var value = element
        for step in steps {
            guard let members = value.object else {
                if skipsMissing { return nil }
                throw bad("before '\(step)' there is \(value.pythonType), not a dict")
            }
            guard let next = members[step] else {
                if skipsMissing { return nil }
                throw bad("an element has no '\(steps.joined(separator: "."))'")
            }
            value = next
        }
        guard let list = value.array else {
            throw bad("'\(steps.joined(separator: "."))' is \(value.pythonType), not a list")
        }
        return list
    }

    private static func removing(_ steps: ArraySlice<String>, from value: JSON) -> JSON {
        guard let step = steps.first, case .object(var members) = value else { return value }
        members[step] = steps.count == 1 ? nil : members[step].map { removing(steps.dropFirst(), from: $0) }
        return .object(members)
    }

    private static func bad(_ reason: String) -> TemplateProblemThrown { .bad("subelements", reason) }
}
