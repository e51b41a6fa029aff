/// What a field of an object may hold.
package indirect enum FieldType: Hashable, Sendable {
    case string, integer, number, boolean
    /// `100m`, `64Mi`, or a number.
    case quantity
    /// A number, or text such as `25%` or a port's name.
    case intOrString
    /// RFC 3339, to seconds or (micro) to microseconds; null is accepted.
    case time, microTime
    /// Base 64.
    case bytes
    case any
    case object(String)
    case list(FieldType)
    case map(FieldType)
}

/// A member of an object's type, and how a strategic merge patch treats it.
package struct Field: Hashable, Sendable {
    package var name: String
    package var type: FieldType
    package var isRequired = false
    /// A list's elements are merged: by this member, or as a set of primitives when it is empty; nil replaces the list.
    package var mergeKey: String?
    /// `$retainKeys` in a patch clears what it does not name.
    package var retainsKeys = false
}

/// A type of objects: its fields in the order in which they are documented.
package struct ObjectType: Hashable, Sendable {
    package var name: String
    /// The name in openapi, such as `io.k8s.api.core.v1.Container`.
    package var definition: String
    package var fields: [Field]
    private let positions: [String: Int]

    init(name: String, definition: String, fields: [Field]) {
        self.name = name
        self.definition = definition
        self.fields = fields
        positions = Dictionary(fields.enumerated().map { ($0.element.name, $0.offset) }, uniquingKeysWith: { $1 })
    }

    package subscript(name: String) -> Field? { positions[name].map { fields[$0] } }
}
