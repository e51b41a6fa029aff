import APIServer
import Access
import HTTPServing

/// Carries a request from its connection to the API and the answer back; who asks is whom the certificate names.
@Sendable func respond(to request: HTTPRequest, with api: APIServer) async -> HTTPResponse {
    await api.respond(
        to: APIRequest(
            method: request.method, path: request.path, query: request.query, headers: request.headers,
            body: request.body, identity: identity(of: request.peer)))
}

private func identity(of peer: CertificateSubject?) -> Identity {
    guard let peer else { return .anonymous }
    return Identity(name: peer.commonName, groups: peer.organizations + ["system:authenticated"])
}
