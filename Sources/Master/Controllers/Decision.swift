package import JSON
package import Objects

/// One write that a controller wants; the loops carry it out.
package enum Change: Hashable, Sendable {
    case create(JSON)
    /// Replaces all but the status; refused where the object changed meanwhile.
    case update(JSON)
    /// Replaces the status alone; refused where the object changed meanwhile.
    case updateStatus(JSON)
    /// A merge patch.
    case patch(ObjectReference, JSON)
    case delete(ObjectReference, gracePeriodSeconds: Int? = nil)
}

/// What a controller wants done after one look.
package struct Decision: Hashable, Sendable {
    package var changes: [Change]
    package var events: [EventNote]
    /// When to look again although nothing changed, in seconds.
    package var recheckAfterSeconds: Int?

    package init(changes: [Change] = [], events: [EventNote] = [], recheckAfterSeconds: Int? = nil) {
        self.changes = changes
        self.events = events
        self.recheckAfterSeconds = recheckAfterSeconds
    }

    package var isEmpty: Bool { changes.isEmpty && events.isEmpty }
}
