internal import Access
internal import JSON
internal import Objects

extension APIServer {
    /// Makes what every cluster has: its namespaces, and the Service that is the API itself.
    package func bootstrap() async throws {
        for name in ["default", "kube-system", "kube-public", "kube-node-lease"] {
            try await ensure("/api/v1/namespaces", ["metadata": ["name": .string(name)]])
            try await ensure("/api/v1/namespaces/\(name)/serviceaccounts", ["metadata": ["name": "default"]])
        }
        try await ensure(
            "/api/v1/namespaces/default/services",
            [
                "metadata": ["name": "kubernetes", "labels": ["component": "apiserver", "provider": "kubernetes"]],
                "spec": [
                    "clusterIP": .string("\(configuration.servicePrefix).1"),
                    "ports": [["name": "https", "port": 443, "protocol": "TCP", "targetPort": 6443]],
                ],
            ])
    }

    private func ensure(_ path: String, _ object: JSON) async throws {
        let response = await respond(
            to: APIRequest(method: "POST", path: path, body: object.bytes, identity: .master))
        guard response.status == 201 || response.status == 409 else {
            throw APIFailure.internalError("cannot make \(path): \(response.status)")
        }
    }
}
