package import JSON

extension Schema {
    /// An object of a type after a strategic merge patch: lists merge by their keys, `$` members direct.
    package func merging(_ original: JSON, patch: JSON, type: String) throws(PatchError) -> JSON {
        guard case .object(let changes) = patch else {
            throw PatchError.malformed("a strategic merge patch must be an object")
        }
        return try merge(original.object ?? JSONObject(), changes, self[type]).map { .object($0) } ?? .object([:])
    }

    /// Nil when the patch deletes the object.
    private func merge(
        _ original: JSONObject, _ patch: JSONObject, _ type: ObjectType?
    ) throws(PatchError) -> JSONObject? {
        var result = original
        switch patch["$patch"]?.string {
        case nil, "merge": break
        case "delete": return nil
        case "replace": result = JSONObject()
        case let other?: throw PatchError.malformed("unknown $patch directive '\(other)'")
        }
        if let retained = patch["$retainKeys"]?.array {
            let names = Set(retained.compactMap(\.string))
            for key in result.keys where !names.contains(key) { result[key] = nil }
        }
        for (key, value) in patch where !key.hasPrefix("$") {
            result[key] = try merged(result[key], value, type?[key], order: patch["$setElementOrder/\(key)"]?.array)
        }
        try applyListDirectives(patch, to: &result, type)
        return result
    }

    /// `$deleteFromPrimitiveList/x`, and `$setElementOrder/x` where the patch names no elements of x.
    private func applyListDirectives(
        _ patch: JSONObject, to result: inout JSONObject, _ type: ObjectType?
    ) throws(PatchError) {
        for (key, value) in patch {
            if let name = suffix(of: key, after: "$deleteFromPrimitiveList/"), let list = result[name]?.array {
                guard let deleted = value.array else { throw PatchError.malformed("\(key) must be a list") }
                result[name] = .array(list.filter { !deleted.contains($0) })
            }
            if let name = suffix(of: key, after: "$setElementOrder/"), patch[name] == nil,
                let list = result[name]?.array,
                let order = value.array, let mergeKey = type?[name]?.mergeKey
            {
                result[name] = .array(ordered(list, by: order, before: list, mergeKey))
            }
        }
    }

    private func suffix(of key: String, after prefix: String) -> String? {
        key.hasPrefix(prefix) ? String(key.dropFirst(prefix.count)) : nil
    }

    private func merged(
        _ old: JSON?, _ new: JSON, _ field: Field?, order: [JSON]?
    ) throws(PatchError) -> JSON? {
        switch new {
        case .null: return nil
        case .object(let changes):
            return try merge(old?.object ?? JSONObject(), changes, objectType(field?.type)).map { .object($0) }
        case .array(let elements):
            guard let mergeKey = field?.mergeKey else { return new }
            let current = old?.array ?? []
            if mergeKey.isEmpty {
                let merged = current + elements.filter { !current.contains($0) }
                return .array(order.map { ordered(merged, by: $0, before: current, mergeKey) } ?? merged)
            }
            let merged = try mergeElements(current, elements, by: mergeKey, field)
            return .array(order.map { ordered(merged, by: $0, before: current, mergeKey) } ?? merged)
        default: return new
        }
    }

    private func objectType(_ type: FieldType?) -> ObjectType? {
        switch type {
        case .object(let name): self[name]
        case .list(let element): objectType(element)
        default: nil
        }
    }

    private func mergeElements(
        _ current: [JSON], _ patch: [JSON], by mergeKey: String, _ field: Field?
    ) throws(PatchError) -> [JSON] {
        let replaces = patch.contains { $0["$patch"]?.string == "replace" }
        var result = replaces ? [] : current
        for element in patch {
            guard case .object(let changes) = element else {
                throw PatchError.malformed("elements of '\(field?.name ?? "")' must be objects with '\(mergeKey)'")
            }
            if changes["$patch"]?.string == "replace", changes.count == 1 { continue }
            guard let key = changes[mergeKey] else {
                throw PatchError.malformed(
                    "map: \(element.text) does not contain declared merge key: \(mergeKey)")
            }
            let at = result.firstIndex { $0[mergeKey] == key }
            let merged = try merge(at.flatMap { result[$0].object } ?? JSONObject(), changes, objectType(field?.type))
            switch (at, merged) {
            case (let at?, let merged?): result[at] = .object(merged)
            case (let at?, nil): result.remove(at: at)
            case (nil, let merged?): result.append(.object(merged))
            case (nil, nil): break
            }
        }
        return result
    }

    /// Elements that the order names, in its order, with the others kept where they stood among those before.
    private func ordered(_ list: [JSON], by order: [JSON], before: [JSON], _ mergeKey: String) -> [JSON] {
        func key(_ element: JSON) -> JSON { mergeKey.isEmpty ? element : element[mergeKey] ?? .null }
        let wanted = order.map(key)
        let standing = before.map(key)
        let named = list.filter { wanted.contains(key($0)) }
            .sorted { (wanted.firstIndex(of: key($0)) ?? 0) < (wanted.firstIndex(of: key($1)) ?? 0) }
        var others = list.filter { !wanted.contains(key($0)) }[...]
        var result: [JSON] = []
        for element in named {
            while let other = others.first {
                if let left = standing.firstIndex(of: key(element)), let right = standing.firstIndex(of: key(other)),
                    left < right
                {
                    break
                }
                result.append(other)
                others.removeFirst()
            }
            result.append(element)
        }
        return result + others
    }
}
