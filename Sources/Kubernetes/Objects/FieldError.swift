package import JSON

/// One mistake in an object, said as Kubernetes says it.
package struct FieldError: Hashable, Sendable {
    package enum Reason: String, Sendable {
        case invalid = "FieldValueInvalid"
        case required = "FieldValueRequired"
        case duplicate = "FieldValueDuplicate"
        case notSupported = "FieldValueNotSupported"
        case forbidden = "FieldValueForbidden"
    }

    package var reason: Reason
    package var field: String
    package var message: String

    /// `Invalid value: "x": why`.
    package static func invalid(_ field: String, _ value: JSON, _ why: String) -> FieldError {
        FieldError(reason: .invalid, field: field, message: "Invalid value: \(value.text): \(why)")
    }

    /// `Required value: why`.
    package static func required(_ field: String, _ why: String = "") -> FieldError {
        FieldError(reason: .required, field: field, message: why.isEmpty ? "Required value" : "Required value: \(why)")
    }

    /// `Duplicate value: "x"`.
    package static func duplicate(_ field: String, _ value: JSON) -> FieldError {
        FieldError(reason: .duplicate, field: field, message: "Duplicate value: \(value.text)")
    }

    /// `Unsupported value: "x": supported values: …`.
    package static func notSupported(_ field: String, _ value: JSON, _ known: [String]) -> FieldError {
        let list = known.map { "\"\($0)\"" }.joined(separator: ", ")
        return FieldError(
            reason: .notSupported, field: field, message: "Unsupported value: \(value.text): supported values: \(list)")
    }

    /// `Forbidden: why`.
    package static func forbidden(_ field: String, _ why: String) -> FieldError {
        FieldError(reason: .forbidden, field: field, message: "Forbidden: \(why)")
    }

    /// The mistake with its place, as it stands in a Status's message.
    package var text: String { "\(field): \(message)" }
}
