package import JSON

/// Which objects a list or a watch is about.
package struct Selection: Hashable, Sendable {
    package var labels: String?
    package var fields: String?

    package init(labels: String? = nil, fields: String? = nil) {
        self.labels = labels
        self.fields = fields
    }

    var query: [(name: String, value: String)] {
        var query: [(name: String, value: String)] = []
        if let labels { query.append(("labelSelector", labels)) }
        if let fields { query.append(("fieldSelector", fields)) }
        return query
    }
}

/// A list's items, and the version of the store that they are from.
package struct ObjectList: Hashable, Sendable {
    package var items: [JSON]
    package var resourceVersion: String

    package init(items: [JSON], resourceVersion: String) {
        self.items = items
        self.resourceVersion = resourceVersion
    }
}

/// How a patch is to be understood; the raw value is its media type.
package enum PatchKind: String, Sendable {
    case merge = "application/merge-patch+json"
    case strategicMerge = "application/strategic-merge-patch+json"
    case json = "application/json-patch+json"
}

/// How an object is to go.
package struct DeleteOptions: Hashable, Sendable {
    /// What becomes of the objects that it owns.
    package enum Propagation: String, Sendable {
        case background = "Background"
        case foreground = "Foreground"
        case orphan = "Orphan"
    }

    package var gracePeriodSeconds: Int?
    package var propagation: Propagation?
    /// The deletion is refused where the object by now has another uid.
    package var uid: String?
    package var resourceVersion: String?

    package init(
        gracePeriodSeconds: Int? = nil, propagation: Propagation? = nil, uid: String? = nil,
        resourceVersion: String? = nil
    ) {
        self.gracePeriodSeconds = gracePeriodSeconds
        self.propagation = propagation
        self.uid = uid
        self.resourceVersion = resourceVersion
    }

    var body: JSON {
        var body: JSON = ["kind": "DeleteOptions", "apiVersion": "v1"]
        if let gracePeriodSeconds { body["gracePeriodSeconds"] = JSON(gracePeriodSeconds) }
        if let propagation { body["propagationPolicy"] = JSON(propagation.rawValue) }
        var preconditions: JSON = [:]
        if let uid { preconditions["uid"] = JSON(uid) }
        if let resourceVersion { preconditions["resourceVersion"] = JSON(resourceVersion) }
        if preconditions.object?.isEmpty == false { body["preconditions"] = preconditions }
        return body
    }
}
