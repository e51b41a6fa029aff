package import ClusterClient
package import Credentials
import FoundationEssentials

extension ClusterClient {
    /// A client of a cluster's API server that acts as its admin, with the certificate of the state folder.
    package static func admin(at server: String, _ credentials: CredentialStore, timeoutSeconds: Int = 10) throws
        -> ClusterClient
    {
        func text(_ name: String) throws -> String {
            try String(contentsOf: URL(filePath: "\(credentials.pkiFolder)/\(name)"), encoding: .utf8)
        }
        let access = try ServerAccess(
            server: "https://\(server)", authorityPEM: try credentials.caCertificate(),
            certificatePEM: try text("admin.crt"), privateKeyPEM: try text("admin.key"))
        return ClusterClient(transport: try HTTPTransport(access), timeoutSeconds: timeoutSeconds)
    }

    /// The Ready condition's status (`True`, `False`, `Unknown`) of every node, by name.
    package func nodeReadiness() async throws -> [String: String] {
        var readiness: [String: String] = [:]
        for node in try await list(.nodes).items {
            let ready = node[path: "status", "conditions"]?.array?.first { $0["type"]?.string == "Ready" }
            readiness[node[path: "metadata", "name"]?.string ?? ""] = ready?["status"]?.string ?? "Unknown"
        }
        return readiness
    }
}
