internal import HTTPServing
internal import JSON
internal import Objects

extension APIServer {
    static let patchTypes = [
        "application/json-patch+json", "application/merge-patch+json", "application/strategic-merge-patch+json",
    ]

    func patch(_ route: ObjectRoute, _ request: APIRequest, part: WrittenPart = .object) async throws -> HTTPResponse {
        guard !route.name.isEmpty else { throw APIFailure.methodNotAllowed() }
        let patch = try ReadPatch(request)
        var warnings: [String] = []
        let entry = try await update(route, request, part) { old in
            var base = old
            base.edit("metadata") { $0["resourceVersion"] = nil }  // a patch that names none fits every version
            let (object, found) = try RequestBody.object(try patch.applied(to: base, route.kind), route.kind, request)
            warnings = found
            return object
        }
        return try present(entry, route.kind, request, warnings: warnings)
    }
}

/// A patch's text and its kind.
struct ReadPatch {
    private let type: String
    private let tree: JSON

    init(_ request: APIRequest) throws {
        type = RequestBody.mediaType(request)
        guard APIServer.patchTypes.contains(type) else {
            throw APIFailure.unsupportedMediaType(type, APIServer.patchTypes)
        }
        tree = try RequestBody.json(request.body)
    }

    func applied(to object: JSON, _ kind: Kind, type name: String? = nil) throws -> JSON {
        do throws(PatchError) {
            switch type {
            case "application/json-patch+json": return try object.applying(jsonPatch: tree)
            case "application/merge-patch+json": return object.merging(patch: tree)
            default: return try Schema.shared.merging(object, patch: tree, type: name ?? kind.name)
            }
        } catch {
            switch error {
            case .malformed: throw APIFailure.badRequest(error.description)
            case .testFailed, .missingPath:
                throw APIFailure(
                    422, "Invalid", "the server rejected our request due to an error in our request",
                    details: ["causes": [["message": .string(error.description)]]])
            }
        }
    }
}
