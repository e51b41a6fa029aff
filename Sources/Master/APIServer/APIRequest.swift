package import Access

/// One request to the API, from a socket or from inside the process.
package struct APIRequest: Sendable {
    /// `GET`, `POST`, `PUT`, `PATCH`, `DELETE`, in capitals.
    package var method: String
    /// The decoded path, such as `/api/v1/namespaces/default/pods/web`, without the query.
    package var path: String
    /// The decoded parameters in their order; a flag without a value has an empty one.
    package var query: [(name: String, value: String)]
    /// Header fields; names in lower case.
    package var headers: [(name: String, value: String)]
    package var body: [UInt8]
    package var identity: Identity

    package init(
        method: String, path: String, query: [(name: String, value: String)] = [],
        headers: [(name: String, value: String)] = [], body: [UInt8] = [], identity: Identity
    ) {
        self.method = method
        self.path = path
        self.query = query
        self.headers = headers
        self.body = body
        self.identity = identity
    }

    /// The first value of a query's parameter, or nil.
    package func parameter(_ name: String) -> String? { query.first { $0.name == name }?.value }

    /// The first value of a header, by its name in lower case, or nil.
    package func header(_ name: String) -> String? { headers.first { $0.name == name }?.value }
}
