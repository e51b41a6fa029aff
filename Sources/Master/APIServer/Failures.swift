internal import JSON
internal import Objects

extension APIFailure {
    /// name, group (none for core), kind: as every Status about an object has them.
    private static func details(_ resource: Resource, _ name: String) -> JSONObject {
        var details: JSONObject = [:]
        if !name.isEmpty { details["name"] = .string(name) }
        if !resource.group.isEmpty { details["group"] = .string(resource.group) }
        if !resource.plural.isEmpty { details["kind"] = .string(resource.plural) }
        return details
    }

    static func notFound(_ resource: Resource, _ name: String) -> APIFailure {
        APIFailure(404, "NotFound", "\(resource.qualified) \"\(name)\" not found", details: details(resource, name))
    }

    static func alreadyExists(_ resource: Resource, _ name: String) -> APIFailure {
        APIFailure(
            409, "AlreadyExists", "\(resource.qualified) \"\(name)\" already exists", details: details(resource, name))
    }

    static func conflict(_ resource: Resource, _ name: String, _ why: String = modified) -> APIFailure {
        APIFailure(
            409, "Conflict", "Operation cannot be fulfilled on \(resource.qualified) \"\(name)\": \(why)",
            details: details(resource, name))
    }

    static let modified = "the object has been modified; please apply your changes to the latest version and try again"

    static func forbidden(_ resource: Resource, _ name: String, _ why: String) -> APIFailure {
        let subject = name.isEmpty ? resource.qualified : "\(resource.qualified) \"\(name)\""
        return APIFailure(403, "Forbidden", "\(subject) is forbidden: \(why)", details: details(resource, name))
    }

    static func invalid(_ kind: Kind, _ name: String, _ errors: [FieldError]) -> APIFailure {
        let qualified = kind.group.isEmpty ? kind.name : "\(kind.name).\(kind.group)"
        let texts = errors.map(\.text)
        let list = texts.count == 1 ? texts[0] : "[\(texts.joined(separator: ", "))]"
        var details = details(Resource(group: kind.group, plural: kind.name), name)
        details["causes"] = .array(
            errors.map {
                ["reason": .string($0.reason.rawValue), "message": .string($0.message), "field": .string($0.field)]
            })
        return APIFailure(422, "Invalid", "\(qualified) \"\(name)\" is invalid: \(list)", details: details)
    }

    static func badRequest(_ message: String) -> APIFailure { APIFailure(400, "BadRequest", message) }

    static func unauthorized() -> APIFailure { APIFailure(401, "Unauthorized", "Unauthorized") }

    static func forbiddenPath(_ denial: String) -> APIFailure {
        APIFailure(403, "Forbidden", "forbidden: \(denial)", details: [:])
    }

    static func unknownPath() -> APIFailure {
        APIFailure(404, "NotFound", "the server could not find the requested resource", details: [:])
    }

    static func methodNotAllowed() -> APIFailure {
        APIFailure(
            405, "MethodNotAllowed", "the server does not allow this method on the requested resource", details: [:])
    }

    static func unsupportedMediaType(_ type: String, _ known: [String]) -> APIFailure {
        APIFailure(
            415, "UnsupportedMediaType",
            "the body of the request was in an unknown format - accepted media types include: \(known.joined(separator: ", "))",
            details: [:])
    }

    static func notAcceptable(_ known: [String]) -> APIFailure {
        APIFailure(
            406, "NotAcceptable", "only the following media types are accepted: \(known.joined(separator: ", "))",
            details: [:])
    }

    /// A revision that the store has not reached.
    static func tooLarge(_ asked: Int64, _ current: Int64) -> APIFailure {
        APIFailure(
            504, "Timeout", "Too large resource version: \(asked), current: \(current)",
            details: ["causes": [["reason": "ResourceVersionTooLarge", "message": "Too large resource version"]]])
    }

    static func expired(_ message: String) -> APIFailure { APIFailure(410, "Expired", message) }

    static func internalError(_ message: String) -> APIFailure {
        APIFailure(
            500, "InternalError", "Internal error occurred: \(message)",
            details: ["causes": [["message": .string(message)]]])
    }
}

/// A group and the plural of what it holds, as Status messages name them.
struct Resource: Hashable {
    var group: String
    var plural: String

    /// `pods`, `deployments.apps`.
    var qualified: String { group.isEmpty ? plural : "\(plural).\(group)" }
}

extension Kind {
    var resource: Resource { Resource(group: group, plural: plural) }
}
