/// Where a cluster's API is, and how to prove who asks: what a kubeconfig holds.
package struct ServerAccess: Hashable, Sendable {
    package var host: String
    package var port: Int
    /// PEM of the authority that signed the server's certificate.
    package var authorityPEM: String
    /// PEM of the client's certificate, and of what leads from it to the authority.
    package var certificatePEM: String
    package var privateKeyPEM: String
    /// The name the server's certificate must carry; nil: the host's name or address.
    package var serverName: String?

    /// - Parameter server: `https://HOST:PORT`; an IPv6 address stands in brackets.
    package init(
        server: String, authorityPEM: String, certificatePEM: String, privateKeyPEM: String, serverName: String? = nil
    ) throws(ClientError) {
        (host, port) = try Self.parse(server)
        self.authorityPEM = authorityPEM
        self.certificatePEM = certificatePEM
        self.privateKeyPEM = privateKeyPEM
        self.serverName = serverName
    }

    /// The server as people write it.
    package var server: String { "https://" + authority }

    var authority: String { (host.contains(":") ? "[\(host)]" : host) + ":\(port)" }

    static func parse(_ server: String) throws(ClientError) -> (host: String, port: Int) {
        var rest = server[...]
        guard rest.hasPrefix("https://") else { throw .invalidServerURL(server) }
        rest = rest.dropFirst("https://".count)
        if rest.hasSuffix("/") { rest = rest.dropLast() }
        guard !rest.contains("/"), !rest.contains("@") else { throw .invalidServerURL(server) }
        var host = rest
        var port = 443
        if rest.hasPrefix("["), let end = rest.firstIndex(of: "]") {
            host = rest[rest.index(after: rest.startIndex)..<end]
            rest = rest[rest.index(after: end)...]
            if !rest.isEmpty {
                guard rest.hasPrefix(":"), let number = Int(rest.dropFirst()) else { throw .invalidServerURL(server) }
                port = number
            }
        } else if let colon = rest.lastIndex(of: ":") {
            guard let number = Int(rest[rest.index(after: colon)...]) else { throw .invalidServerURL(server) }
            host = rest[..<colon]
            port = number
        }
        guard !host.isEmpty, (1...65535).contains(port) else { throw .invalidServerURL(server) }
        return (String(host), port)
    }
}
