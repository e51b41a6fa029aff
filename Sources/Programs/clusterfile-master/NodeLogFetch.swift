import APIServer
import ClusterClient
import HTTPServing

/// Fetches logs from node agents with the master's own certificate.
struct NodeLogFetch: Sendable {
    let authority: String
    let certificate: String
    let key: String

    func fetch(_ address: String, _ path: String, _ query: [(name: String, value: String)]) async throws -> HTTPResponse
    {
        let access = try ServerAccess(
            server: "https://\(address)", authorityPEM: authority, certificatePEM: certificate, privateKeyPEM: key)
        let response = try await HTTPTransport(access).send(
            ClientRequest(method: "GET", path: path, query: query, isStream: true))
        let headers = response.headers.filter { $0.name == "content-type" }
        return HTTPResponse(
            status: response.status, headers: headers.isEmpty ? [("content-type", "text/plain")] : headers,
            body: .stream(response.body))
    }
}
