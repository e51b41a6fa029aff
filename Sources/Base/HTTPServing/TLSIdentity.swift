internal import NIOSSL

/// What a server shows and demands: its certificate chain and key, and whose clients it knows, all in PEM.
package struct TLSIdentity: Sendable {
    package var certificateChain: String
    package var privateKey: String
    /// The authority that signs clients' certificates; a client without one is let in as nobody.
    package var clientAuthority: String

    package init(certificateChain: String, privateKey: String, clientAuthority: String) {
        self.certificateChain = certificateChain
        self.privateKey = privateKey
        self.clientAuthority = clientAuthority
    }

    func context() throws -> NIOSSLContext {
        let chain = try NIOSSLCertificate.fromPEMBytes(Array(certificateChain.utf8))
        let key = try NIOSSLPrivateKey(bytes: Array(privateKey.utf8), format: .pem)
        var configuration = TLSConfiguration.makeServerConfiguration(
            certificateChain: chain.map { .certificate($0) }, privateKey: .privateKey(key))
        configuration.minimumTLSVersion = .tlsv12
        configuration.certificateVerification = .optionalVerification
        configuration.trustRoots = .certificates(try NIOSSLCertificate.fromPEMBytes(Array(clientAuthority.utf8)))
        configuration.applicationProtocols = ["http/1.1"]
        configuration.sendCANameList = true
        return try NIOSSLContext(configuration: configuration)
    }
}
