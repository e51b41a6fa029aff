internal import Diagnostics
internal import JSON
internal import Objects
internal import YAML

/// Reading what a client sends.
enum RequestBody {
    static let readable = ["application/json", "application/yaml"]

    /// The media type without its parameters, in lower case.
    static func mediaType(_ request: APIRequest) -> String {
        let header = request.header("content-type") ?? ""
        return String(header.prefix { $0 != ";" }).filter { $0 != " " }.lowercased()
    }

    /// The body as a tree.
    static func tree(_ request: APIRequest) throws -> JSON {
        switch mediaType(request) {
        case "", "application/json", "text/plain", "*/*": try json(request.body)
        case "application/yaml", "application/x-yaml": try yaml(request.body)
        case let other: throw APIFailure.unsupportedMediaType(other, readable)
        }
    }

    static func json(_ bytes: [UInt8]) throws -> JSON {
        do {
            return try JSON(parsing: bytes)
        } catch {
            throw APIFailure.badRequest("couldn't read the body: \(error)")
        }
    }

    static func yaml(_ bytes: [UInt8]) throws -> JSON {
        do {
            return try YAML.document(String(decoding: bytes, as: UTF8.self), file: "body").json
        } catch {
            throw APIFailure.badRequest("couldn't read the body: \(error)")
        }
    }

    /// An object of a kind with what its type knows, and the warnings that the rest is worth.
    static func object(_ tree: JSON, _ kind: Kind, _ request: APIRequest) throws -> (JSON, warnings: [String]) {
        var tree = tree
        guard tree.object != nil else { throw APIFailure.badRequest("the body is not an object") }
        tree.fill("kind", .string(kind.name))
        tree.fill("apiVersion", .string(kind.apiVersion))
        guard tree["kind"]?.string == kind.name, tree["apiVersion"]?.string == kind.apiVersion else {
            let found = "\(tree["apiVersion"]?.string ?? ""), Kind=\(tree["kind"]?.string ?? "")"
            throw APIFailure.badRequest(
                "the object provided is unrecognized (must be of type \(kind.name)): it is \(found), not \(kind.apiVersion), Kind=\(kind.name)"
            )
        }
        let checked = Schema.shared.check(tree, type: kind.name)
        if !checked.wrong.isEmpty {
            let version = kind.version
            throw APIFailure.badRequest(
                "\(kind.name) in version \"\(version)\" cannot be handled as a \(kind.name): \(checked.wrong.joined(separator: ", "))"
            )
        }
        let unknown = checked.unknown.map { "unknown field \"\($0)\"" }
        switch request.parameter("fieldValidation") {
        case "Strict" where !unknown.isEmpty:
            throw APIFailure.badRequest("strict decoding error: \(unknown.joined(separator: ", "))")
        case "Ignore": return (checked.object, [])
        default: return (checked.object, unknown)
        }
    }
}
