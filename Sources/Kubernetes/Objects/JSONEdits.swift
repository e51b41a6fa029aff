package import JSON

extension JSON {
    /// Sets a member that is missing or null.
    package mutating func fill(_ key: String, _ value: JSON) {
        if self[key]?.isNull ?? true { self[key] = value }
    }

    /// Changes a member in place, where it is there.
    package mutating func edit(_ key: String, _ change: (inout JSON) -> Void) {
        guard var value = self[key], !value.isNull else { return }
        change(&value)
        self[key] = value
    }

    /// Changes every element of a list in place, where the list is there.
    package mutating func editEach(_ key: String, _ change: (inout JSON) -> Void) {
        guard var elements = self[key]?.array else { return }
        for index in elements.indices { change(&elements[index]) }
        self[key] = .array(elements)
    }
}
