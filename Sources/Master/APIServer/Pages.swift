internal import Access
internal import HTTPServing
internal import JSON
internal import Objects

extension APIServer {
    /// Everything that is not about objects: health, version, discovery, schemas, reviews.
    func page(_ parts: [String], _ request: APIRequest) async throws -> HTTPResponse {
        if request.method == "POST", parts.dropLast() == ["apis", "authorization.k8s.io", "v1"] {
            if request.identity.isAnonymous { throw APIFailure.unauthorized() }
            switch parts.last {
            case "selfsubjectaccessreviews": return try review(request)
            case "selfsubjectrulesreviews": return try rules(request)
            default: throw APIFailure.unknownPath()
            }
        }
        try authorizePath(request)
        guard ["GET", "HEAD"].contains(request.method) else { throw APIFailure.methodNotAllowed() }
        switch parts.first {
        case "healthz", "livez", "readyz": return HTTPResponse(text: "ok")
        case "version" where parts.count == 1: return HTTPResponse(json: version)
        case "api" where parts.count == 1: return HTTPResponse(json: Discovery.coreVersions)
        case "apis" where parts.count == 1: return HTTPResponse(json: Discovery.groups)
        case "apis" where parts.count == 2:
            guard let group = Discovery.group(parts[1]) else { throw APIFailure.unknownPath() }
            return HTTPResponse(json: group)
        case "api" where parts.count == 2, "apis" where parts.count == 3:
            let group = parts.count == 2 ? "" : parts[1]
            guard let list = Discovery.resources(group: group, version: parts[parts.count - 1]) else {
                throw APIFailure.unknownPath()
            }
            return HTTPResponse(json: list)
        case "openapi" where parts == ["openapi", "v2"]:
            return HTTPResponse(
                status: 200,
                headers: [("content-type", "application/com.github.proto-openapi.spec.v2.v1.0+protobuf")],
                body: .bytes(OpenAPIDocument.bytes(version: configuration.version)))
        case nil:
            return HTTPResponse(json: [
                "paths": .init(["/api", "/apis", "/healthz", "/livez", "/openapi/v2", "/readyz", "/version"])
            ])
        default: throw APIFailure.unknownPath()
        }
    }

    private var version: JSON {
        let numbers = configuration.version.drop { !$0.isNumber }.split(separator: ".")
        return [
            "major": .string(String(numbers.first ?? "1")), "minor": .string(String(numbers.dropFirst().first ?? "27")),
            "gitVersion": .string(configuration.version), "gitCommit": "", "gitTreeState": "clean",
            "buildDate": "1970-01-01T00:00:00Z", "goVersion": "none", "compiler": "swift", "platform": "linux/amd64",
        ]
    }

    /// Whether the asker may do what it describes (`kubectl auth can-i`).
    private func review(_ request: APIRequest) throws -> HTTPResponse {
        var review = try RequestBody.tree(request)
        let asked = review["spec"] ?? .null
        let attributes: RequestAttributes
        if let path = asked[path: "nonResourceAttributes", "path"]?.string {
            attributes = RequestAttributes(verb: asked[path: "nonResourceAttributes", "verb"]?.string ?? "", path: path)
        } else {
            let resource = asked["resourceAttributes"]
            func text(_ field: String) -> String { resource?[field]?.string ?? "" }
            attributes = RequestAttributes(
                verb: text("verb"), group: text("group"), resource: text("resource"), subresource: text("subresource"),
                namespace: text("namespace"), name: text("name"))
        }
        let allowed = AccessRules.allows(request.identity, attributes, facts)
        review["kind"] = "SelfSubjectAccessReview"
        review["apiVersion"] = "authorization.k8s.io/v1"
        review.fill("metadata", ["creationTimestamp": .null])
        review["status"] =
            allowed
            ? ["allowed": true] : ["allowed": false, "reason": .string(attributes.denial(of: request.identity))]
        return HTTPResponse(status: 201, json: review)
    }

    /// All that the asker may do, as far as it can be listed (`kubectl auth can-i --list`).
    private func rules(_ request: APIRequest) throws -> HTTPResponse {
        var review = try RequestBody.tree(request)
        let isMaster = request.identity.groups.contains("system:masters")
        let pages = [
            "/api", "/api/*", "/apis", "/apis/*", "/healthz", "/livez", "/openapi", "/openapi/*", "/readyz", "/version",
        ]
        let reviews: JSON = [
            "verbs": ["create"], "apiGroups": ["authorization.k8s.io"],
            "resources": ["selfsubjectaccessreviews", "selfsubjectrulesreviews"],
        ]
        review["status"] = [
            "resourceRules": isMaster
                ? [["verbs": ["*"], "apiGroups": ["*"], "resources": ["*"]], reviews] : [reviews],
            "nonResourceRules": [
                ["verbs": [isMaster ? "*" : "get"], "nonResourceURLs": isMaster ? ["*"] : JSON(pages)]
            ],
            "incomplete": .bool(request.identity.nodeName != nil),
        ]
        return HTTPResponse(status: 201, json: review)
    }
}
