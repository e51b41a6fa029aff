/// Something a person should read with `kubectl describe`.
package struct EventNote: Hashable, Sendable {
    package var about: ObjectReference
    package var isWarning: Bool
    package var reason: String
    package var message: String

    package init(about: ObjectReference, isWarning: Bool = false, reason: String, message: String) {
        self.about = about
        self.isWarning = isWarning
        self.reason = reason
        self.message = message
    }
}
