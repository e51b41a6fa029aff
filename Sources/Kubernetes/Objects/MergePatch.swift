package import JSON

extension JSON {
    /// This value after a JSON merge patch (RFC 7386): null removes, objects merge, everything else replaces.
    package func merging(patch: JSON) -> JSON {
        guard case .object(let changes) = patch else { return patch }
        var result = object ?? JSONObject()
        for (key, value) in changes {
            if value.isNull {
                result[key] = nil
            } else {
                result[key] = (result[key] ?? .null).merging(patch: value)
            }
        }
        return .object(result)
    }
}
