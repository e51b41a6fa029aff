package import JSON

/// A column of a table as kubectl prints it; those of priority 1 show with `-o wide`.
package struct Column: Hashable, Sendable {
    package var name: String
    package var type: String
    package var format: String
    package var priority: Int

    package init(_ name: String, _ type: String = "string", format: String = "", wide: Bool = false) {
        self.name = name
        self.type = type
        self.format = format
        priority = wide ? 1 : 0
    }
}

/// A further address below an object, with the kind that it speaks.
package struct Subresource: Hashable, Sendable {
    package var name: String
    package var kind: String
    /// The kind's group and version where they are not the object's own.
    package var group: String?
    package var version: String?
    package var verbs: [String]

    package init(_ name: String, kind: String, group: String? = nil, version: String? = nil, _ verbs: [String]) {
        self.name = name
        self.kind = kind
        self.group = group
        self.version = version
        self.verbs = verbs
    }
}

/// A kind of objects: how it is addressed, what is filled in, what is refused, how it is printed.
package struct Kind: Sendable {
    package var group: String
    package var version: String
    package var name: String
    package var plural: String
    package var singular: String
    package var shortNames: [String] = []
    package var isNamespaced = true
    package var categories: [String] = []
    package var subresources: [Subresource] = []
    /// Fields that a field selector may name, beside `metadata.name` and `metadata.namespace`.
    package var selectableFields: [String] = []
    /// Whether `status` has an address of its own, so that other writes leave it alone.
    package var hasStatus: Bool { subresources.contains { $0.name == "status" } }
    /// Whether `metadata.generation` counts changes of the spec.
    package var countsGenerations = false
    /// Whether a name must be a DNS label, not a subdomain.
    package var nameIsLabel = false
    package var columns: [Column] = [Column("Name", format: "name"), Column("Age")]
    /// The cells of a row, in the columns' order.
    package var cells: @Sendable (JSON, Timestamp) -> [JSON] = {
        [.string(objectName($0)), .string(objectAge($0, $1))]
    }
    /// Fills in what a client may leave out.
    package var fillIn: @Sendable (inout JSON) -> Void = { _ in }
    package var validate: @Sendable (JSON) -> [FieldError] = { _ in [] }
    /// What may not change between an object and its successor.
    package var validateUpdate: @Sendable (_ new: JSON, _ old: JSON) -> [FieldError] = { _, _ in [] }

    package static let verbs = ["create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"]

    /// `v1`, or `apps/v1`.
    package var apiVersion: String { group.isEmpty ? version : "\(group)/\(version)" }

    /// `pods`, or `deployments.apps`.
    package var qualifiedPlural: String { group.isEmpty ? plural : "\(plural).\(group)" }

    /// Whether a field selector may name this field.
    package func selects(_ field: String) -> Bool {
        field == "metadata.name" || (isNamespaced && field == "metadata.namespace") || selectableFields.contains(field)
    }

    init(_ name: String, _ plural: String, group: String = "", version: String = "v1") {
        self.name = name
        self.plural = plural
        self.group = group
        self.version = version
        singular = name.lowercased()
    }
}

func objectName(_ object: JSON) -> String { object[path: "metadata", "name"]?.string ?? "" }

func objectAge(_ object: JSON, _ now: Timestamp) -> String {
    object[path: "metadata", "creationTimestamp"]?.string.flatMap { Timestamp($0) }?.age(at: now) ?? "<unknown>"
}
