internal import Access
internal import Objects

/// Where a path leads: to objects of a kind, or to a page about the server itself.
enum Route: Sendable {
    case objects(ObjectRoute)
    case page([String])

    /// Reads a path below `/api` or `/apis`; nil for an address of objects whose kind is not served.
    init?(_ path: String) {
        let parts = path.split(separator: "/").map(String.init)
        let isCore = parts.first == "api"
        guard isCore && parts.count > 2 || parts.first == "apis" && parts.count > 3 else {
            self = .page(parts)
            return
        }
        let group = isCore ? "" : parts[1]
        let version = isCore ? parts[1] : parts[2]
        var rest = Array(parts[(isCore ? 2 : 3)...])
        if group == "authorization.k8s.io" {
            self = .page(parts)
            return
        }
        var namespace = ""
        if rest.count > 2, rest[0] == "namespaces", !["status", "finalize"].contains(rest[2]) {
            namespace = rest[1]
            rest.removeFirst(2)
        }
        if rest == ["bindings"] { rest = ["pods", "", "binding"] }
        guard rest.count <= 3, let kind = Kinds.find(group: group, version: version, plural: rest[0]),
            kind.isNamespaced || namespace.isEmpty
        else { return nil }
        let route = ObjectRoute(
            kind: kind, namespace: namespace, name: rest.count > 1 ? rest[1] : "",
            subresource: rest.count > 2 ? rest[2] : "")
        guard route.subresource.isEmpty || kind.subresources.contains(where: { $0.name == route.subresource }) else {
            return nil
        }
        self = .objects(route)
    }
}

/// An address of one object, of its subresource, or of all objects of a kind.
struct ObjectRoute: Sendable {
    var kind: Kind
    /// Empty for kinds without namespaces, and for lists over all of them.
    var namespace: String
    var name: String
    var subresource: String

    /// The verb that rights are asked for.
    func verb(_ request: APIRequest) -> String? {
        switch request.method {
        case "GET", "HEAD":
            if !name.isEmpty, subresource.isEmpty, isTrue(request.parameter("watch")) { return "watch" }
            if !name.isEmpty { return "get" }
            return isTrue(request.parameter("watch")) ? "watch" : "list"
        case "POST": return "create"
        case "PUT": return "update"
        case "PATCH": return "patch"
        case "DELETE": return name.isEmpty ? "deletecollection" : "delete"
        default: return nil
        }
    }
}

func isTrue(_ parameter: String?) -> Bool { ["true", "1", ""].contains(parameter ?? "false") }
