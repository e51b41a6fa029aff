/// What a request asks for, as far as rights depend on it.
package struct RequestAttributes: Hashable, Sendable {
    /// `get`, `list`, `watch`, `create`, `update`, `patch`, `delete`, `deletecollection`; for other paths the method in lower case.
    package var verb: String
    package var group: String
    package var resource: String
    package var subresource: String
    package var namespace: String
    package var name: String
    /// What a list's or watch's field selector demands to be equal.
    package var fields: [String: String]
    /// The path of a request that is not about objects, else nil.
    package var path: String?

    package init(
        verb: String, group: String = "", resource: String = "", subresource: String = "", namespace: String = "",
        name: String = "", fields: [String: String] = [:], path: String? = nil
    ) {
        self.verb = verb
        self.group = group
        self.resource = resource
        self.subresource = subresource
        self.namespace = namespace
        self.name = name
        self.fields = fields
        self.path = path
    }

    /// What is denied to whom, as Kubernetes writes it behind `pods is forbidden: `.
    package func denial(of identity: Identity) -> String {
        let user = "User \"\(identity.name)\" cannot"
        if let path { return "\(user) \(verb) path \"\(path)\"" }
        let whole = subresource.isEmpty ? resource : "\(resource)/\(subresource)"
        let place = namespace.isEmpty ? "at the cluster scope" : "in the namespace \"\(namespace)\""
        return "\(user) \(verb) resource \"\(whole)\" in API group \"\(group)\" \(place)"
    }
}
